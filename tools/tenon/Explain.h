// SPDX-License-Identifier: Apache-2.0
// What `tenon compile --explain` prints.
#pragma once
#include "codegen/Explanation.h"
#include "mlir/IR/BuiltinOps.h"

namespace tenon::tools {

/// The layers of a module's @predict as the model names them, in order, and whether each computes nothing: reshapes, slices
/// and concatenations can be views.
struct LayerList {
  std::vector<std::string> names;
  std::vector<bool> movesNothing;
};
LayerList layersOf(mlir::ModuleOp module);

/// Layer by layer: the kernels each ended in, what passes did to it, or why they did not; then sums.
std::string explainText(const codegen::Explanation &explanation, const LayerList &layers);
/// The same for programs:
///   {"entries": [{"name", "stages", "predicted_us",
///                 "kernels": [{"stage", "kernel", "schedule", "layers", "tasks", "predicted_us"}],
///                 "loops": [{"stage", "steps", "reverse", "layers", "tasks"}],
///                 "layers": [{"name", "kernels": [indices], "remarks": [{"pass", "text"}]}]}]}
std::string explainJson(const codegen::Explanation &explanation, const LayerList &layers);

} // namespace tenon::tools
