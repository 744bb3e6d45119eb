// SPDX-License-Identifier: Apache-2.0
#include <tenon/pruners.h>

namespace tenon {

PruningCallback::PruningCallback(Trial trial, PruningOptions options)
    : trial_(std::move(trial)), options_(std::move(options)) {}

void PruningCallback::onEpochEnd(TrainingContext &, int epoch, Logs &logs) {
  auto found = logs.find(options_.monitor);
  if (found == logs.end()) {
    std::string known;
    for (auto &entry : logs)
      known += (known.empty() ? "" : ", ") + entry.first;
    throw Error("PruningCallback: the monitored '" + options_.monitor + "' is not among the logs; there are " + known,
                Fault::Usage);
  }
  trial_.report(epoch, found->second);
  if (trial_.shouldPrune())
    throw TrialPruned();
}

} // namespace tenon
