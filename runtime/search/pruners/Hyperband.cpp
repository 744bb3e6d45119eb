// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/Draws.h"
#include "runtime/search/pruners/Reports.h"

#include <cmath>

namespace tenon {

HyperbandPruner::HyperbandPruner(HyperbandOptions options) : options_(options) {
  search::checkArguments("HyperbandPruner", search::argumentsOf(options_));
  if (options.maxResource < options.minResource)
    throw Error("HyperbandPruner: expected minResource <= maxResource, received " +
                    std::to_string(options.minResource) + " and " + std::to_string(options.maxResource),
                Fault::Usage);
}

std::string HyperbandPruner::arguments() const { return search::changed(options_); }

int HyperbandPruner::brackets() const {
  int count = 1;
  for (int64_t resource = options_.minResource; resource <= options_.maxResource / options_.reductionFactor;
       resource *= options_.reductionFactor)
    ++count;
  return count;
}

int HyperbandPruner::bracketOf(uint64_t seed, int64_t trial) const {
  // Bracket b has the halvings b..last; Hyperband starts ceil(brackets / (halvings + 1) * factor^halvings) trials in
  // it.
  int last = brackets() - 1;
  std::vector<double> sizes;
  double sum = 0;
  for (int b = 0; b <= last; ++b) {
    double halvings = last - b;
    sizes.push_back(std::ceil((last + 1) / (halvings + 1) * std::pow(options_.reductionFactor, halvings)));
    sum += sizes.back();
  }
  double place = search::Draws(seed, trial, "hyperband's bracket").uniform() * sum;
  int bracket = 0;
  while (bracket < last && place >= sizes[size_t(bracket)])
    place -= sizes[size_t(bracket++)];
  return bracket;
}

bool HyperbandPruner::shouldPrune(const SearchHistory &history, const TrialRecord &trial) const {
  int bracket = bracketOf(history.seed, trial.number);
  int64_t minResource = options_.minResource;
  for (int b = 0; b < bracket; ++b)
    minResource *= options_.reductionFactor;
  // The last rung stands for the end of a training, where there is nothing left to prune.
  int64_t last = options_.minResource;
  for (int b = 1; b < brackets(); ++b)
    last *= options_.reductionFactor;
  if (trial.reports.rbegin()->first + 1 >= last)
    return false;
  return search::isHalved(history, trial, minResource, options_.reductionFactor,
                          [&](const TrialRecord &other) { return bracketOf(history.seed, other.number) == bracket; });
}

} // namespace tenon
