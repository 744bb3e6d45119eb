// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_RUNNINGTRIAL_H
#define TENON_RUNTIME_SEARCH_RUNNINGTRIAL_H

#include "runtime/search/StudyStore.h"

namespace tenon::search {

/// A worker's hold on a trial: while it lives and is not told, nobody takes the trial over.
class RunningTrial {
public:
  RunningTrial(std::shared_ptr<StudyStore> store, int64_t number, int64_t owner)
      : store(std::move(store)), number(number), owner_(owner) {}
  ~RunningTrial() { letGo(); }
  RunningTrial(const RunningTrial &) = delete;

  /// The trial's record; TrialLost when another worker has it, Error when it is told. `what` is to be done to it.
  const TrialRecord &owned(const StudyStore::Step &step, const std::string &what) const;
  /// Ends it.
  void tell(TrialState state, std::optional<double> value, const std::string &why, bool accident = false);

  const std::shared_ptr<StudyStore> store;
  const int64_t number;
  int execution = 0;

private:
  void letGo();
  int64_t owner_;
  bool told_ = false;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_RUNNINGTRIAL_H
