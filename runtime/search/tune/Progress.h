// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_PROGRESS_H
#define TENON_RUNTIME_SEARCH_TUNE_PROGRESS_H

#include <tenon/study.h>

namespace tenon::search {

/// How a search goes, on stderr: on a terminal one line that is written over, otherwise a line for each trial that
/// ends.
class Progress {
public:
  /// `trials` are those of the study so far, of which nothing is said; `wanted` how many it shall have.
  Progress(Direction direction, const std::vector<TrialRecord> &trials, std::optional<int64_t> wanted);
  ~Progress(); ///< ends the line

  void update(const std::vector<TrialRecord> &trials);
  /// A line of its own.
  void note(const std::string &text);

private:
  void live(const std::vector<TrialRecord> &trials, const TrialRecord *best);
  Direction direction_;
  std::optional<int64_t> wanted_;
  std::vector<bool> told_; // by number
  bool terminal_, open_ = false;
  double begin_;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_PROGRESS_H
