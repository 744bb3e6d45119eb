// SPDX-License-Identifier: Apache-2.0
// The weights of a Keras 3 file: `layers/<snake case of the class>[_<n>]/vars/<i>`, numbered in the order of
// model.layers; inner models repeat that inside their group. Groups that no layer asks for are ignored.
#pragma once
#include "frontend/files/Hdf5.h"
#include "frontend/graph/ModelNode.h"

namespace tenon::files {

/// Where values go.
struct WeightTarget {
  std::string path; // of the data set
  graph::Weight *weight;
};

/// Every weight of the model with its data set, checked: an Error lists all layers whose weights are missing or of
/// other shapes. With `sameNames`, a group that names another layer than its own is one of them.
std::vector<WeightTarget> planWeights(const graph::ModelNode &model, const Hdf5File &file, bool sameNames);
/// Reads the values and marks the weights as written.
void readWeights(const std::vector<WeightTarget> &targets, const Hdf5File &file);

} // namespace tenon::files
