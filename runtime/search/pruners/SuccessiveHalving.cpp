// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/pruners/Reports.h"

#include <algorithm>

namespace tenon {
namespace search {

bool isHalved(const SearchHistory &history, const TrialRecord &trial, int64_t minResource, int factor,
              const std::function<bool(const TrialRecord &)> &counts) {
  int64_t last = trial.reports.rbegin()->first + 1;
  int64_t before = trial.reports.size() > 1 ? std::next(trial.reports.rbegin())->first + 1 : 0;
  // Reports may be rarer than rungs: a rung is decided by the first report at or behind it.
  int64_t rung = minResource;
  while (rung <= last / factor)
    rung *= factor;
  if (rung > last || rung <= before)
    return false;
  double mine = lossOf(history, trial.reports.rbegin()->second);
  if (!(mine < std::numeric_limits<double>::infinity()))
    return true;
  std::vector<double> there;
  for (const TrialRecord &other : history.trials)
    if (auto found = other.reports.lower_bound(rung - 1);
        found != other.reports.end() && other.number != trial.number && counts(other))
      there.push_back(lossOf(history, found->second));
  there.push_back(mine);
  // With fewer than `factor` there, the best goes on.
  size_t promoted = std::max<size_t>(there.size() / size_t(factor), 1);
  std::nth_element(there.begin(), there.begin() + int64_t(promoted) - 1, there.end());
  return mine > there[promoted - 1];
}

} // namespace search

SuccessiveHalvingPruner::SuccessiveHalvingPruner(SuccessiveHalvingOptions options) : options_(options) {
  search::checkArguments("SuccessiveHalvingPruner", search::argumentsOf(options_));
}

std::string SuccessiveHalvingPruner::arguments() const { return search::changed(options_); }

bool SuccessiveHalvingPruner::shouldPrune(const SearchHistory &history, const TrialRecord &trial) const {
  return search::isHalved(history, trial, options_.minResource, options_.reductionFactor,
                          [](const TrialRecord &) { return true; });
}

} // namespace tenon
