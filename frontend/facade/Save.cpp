// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/ModelState.h"
#include "frontend/files/Tenon.h"

namespace tenon {

void Model::save(const std::string &path) const {
  facade::ModelState &state = facade::ModelState::of(model());
  files::ModelFile file{*this, std::nullopt, {}};
  if (state.isCompiled()) {
    const graph::TrainingSpec &spec = state.compiled("save");
    file.compiled = files::CompileConfig{spec.optimizer, spec.losses,         spec.lossWeights,
                                         spec.metrics,   spec.weightedMetrics, state.stepsPerExecution()};
    for (const auto &[name, stored] : state.stored())
      if (stored.kind == VariableKind::Slot || stored.kind == VariableKind::Hyper)
        file.state.push_back({name, stored.kind, false, stored.value});
  }
  files::writeTenon(path, file);
}

Model loadModel(const std::string &path) {
  files::ModelFile file = files::readTenon(path);
  if (file.compiled) {
    facade::ModelState &state = facade::ModelState::of(file.model.model());
    auto entries = [](const std::vector<std::vector<Metric>> &lists) {
      return Metrics(std::vector<Metrics::Entry>(lists.begin(), lists.end()));
    };
    const files::CompileConfig &config = *file.compiled;
    state.compile({config.optimizer, config.losses, config.lossWeights, entries(config.metrics),
                   entries(config.weightedMetrics), config.stepsPerExecution});
    for (const StoredVariable &variable : file.state)
      state.restore(variable.name, variable.kind, variable.value);
  }
  return file.model;
}

} // namespace tenon
