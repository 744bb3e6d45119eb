// SPDX-License-Identifier: Apache-2.0
#include <tenon/callbacks.h>

namespace tenon {

void History::onTrainBegin(TrainingContext &) {
  history.clear();
  epoch.clear();
  interrupted = false;
}

void History::onEpochEnd(TrainingContext &, int number, Logs &logs) {
  epoch.push_back(number);
  for (auto &[name, value] : logs)
    history[name].push_back(value);
}

} // namespace tenon
