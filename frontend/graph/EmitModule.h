// SPDX-License-Identifier: Apache-2.0
// From the graph to the dialect.
#pragma once
#include "frontend/graph/Emitter.h"
#include "frontend/graph/ModelNode.h"
#include "mlir/IR/OwningOpRef.h"

namespace tenon::graph {

/// A module with the model's variables and @predict (inference, reads at entry). Loads the dialects it needs.
mlir::OwningOpRef<mlir::ModuleOp> emitModule(const ModelNode &model, mlir::MLIRContext &context);

/// Declares a variable per weight (kind "weight" or "statistic", trainable where it is trained) and state (kind "state") and returns their
/// names.
WeightNames declareWeights(const ModelNode &model, mlir::ModuleOp module);

/// The model's inputs as arguments of a function, in order.
std::vector<Argument> inputArguments(const ModelNode &model, mlir::MLIRContext *context);

/// Writes the model's graph into a function and returns its outputs. In training mode statistics are assigned.
std::vector<mlir::Value> emitForward(Emitter &emitter, const ModelNode &model, const std::vector<mlir::Value> &inputs);

} // namespace tenon::graph
