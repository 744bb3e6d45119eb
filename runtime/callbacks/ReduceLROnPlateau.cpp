// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Monitor.h"
#include "runtime/callbacks/Text.h"

#include <tenon/callbacks.h>
#include <tenon/error.h>

#include <algorithm>

namespace tenon {

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : options_(std::move(options)),
      monitor_(std::make_shared<Monitor>(name(), options_.monitor, options_.mode, options_.minDelta)) {
  if (!(options_.factor < 1))
    throw Error("ReduceLROnPlateau: expected a factor below 1, received " + pythonNumber(options_.factor), Fault::Usage);
}

void ReduceLROnPlateau::onTrainBegin(TrainingContext &) {
  best_.reset();
  wait_ = cooldown_ = 0;
}

void ReduceLROnPlateau::onEpochEnd(TrainingContext &context, int epoch, Logs &logs) {
  const double rate = context.learningRate();
  logs["learning_rate"] = rate;
  std::optional<double> value = monitor_->valueIn(logs);
  if (!value)
    return;
  if (cooldown_ > 0) {
    --cooldown_;
    wait_ = 0;
  }
  if (monitor_->improved(*value, best_)) {
    best_ = value;
    wait_ = 0;
    return;
  }
  // The smallest rate is compared as the float32 it is kept as.
  if (cooldown_ > 0 || ++wait_ < options_.patience || rate <= double(static_cast<float>(options_.minLr)))
    return;
  double reduced = std::max(rate * options_.factor, options_.minLr);
  context.setLearningRate(reduced);
  if (options_.verbose > 0)
    std::printf("\nEpoch %d: ReduceLROnPlateau reducing learning rate to %s.\n", epoch + 1,
                pythonNumber(reduced).c_str());
  cooldown_ = options_.cooldown;
  wait_ = 0;
}

State ReduceLROnPlateau::saveState() const {
  State state;
  state.set("wait", wait_);
  state.set("cooldown", cooldown_);
  if (best_)
    state.set("best", *best_);
  return state;
}

void ReduceLROnPlateau::onTrainResume(TrainingContext &context, const State &state) {
  onTrainBegin(context);
  if (state.empty())
    return;
  wait_ = static_cast<int>(state.integer("wait"));
  cooldown_ = static_cast<int>(state.integer("cooldown"));
  if (state.has("best"))
    best_ = state.number("best");
}

} // namespace tenon
