// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"

namespace tenon::search {
namespace {
std::string cell(const std::string &text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos)
    return text;
  std::string quoted = "\"";
  for (char c : text)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}
std::string cell(double value) { return toText(ParameterValue(value)); }
} // namespace

std::string toCsv(const Study &study) {
  const std::vector<TrialRecord> trials = study.trials();
  const std::vector<Parameter> parameters = parametersOf(trials);
  std::string text = "number,state,value";
  for (const Parameter &parameter : parameters)
    text += "," + cell("params_" + parameter.name);
  text += ",seconds,failure\n";
  for (const TrialRecord &trial : trials) {
    text += std::to_string(trial.number) + "," + toText(trial.state) + "," + (trial.value ? cell(*trial.value) : "");
    for (const Parameter &parameter : parameters) {
      const ParameterValue *value = trial.find(parameter.name);
      text += "," + (value ? cell(toText(*value)) : "");
    }
    text += "," + (trial.finished > 0 && trial.started > 0 ? cell(trial.finished - trial.started) : "");
    text += "," + cell(trial.failure) + "\n";
  }
  return text;
}

} // namespace tenon::search
