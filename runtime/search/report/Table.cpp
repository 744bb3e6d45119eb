// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"

#include <algorithm>

namespace tenon::search {
namespace {
constexpr size_t bestShown = 10;

/// Columns as wide as their widest cell, numbers to the right.
std::string aligned(const std::vector<std::vector<std::string>> &rows) {
  std::vector<size_t> widths(rows[0].size(), 0);
  for (auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columnsOf(row[i]));
  std::string text;
  for (auto &row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      text += (i ? "  " : "") + std::string(widths[i] - columnsOf(row[i]), ' ') + row[i];
    text += '\n';
  }
  return text;
}

std::string countsOf(const std::vector<TrialRecord> &trials) {
  std::string text = counted(trials.size(), "trial"), separator = ": ";
  for (TrialState state :
       {TrialState::Complete, TrialState::Pruned, TrialState::Failed, TrialState::Running, TrialState::Waiting})
    if (auto count = std::count_if(trials.begin(), trials.end(),
                                   [&](const TrialRecord &trial) { return trial.state == state; })) {
      text += separator + std::to_string(count) + " " + toText(state);
      separator = ", ";
    }
  return text + "\n";
}
} // namespace

std::string toTable(const Study &study) {
  const std::vector<TrialRecord> trials = study.trials();
  const std::vector<Parameter> parameters = parametersOf(trials);
  const std::vector<const TrialRecord *> best = ranked(trials, study.settings().direction);
  std::string text;
  if (!best.empty()) {
    std::vector<std::vector<std::string>> rows{{"trial", "value"}};
    for (const Parameter &parameter : parameters)
      rows[0].push_back(parameter.name);
    rows[0].push_back("time");
    for (size_t i = 0; i < best.size() && i < bestShown; ++i) {
      const TrialRecord &trial = *best[i];
      std::vector<std::string> row{std::to_string(trial.number), readable(*trial.value)};
      for (const Parameter &parameter : parameters) {
        const ParameterValue *value = trial.find(parameter.name);
        row.push_back(value ? readable(*value) : "-");
      }
      row.push_back(duration(trial.finished - trial.started));
      rows.push_back(std::move(row));
    }
    text += aligned(rows) + "\n";
  }
  text += countsOf(trials);
  for (auto trial = trials.rbegin(); trial != trials.rend(); ++trial)
    if (trial->state == TrialState::Failed) {
      text += "trial " + std::to_string(trial->number) + " failed: " + trial->failure + "\n";
      break;
    }
  if (best.empty())
    return text + "no trial is complete\n";
  return text + "best value " + toText(ParameterValue(*best[0]->value)) + " of trial " +
         std::to_string(best[0]->number) + ": " + assignments(best[0]->parameters) + "\n";
}

} // namespace tenon::search
