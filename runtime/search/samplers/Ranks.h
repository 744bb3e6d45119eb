// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_RANKS_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_RANKS_H

#include <tenon/samplers.h>

#include <limits>
#include <tuple>

namespace tenon::search {

/// Orders finished trials, better ones first: complete ones by their loss, then pruned ones, those that got further
/// before the others, then failed ones.
using Rank = std::tuple<int, int64_t, double>;
inline Rank rankOf(const SearchHistory &history, const TrialRecord &trial) {
  double loss = trial.value ? history.loss(*trial.value) : std::numeric_limits<double>::infinity();
  if (trial.state == TrialState::Complete)
    return {0, 0, loss};
  if (trial.state == TrialState::Failed)
    return {2, 0, loss};
  return {1, trial.reports.empty() ? 0 : -trial.reports.rbegin()->first, loss};
}

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_RANKS_H
