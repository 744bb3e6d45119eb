// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tenon::search {
namespace {
using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isfinite(value))
    return value;
  return toText(ParameterValue(value)); // JSON has none for it
}

Json params(const std::vector<Parameter> &parameters) {
  Json result = Json::object();
  for (const Parameter &parameter : parameters)
    std::visit([&](const auto &value) { result[parameter.name] = value; }, parameter.value);
  return result;
}

Json toJson(const TrialRecord &trial) {
  Json json{{"number", trial.number}, {"state", toText(trial.state)}, {"value", nullptr}};
  if (trial.value)
    json["value"] = number(*trial.value);
  json["params"] = params(trial.parameters);
  if (!trial.executions.empty())
    for (double value : trial.executions)
      json["executions"].push_back(number(value));
  if (!trial.reports.empty())
    for (auto &[step, value] : trial.reports)
      json["intermediate"][std::to_string(step)] = number(value);
  if (!trial.attributes.empty())
    json["attributes"] = trial.attributes;
  if (!trial.failure.empty())
    json["failure"] = trial.failure;
  json["workers"] = trial.workers;
  if (trial.started > 0)
    json["started"] = trial.started;
  if (trial.finished > 0)
    json["finished"] = trial.finished;
  return json;
}
} // namespace

std::string toJson(const Study &study) {
  const StudySettings &settings = study.settings();
  const std::vector<TrialRecord> trials = study.trials();
  Json json{{"direction", toText(settings.direction)},
            {"seed", settings.seed},
            {"sampler", settings.sampler},
            {"pruner", settings.pruner},
            {"best", nullptr},
            {"trials", Json::array()}};
  if (auto best = ranked(trials, settings.direction); !best.empty())
    json["best"] = {
        {"number", best[0]->number}, {"value", number(*best[0]->value)}, {"params", params(best[0]->parameters)}};
  for (const TrialRecord &trial : trials)
    json["trials"].push_back(toJson(trial));
  // A failure's text is of a program that may write anything.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace tenon::search
