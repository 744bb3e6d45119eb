// SPDX-License-Identifier: Apache-2.0
// Keras's compile_config: what compile() was told.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <tenon/training.h>

namespace tenon::files {

struct CompileConfig {
  Optimizer optimizer;
  std::vector<Loss> losses; // per output, as the next three
  std::vector<double> lossWeights;
  std::vector<std::vector<Metric>> metrics, weightedMetrics;
  int stepsPerExecution = 1;
};

nlohmann::ordered_json toJson(const CompileConfig &config);

/// Reads values, lists and objects by output name. What is not supported is appended to `problems`, all of it; then the
/// result is empty.
std::optional<CompileConfig> compileConfigFromJson(const nlohmann::ordered_json &json,
                                                   const std::vector<std::string> &outputs,
                                                   std::vector<std::string> &problems);

} // namespace tenon::files
