// SPDX-License-Identifier: Apache-2.0
// One row per layer and variant: how it is made, what it takes, gives and owns. Emission, configuration, saving and
// loading are tested over this table.
#pragma once
#include <functional>
#include <ostream>
#include <string>
#include <tenon/layers.h>
#include <vector>

namespace tenon::testing {

using Weights = std::vector<std::pair<std::string, Shape>>;

struct LayerCase {
  std::string title;
  std::function<Layer()> make;
  std::vector<Shape> inputs; // without the batch
  Shape output;              // with it
  Weights weights = {};
};
inline void PrintTo(const LayerCase &testCase, std::ostream *out) { *out << testCase.title; }

const std::vector<LayerCase> &layerCases();

} // namespace tenon::testing
