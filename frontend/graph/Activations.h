// SPDX-License-Identifier: Apache-2.0
// Activations by name, one row each.
#pragma once
#include "frontend/graph/LayerNode.h"

namespace tenon::graph {

/// The canonical name ("silu" for "swish", "linear" for ""); an Error "<layer>: unknown activation ..." otherwise.
std::string checkActivation(const std::string &layer, const std::string &name);
/// The activation, whose name checkActivation has accepted, of a value.
mlir::Value emitActivation(Emitter &emitter, const std::string &name, mlir::Value value);
/// Does it take each element alone? Others go over the last axis.
bool isElementwiseActivation(const std::string &name);

} // namespace tenon::graph
