// SPDX-License-Identifier: Apache-2.0
// The weights of Keras's older .h5 files: a group per layer of model.layers, models among them as one flat layer, each
// with its arrays' names in the attribute weight_names; trained weights stand before the others. They are found by
// order, never by name, as Keras does by default.
#pragma once
#include "frontend/files/Hdf5Writer.h"
#include "frontend/files/OptimizerState.h"
#include "frontend/files/WeightTargets.h"

namespace tenon::files {

/// The group that holds the layers: "model_weights" of a whole model, "/" of a file of weights alone, none in other files.
std::optional<std::string> legacyRoot(const Hdf5File &file);
/// Every weight of the model with its data set, checked: an Error lists all layers whose weights are missing or of other
/// shapes, or says that the numbers of layers differ.
std::vector<WeightTarget> planLegacyWeights(const graph::ModelNode &model, const Hdf5File &file,
                                            const std::string &root);
/// Where the optimizer's variables are; empty when the file has none. Keras 3 writes them in its order; Keras 2's have other
/// names and orders, and no learning rate, whose path is "" then.
std::vector<std::string> legacyOptimizerPaths(const Hdf5File &file,
                                              const std::vector<graph::OptimizerVariable> &variables);

/// Writes the layers into the group `root`.
void writeLegacyWeights(Hdf5Writer &file, const std::string &root, const graph::ModelNode &model);
void writeLegacyOptimizer(Hdf5Writer &file, const graph::ModelNode &model, const OptimizerState &state);

} // namespace tenon::files
