// SPDX-License-Identifier: Apache-2.0
// The table of layers: reading models, `tenon layers` and the tests' harness all go through it.
#pragma once
#include "frontend/graph/LayerNode.h"

namespace tenon::graph {

struct LayerClass {
  /// Keras's: "Dense".
  std::string name;
  /// "Dense({.units, .activation = \"linear\", ...})": options in order with their defaults.
  std::string signature;
  std::function<std::shared_ptr<LayerNode>(const Json &config)> fromConfig;
};

/// All layers, sorted by name.
const std::vector<LayerClass> &layerTable();
/// The row, or null.
const LayerClass *findLayerClass(const std::string &name);

} // namespace tenon::graph
