// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/pruners/Reports.h"

#include <algorithm>

namespace tenon {

MedianPruner::MedianPruner(MedianPrunerOptions options) : options_(options) {
  search::checkArguments("MedianPruner", search::argumentsOf(options_));
}

std::string MedianPruner::arguments() const { return search::changed(options_); }

bool MedianPruner::shouldPrune(const SearchHistory &history, const TrialRecord &trial) const {
  const int64_t step = trial.reports.rbegin()->first;
  if (step < options_.warmupSteps)
    return false;
  // Reports may be rarer than intervals, and out of their step: the first one in an interval decides.
  const int64_t begin = step - (step - options_.warmupSteps) % options_.intervalSteps;
  if (trial.reports.size() > 1 && std::next(trial.reports.rbegin())->first >= begin)
    return false;
  int complete = 0;
  std::vector<double> others;
  for (const TrialRecord &other : history.trials)
    if (other.state == TrialState::Complete) {
      ++complete;
      if (auto found = other.reports.find(step); found != other.reports.end())
        others.push_back(search::lossOf(history, found->second));
    }
  if (complete < options_.startupTrials || others.empty())
    return false;
  double best = std::numeric_limits<double>::infinity();
  for (auto &[_, value] : trial.reports)
    best = std::min(best, search::lossOf(history, value));
  std::sort(others.begin(), others.end());
  size_t half = others.size() / 2;
  double median = others.size() % 2 ? others[half] : (others[half - 1] + others[half]) / 2;
  return best > median || !(best < std::numeric_limits<double>::infinity());
}

} // namespace tenon
