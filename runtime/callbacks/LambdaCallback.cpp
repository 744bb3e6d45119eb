// SPDX-License-Identifier: Apache-2.0
#include <tenon/callbacks.h>

namespace tenon {

void LambdaCallback::onTrainBegin(TrainingContext &context) {
  if (trainBegin)
    trainBegin(context);
}

void LambdaCallback::onTrainEnd(TrainingContext &context, const Logs &) {
  if (trainEnd)
    trainEnd(context);
}

void LambdaCallback::onEpochBegin(TrainingContext &context, int epoch) {
  if (epochBegin)
    epochBegin(context, epoch);
}

void LambdaCallback::onEpochEnd(TrainingContext &context, int epoch, Logs &logs) {
  if (epochEnd)
    epochEnd(context, epoch, logs);
}

void LambdaCallback::onTrainBatchBegin(TrainingContext &context, int64_t batch) {
  if (trainBatchBegin)
    trainBatchBegin(context, batch);
}

void LambdaCallback::onTrainBatchEnd(TrainingContext &context, int64_t batch, const Logs &logs) {
  if (trainBatchEnd)
    trainBatchEnd(context, batch, logs);
}

} // namespace tenon
