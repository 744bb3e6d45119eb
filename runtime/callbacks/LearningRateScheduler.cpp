// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Text.h"

#include <tenon/callbacks.h>

namespace tenon {

LearningRateScheduler::LearningRateScheduler(Schedule schedule, int verbose)
    : schedule_(std::move(schedule)), verbose_(verbose) {}
LearningRateScheduler::LearningRateScheduler(std::function<double(int epoch)> schedule, int verbose)
    : LearningRateScheduler([schedule = std::move(schedule)](int epoch, double) { return schedule(epoch); }, verbose) {}

void LearningRateScheduler::onEpochBegin(TrainingContext &context, int epoch) {
  double rate = schedule_(epoch, context.learningRate());
  context.setLearningRate(rate);
  if (verbose_ > 0)
    std::printf("\nEpoch %d: LearningRateScheduler setting learning rate to %s.\n", epoch + 1,
                pythonNumber(rate).c_str());
}

void LearningRateScheduler::onEpochEnd(TrainingContext &context, int, Logs &logs) {
  logs["learning_rate"] = context.learningRate();
}

} // namespace tenon
