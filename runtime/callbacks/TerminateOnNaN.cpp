// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Text.h"

#include <tenon/callbacks.h>
#include <tenon/error.h>

#include <cmath>

namespace tenon {

void TerminateOnNaN::onTrainBatchEnd(TrainingContext &context, int64_t batch, const Logs &logs) {
  auto loss = logs.find("loss");
  if (loss == logs.end() || std::isfinite(loss->second))
    return;
  if (raiseError_)
    throw Error("NaN or Inf loss encountered at batch " + std::to_string(batch) + ". Loss value: " +
                pythonNumber(loss->second) + ". Terminating training immediately.");
  std::printf("Batch %lld: Invalid loss, terminating training\n", static_cast<long long>(batch));
  context.stopTraining = true;
}

} // namespace tenon
