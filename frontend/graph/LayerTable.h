// SPDX-License-Identifier: Apache-2.0
// The table of layers: reading models, `tenon layers` and the tests' harness all go through it.
#pragma once
#include "frontend/graph/LayerNode.h"

namespace tenon::graph {

/// One of a layer's arguments.
struct LayerArgument {
  /// Keras's: "kernel_size".
  std::string name;
  /// The default in Python ("'linear'", "(1, 1)") and in C++ ("\"linear\"", "{1,1}"); empty: the argument is required.
  std::string kerasDefault, cppDefault;
  /// Keras has it, here it only takes its default.
  bool fixed = false;
};

struct LayerClass {
  /// Keras's: "Dense".
  std::string name;
  /// In Keras's order.
  std::vector<LayerArgument> arguments;
  std::function<std::shared_ptr<LayerNode>(const Json &config)> fromConfig;
};

/// All layers, sorted by name.
const std::vector<LayerClass> &layerTable();
/// The row, or null.
const LayerClass *findLayerClass(const std::string &name);

/// "Dense(units, activation='linear', ...)".
std::string kerasSignature(const LayerClass &layer);
/// "Dense({.units, .activation = \"linear\", ...})", without what is fixed.
std::string cppSignature(const LayerClass &layer);
/// What an argument means, in a line; Keras's names mean the same in every layer. "" for an unknown one.
std::string argumentMeaning(const std::string &name);

} // namespace tenon::graph
