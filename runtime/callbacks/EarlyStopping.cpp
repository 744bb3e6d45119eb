// SPDX-License-Identifier: Apache-2.0
#include <tenon/callbacks.h>

#include "runtime/callbacks/Monitor.h"

#include <cmath>

namespace tenon {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options) : options_(std::move(options)) {
  lower_ = lowerIsBetter("EarlyStopping", options_.monitor, options_.mode);
  options_.minDelta = std::fabs(options_.minDelta);
}

bool EarlyStopping::improved(double value, double reference) const {
  return lower_ ? value + options_.minDelta < reference : value - options_.minDelta > reference;
}

void EarlyStopping::onTrainBegin(TrainingContext &) {
  wait_ = stoppedEpoch = bestEpoch = 0;
  best.reset();
  bestWeights_.clear();
}

void EarlyStopping::onEpochEnd(TrainingContext &context, int epoch, Logs &logs) {
  auto found = logs.find(options_.monitor);
  if (found == logs.end()) {
    std::string known;
    for (auto &entry : logs)
      known += (known.empty() ? "" : ",") + entry.first;
    std::fprintf(stderr, "EarlyStopping: the monitored '%s' is not available; available are: %s\n",
                 options_.monitor.c_str(), known.c_str());
    return;
  }
  if (epoch < options_.startFromEpoch)
    return;
  double value = found->second;
  if (options_.restoreBestWeights && bestWeights_.empty())
    bestWeights_ = context.snapshot();
  ++wait_;
  if (!best || improved(value, *best)) {
    best = value;
    bestEpoch = epoch;
    if (options_.restoreBestWeights)
      bestWeights_ = context.snapshot();
    if (!options_.baseline || improved(value, *options_.baseline))
      wait_ = 0;
    return;
  }
  if (wait_ >= options_.patience && epoch > 0) {
    stoppedEpoch = epoch;
    context.stopTraining = true;
  }
}

void EarlyStopping::onTrainEnd(TrainingContext &context, const Logs &) {
  if (stoppedEpoch > 0 && options_.verbose > 0)
    std::printf("Epoch %d: early stopping\n", stoppedEpoch + 1);
  if (options_.restoreBestWeights && !bestWeights_.empty()) {
    if (options_.verbose > 0)
      std::printf("Restoring model weights from the end of the best epoch: %d.\n", bestEpoch + 1);
    context.restore(bestWeights_);
  }
  bestWeights_.clear();
}

} // namespace tenon
