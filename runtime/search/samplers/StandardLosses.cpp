// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/StandardLosses.h"
#include "runtime/search/samplers/SharedSpace.h"

#include <algorithm>
#include <cmath>

namespace tenon::search {
namespace {
constexpr double farthest = 2; // behind the median, where the best is 1 before it
}

Eigen::VectorXd standardLosses(const SearchHistory &history, const std::vector<const TrialRecord *> &trials) {
  double largest = 0; // differences and squares of scaled losses are finite
  for (const TrialRecord *trial : trials)
    largest = std::max(largest, std::abs(trial->value.value_or(0)));
  auto lossOf = [&](const TrialRecord &trial) { return largest > 0 ? history.loss(*trial.value) / largest : 0; };
  auto ofState = [&](TrialState state) {
    std::vector<double> losses;
    for (const TrialRecord *trial : trials)
      if (trial->state == state && hasLoss(*trial))
        losses.push_back(lossOf(*trial));
    std::sort(losses.begin(), losses.end());
    return losses;
  };
  // Reports on the way are not on the scale of what is complete.
  std::vector<double> scale = ofState(TrialState::Complete);
  const bool isAnyComplete = !scale.empty();
  if (!isAnyComplete)
    scale = ofState(TrialState::Pruned);
  Eigen::VectorXd values = Eigen::VectorXd::Zero(Eigen::Index(trials.size()));
  if (scale.empty())
    return values;
  const double median = scale[scale.size() / 2], width = median - scale.front();
  double worst = -INFINITY;
  for (size_t i = 0; i < trials.size(); ++i) {
    if (isBad(*trials[i]))
      continue;
    double loss = lossOf(*trials[i]);
    if (trials[i]->state == TrialState::Pruned && isAnyComplete)
      loss = std::max(loss, median);
    if (width > 0) {
      loss = (loss - median) / width;
      loss = loss > 0 ? std::min(std::log1p(loss), farthest) : loss;
    }
    values[Eigen::Index(i)] = loss;
    worst = std::max(worst, loss);
  }
  for (size_t i = 0; i < trials.size(); ++i)
    if (isBad(*trials[i]))
      values[Eigen::Index(i)] = worst;
  values.array() -= values.mean();
  const double deviation = std::sqrt(values.squaredNorm() / double(values.size()));
  return deviation > 0 ? Eigen::VectorXd(values / deviation) : values;
}

} // namespace tenon::search
