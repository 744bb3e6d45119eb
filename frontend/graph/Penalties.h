// SPDX-License-Identifier: Apache-2.0
// Regularisation: what weights and layers' results add to the total loss, and to it alone.
#pragma once
#include "frontend/graph/Emitter.h"
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/Regularizers.h"

namespace tenon::graph {

/// Hands the emitter the penalty on the results of one call, divided by the batch size; nothing when there is no
/// regularizer, or the emitter does not collect penalties.
void addActivityPenalty(Emitter &emitter, const Regularizer &regularizer, llvm::ArrayRef<mlir::Value> results);

/// `loss` with the penalties on results that the emitter has collected and those on the weights that are trained now.
Expression withPenalties(Expression loss, Emitter &emitter, const ModelNode &model);

} // namespace tenon::graph
