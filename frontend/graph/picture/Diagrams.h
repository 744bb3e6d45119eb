// SPDX-License-Identifier: Apache-2.0
// What is drawn: a model's layers, and the kernels they became.
#pragma once
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/picture/Diagram.h"
#include "mlir/IR/BuiltinOps.h"

namespace tenon::picture {

/// A box per call of a layer, with its options and output shapes; models inside as one box, or with `expandNested` as
/// their layers.
Diagram ofLayers(const graph::ModelNode &model, bool expandNested = false);

/// A box per kernel (and per op outside of kernels) of a function after the passes, with the ops that were fused and
/// the layers they come from. Weights are left out. An Error when the module has no such function.
Diagram ofKernels(mlir::ModuleOp module, const std::string &function);

} // namespace tenon::picture
