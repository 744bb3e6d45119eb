// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/ByName.h"

namespace tenon {
namespace search {
namespace {
constexpr const char *first = "epochs until the first decision";

const std::vector<Row<Pruner>> &rows() {
  static const std::vector<Row<Pruner>> rows{
      plainRow<Pruner>(
          "none", "every trial runs to its end", +[]() -> std::shared_ptr<Pruner> { return nullptr; }),
      row<Pruner, MedianPruner, MedianPrunerOptions>("median", "ends what is worse than the median at the same step"),
      row<Pruner, SuccessiveHalvingPruner, SuccessiveHalvingOptions>("halving", "asynchronous successive halving"),
      row<Pruner, HyperbandPruner, HyperbandOptions>("hyperband", "brackets of successive halving")};
  return rows;
}
} // namespace

Arguments argumentsOf(MedianPrunerOptions &options) {
  return {{"startupTrials", "complete trials before any is pruned", &options.startupTrials},
          {"warmupSteps", "no trial is pruned before this step", &options.warmupSteps},
          {"intervalSteps", "steps between two decisions", &options.intervalSteps, 1}};
}

Arguments argumentsOf(SuccessiveHalvingOptions &options) {
  return {{"minResource", first, &options.minResource, 1},
          {"reductionFactor", "one in that many goes on, to that many times the epochs", &options.reductionFactor, 2}};
}

Arguments argumentsOf(HyperbandOptions &options) {
  return {{"minResource", first, &options.minResource, 1},
          {"maxResource", "epochs of a trial that is never pruned; not known from the program, so say it",
           &options.maxResource, 1},
          {"reductionFactor", "one in that many goes on, to that many times the epochs", &options.reductionFactor, 2}};
}

std::string prunersText() { return helpOf(rows()); }

} // namespace search

const std::vector<std::string> &prunerNames() {
  static const std::vector<std::string> names = search::namesOf(search::rows());
  return names;
}

std::shared_ptr<Pruner> makePruner(const std::string &text) { return search::make(search::rows(), "pruner", text); }

} // namespace tenon
