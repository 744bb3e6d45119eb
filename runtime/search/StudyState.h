// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_STUDYSTATE_H
#define TENON_RUNTIME_SEARCH_STUDYSTATE_H

#include "runtime/search/Record.h"

namespace tenon::search {

/// A study as its records tell it. Every worker applies the same records in the same order.
class StudyState {
public:
  /// `line` names the worker that a Begin or Take gives the trial to. An Error when the record does not fit.
  void apply(const Record &record, int64_t line);

  const std::vector<TrialRecord> &trials() const { return trials_; }
  /// The line by which a trial came into its worker's hands.
  int64_t ownerOf(int64_t number) const { return owners_[size_t(number)]; }
  /// Null for a parameter that no trial asked for yet.
  const ParameterRange *rangeOf(const std::string &name) const;

private:
  TrialRecord &running(const Record &record);
  std::vector<TrialRecord> trials_;
  std::vector<int64_t> owners_;
  std::map<std::string, ParameterRange> ranges_;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_STUDYSTATE_H
