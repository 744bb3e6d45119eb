// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_SHAREDSPACE_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_SHAREDSPACE_H

#include <tenon/samplers.h>

namespace tenon::search {

struct SpaceParameter {
  std::string name;
  ParameterRange range;
};

/// The parameters with more than one value that all trials with a loss (hasLoss) have, by the first one's order; what
/// is drawn jointly. Empty when there is no such trial.
std::vector<SpaceParameter> sharedSpace(const SearchHistory &history);

/// Complete trials and those pruned with a value.
bool hasLoss(const TrialRecord &trial);
/// Trials that failed by their parameters, and those pruned without a value: they say where not to go.
bool isBad(const TrialRecord &trial);

/// The trial's value of a parameter, of an unfinished one also when it is planned and not asked for yet; null when it
/// has none.
const ParameterValue *valueOf(const TrialRecord &trial, const SpaceParameter &parameter);
/// The same, looking first where the trial before had it, which `hint` keeps.
const ParameterValue *valueOf(const TrialRecord &trial, const SpaceParameter &parameter, size_t &hint);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_SHAREDSPACE_H
