// SPDX-License-Identifier: Apache-2.0
#include <tenon/callbacks.h>

namespace tenon {

void History::onTrainBegin(TrainingContext &) {
  history.clear();
  epoch.clear();
  signal = 0;
}

void History::onEpochEnd(TrainingContext &, int number, Logs &logs) {
  epoch.push_back(number);
  for (auto &[name, value] : logs)
    history[name].push_back(value);
}

State History::saveState() const {
  State state, logs;
  state.set("epochs", std::vector<double>(epoch.begin(), epoch.end()));
  for (auto &[name, values] : history)
    logs.set(name, values);
  state.set("logs", logs);
  return state;
}

void History::onTrainResume(TrainingContext &context, const State &state) {
  onTrainBegin(context);
  if (state.empty())
    return;
  for (double number : state.numbers("epochs"))
    epoch.push_back(static_cast<int>(number));
  State logs = state.part("logs");
  for (auto &[name, digits] : logs.texts())
    history[name] = logs.numbers(name);
}

} // namespace tenon
