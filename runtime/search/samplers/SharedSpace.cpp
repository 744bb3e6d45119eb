// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/SharedSpace.h"

#include <algorithm>

namespace tenon::search {

bool hasLoss(const TrialRecord &trial) {
  return (trial.state == TrialState::Complete || trial.state == TrialState::Pruned) && trial.value;
}

bool isBad(const TrialRecord &trial) {
  return trial.state == TrialState::Failed ? !trial.accident : trial.state == TrialState::Pruned && !trial.value;
}

std::vector<SpaceParameter> sharedSpace(const SearchHistory &history) {
  std::vector<SpaceParameter> space;
  bool first = true;
  for (const TrialRecord &trial : history.trials) {
    if (!hasLoss(trial))
      continue;
    if (first)
      for (const Parameter &parameter : trial.parameters)
        if (parameter.range.count() != 1)
          space.push_back({parameter.name, parameter.range});
    first = false;
    std::erase_if(space, [&](const SpaceParameter &parameter) { return !trial.find(parameter.name); });
  }
  return space;
}

const ParameterValue *valueOf(const TrialRecord &trial, const SpaceParameter &parameter) {
  size_t hint = 0;
  return valueOf(trial, parameter, hint);
}

const ParameterValue *valueOf(const TrialRecord &trial, const SpaceParameter &parameter, size_t &hint) {
  const std::vector<Parameter> &parameters = trial.parameters;
  if (hint < parameters.size() && parameters[hint].name == parameter.name)
    return &parameters[hint].value;
  for (size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].name == parameter.name) {
      hint = i;
      return &parameters[i].value;
    }
  if (trial.isFinished()) // its plan is what it never asked for
    return nullptr;
  auto planned = trial.planned.find(parameter.name);
  return planned != trial.planned.end() && parameter.range.contains(planned->second) ? &planned->second : nullptr;
}

} // namespace tenon::search
