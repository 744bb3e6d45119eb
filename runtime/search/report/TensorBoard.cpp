// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/HyperParameters.h"
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"

namespace tenon::search {
namespace {
using namespace tenon::events;

/// One name for a run's file, so that writing a study again replaces what was written before.
EventFile fileIn(const std::string &folder) { return EventFile(folder + "/events.out.tfevents.0.tenon.tune.v2", 0); }

HyperParameter described(const Parameter &parameter) {
  const ParameterRange &range = parameter.range;
  if (range.kind == ParameterKind::Categorical)
    return {.name = parameter.name, .choices = range.choices};
  return {.name = parameter.name, .interval = std::pair(range.low, range.high)};
}

std::map<std::string, HyperParameterValue> valuesOf(const TrialRecord &trial) {
  std::map<std::string, HyperParameterValue> values;
  for (const Parameter &parameter : trial.parameters)
    if (auto *text = std::get_if<std::string>(&parameter.value))
      values[parameter.name] = *text;
    else if (auto *whole = std::get_if<int64_t>(&parameter.value))
      values[parameter.name] = double(*whole);
    else
      values[parameter.name] = std::get<double>(parameter.value);
  return values;
}

void writeTrial(const TrialRecord &trial, const std::string &run, const std::string &folder) {
  EventFile file = fileIn(folder + "/" + run);
  file.write(0, sessionStart(valuesOf(trial), run, trial.started));
  for (auto &[step, value] : trial.reports) {
    Summary summary;
    summary.scalar("intermediate", value);
    file.write(step, summary);
  }
  // A pruned trial's last report is no value to compare with the others'.
  if (trial.state == TrialState::Complete) {
    Summary summary;
    summary.scalar("value", *trial.value);
    file.write(0, summary);
  }
  if (trial.isFinished())
    file.write(0, sessionEnd(trial.state == TrialState::Failed ? SessionStatus::Failure : SessionStatus::Success,
                             trial.finished));
}
} // namespace

void writeTensorBoard(const Study &study, const std::string &folder) {
  const std::vector<TrialRecord> trials = study.trials();
  std::vector<HyperParameter> parameters;
  for (const Parameter &parameter : parametersOf(trials))
    parameters.push_back(described(parameter));
  EventFile file = fileIn(folder);
  file.write(0, experiment(parameters, {"value"}, trials.empty() ? 0 : trials[0].started));
  for (const TrialRecord &trial : trials)
    if (trial.state != TrialState::Waiting)
      writeTrial(trial, "trial_" + std::to_string(trial.number), folder);
}

} // namespace tenon::search
