// SPDX-License-Identifier: Apache-2.0
// The weights of a Keras 3 file: `layers/<snake case of the class>[_<n>]/vars/<i>`, numbered in the order of
// model.layers; inner models repeat that inside their group. The optimizer's variables are `optimizer/vars/<i>`. Groups
// that no layer asks for are ignored.
#pragma once
#include "frontend/files/Hdf5Writer.h"
#include "frontend/files/OptimizerState.h"
#include "frontend/files/WeightTargets.h"

namespace tenon::files {

/// Every weight of the model with its data set, checked: an Error lists all layers whose weights are missing or of
/// other shapes. With `sameNames`, a group that names another layer than its own is one of them.
std::vector<WeightTarget> planWeights(const graph::ModelNode &model, const Hdf5File &file, bool sameNames);
/// Where the optimizer's variables are, in Keras's order; empty when the file has none.
std::vector<std::string> optimizerPaths(const Hdf5File &file);

/// The whole file: weights and, unless it is empty, the optimizer's state. `name` stands in front of messages.
Hdf5Writer writeKerasWeights(const std::string &name, const graph::ModelNode &model, const OptimizerState &state);

} // namespace tenon::files
