// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Monitor.h"

#include <tenon/callbacks.h>

#include <cstdio>

namespace tenon {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)),
      monitor_(std::make_shared<Monitor>(name(), options_.monitor, options_.mode, options_.minDelta)) {}

void EarlyStopping::onTrainBegin(TrainingContext &) {
  wait_ = stoppedEpoch = bestEpoch = 0;
  best.reset();
  bestWeights_.clear();
}

void EarlyStopping::onEpochEnd(TrainingContext &context, int epoch, Logs &logs) {
  std::optional<double> value = monitor_->valueIn(logs);
  if (!value || epoch < options_.startFromEpoch)
    return;
  if (options_.restoreBestWeights && bestWeights_.empty())
    bestWeights_ = context.snapshot();
  ++wait_;
  if (monitor_->improved(*value, best)) {
    best = value;
    bestEpoch = epoch;
    if (options_.restoreBestWeights)
      bestWeights_ = context.snapshot();
    if (!options_.baseline || monitor_->improved(*value, options_.baseline))
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

State EarlyStopping::saveState() const {
  State state;
  state.set("wait", wait_);
  state.set("stoppedEpoch", stoppedEpoch);
  state.set("bestEpoch", bestEpoch);
  if (best)
    state.set("best", *best);
  state.set("weights", int64_t(bestWeights_.size()));
  for (size_t i = 0; i < bestWeights_.size(); ++i)
    state.set("weight " + std::to_string(i), bestWeights_[i]);
  return state;
}

void EarlyStopping::onTrainResume(TrainingContext &context, const State &state) {
  onTrainBegin(context);
  if (state.empty())
    return;
  wait_ = static_cast<int>(state.integer("wait"));
  stoppedEpoch = static_cast<int>(state.integer("stoppedEpoch"));
  bestEpoch = static_cast<int>(state.integer("bestEpoch"));
  if (state.has("best"))
    best = state.number("best");
  for (int64_t i = 0; i < state.integer("weights"); ++i)
    bestWeights_.push_back(state.array("weight " + std::to_string(i)).clone());
}

} // namespace tenon
