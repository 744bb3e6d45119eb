// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <tenon/model.h>

namespace tenon::facade {

/// What every layer of a model gives for samples.
class Activations {
public:
  explicit Activations(const Model &model);
  /// By the layers' names, "_1" and so on behind those of further results. The states of stateful layers stay.
  std::vector<std::pair<std::string, Array>> of(const Feed &x) const;

private:
  Model model;
  std::vector<std::string> names;
  Model all;
};

} // namespace tenon::facade
