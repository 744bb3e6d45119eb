// SPDX-License-Identifier: Apache-2.0
// What users are told of models and data that would train on without a word.
#pragma once
#include "frontend/graph/EmitTraining.h"
#include <tenon/data.h>

namespace tenon::facade {

/// Warns of outputs whose activation does not fit their loss.
void warnOfActivations(const graph::ModelNode &model, const graph::TrainingSpec &spec);

/// An Error for targets that a loss would take wrongly (a label that is no class) or that have another number of
/// columns than the output; with `warn` also a warning of those that are merely doubtful (rows that do not sum to 1).
void checkTargets(const graph::ModelNode &model, const graph::TrainingSpec &spec, const Feed &y, bool warn);

} // namespace tenon::facade
