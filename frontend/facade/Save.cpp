// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/ModelState.h"
#include "frontend/files/Keras.h"
#include "frontend/files/Tenon.h"

namespace tenon {

void Model::save(const std::string &path) const {
  facade::ModelState &state = facade::ModelState::of(model());
  files::ModelFile file{*this, std::nullopt, {}};
  if (state.isCompiled()) {
    const graph::TrainingSpec &spec = state.compiled("save");
    file.compiled = files::CompileConfig{spec.optimizer, spec.losses,          spec.lossWeights,
                                         spec.metrics,   spec.weightedMetrics, state.stepsPerExecution()};
    for (const auto &[name, stored] : state.stored())
      if (stored.kind == VariableKind::Slot || stored.kind == VariableKind::Hyper)
        file.state.push_back({name, stored.kind, false, stored.value});
  }
  files::writeTenon(path, file);
}

// By content where that can be told, else by ending.
static files::ModelFile readModel(const std::string &path, bool compile) {
  if (path.ends_with(".weights.h5"))
    throw Error(path + ": holds weights without a model; make the model and call loadWeights");
  switch (files::kindOf(path)) {
  case files::FileKind::Zip:
    return files::readKeras(path, compile);
  case files::FileKind::Hdf5:
    files::failLegacy(path);
  case files::FileKind::Other:
    break;
  }
  return path.ends_with(".keras") ? files::readKeras(path, compile) : files::readTenon(path);
}

Model loadModel(const std::string &path, const LoadOptions &options) {
  files::ModelFile file = readModel(path, options.compile);
  if (file.compiled && options.compile) {
    facade::ModelState &state = facade::ModelState::of(file.model.model());
    auto entries = [](const std::vector<std::vector<Metric>> &lists) {
      return Metrics(std::vector<Metrics::Entry>(lists.begin(), lists.end()));
    };
    const files::CompileConfig &config = *file.compiled;
    try {
      state.compile({config.optimizer, config.losses, config.lossWeights, entries(config.metrics),
                     entries(config.weightedMetrics), config.stepsPerExecution});
    } catch (const Error &error) {
      throw Error(path + ": compile_config: " + error.what(), error.fault());
    }
    for (const StoredVariable &variable : file.state)
      state.restore(variable.name, variable.kind, variable.value);
  }
  return file.model;
}

void Model::loadWeights(const std::string &path) const { files::readKerasWeights(path, *this); }

} // namespace tenon
