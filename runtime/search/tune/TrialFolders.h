// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_TRIALFOLDERS_H
#define TENON_RUNTIME_SEARCH_TUNE_TRIALFOLDERS_H

#include <tenon/study.h>

namespace tenon::search {

/// --keep best: deletes the folders of finished trials but for the best one's. Whatever other processes do to the study
/// meanwhile, what is deleted is right: a finished trial is never run again, and one that another finished trial beats
/// is never the best again.
class TrialFolders {
public:
  /// A Usage Error when the study's folder has some of trials that the study never began: they are not of its making.
  explicit TrialFolders(const Study &study);
  /// Deletes what may go by now. A folder that cannot be deleted is left, with a line on stderr.
  void update(const std::vector<TrialRecord> &trials);

private:
  const Study study_;
  std::vector<bool> done_; // by number
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_TRIALFOLDERS_H
