// SPDX-License-Identifier: Apache-2.0
// The .tenon file: Keras's JSON of the model with its compile_config, and all variables in the runtime's container.
#pragma once
#include "frontend/graph/ModelNode.h"
#include <tenon/container.h>
#include <tenon/training.h>

namespace tenon::files {

/// What compile() was told, as a file keeps it.
struct CompileConfig {
  Optimizer optimizer;
  std::vector<Loss> losses; // per output, as the next two
  std::vector<double> lossWeights;
  std::vector<std::vector<Metric>> metrics, weightedMetrics;
  int stepsPerExecution = 1;
};

struct ModelFile {
  Model model;
  std::optional<CompileConfig> compiled;
  std::vector<StoredVariable> state; // slots and hyper-parameters
};

void writeTenon(const std::string &path, const ModelFile &file);
/// The model with the file's weights. An Error that names the file and what is wrong with it.
ModelFile readTenon(const std::string &path);

} // namespace tenon::files
