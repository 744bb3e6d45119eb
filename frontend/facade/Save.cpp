// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/ModelState.h"
#include "frontend/files/Keras.h"
#include "frontend/files/KerasWeights.h"
#include "frontend/files/Legacy.h"
#include "frontend/files/Npz.h"
#include "frontend/files/Tenon.h"
#include "frontend/files/WeightFile.h"
#include "frontend/graph/Registry.h"
#include "frontend/graph/Sharing.h"
#include "runtime/File.h"

namespace tenon {
namespace {

using facade::ModelState;

/// What the optimizer has gathered, as Keras's files hold it: nothing when the model is not compiled, steps and learning
/// rate alone when it has not trained.
files::OptimizerState optimizerState(ModelState &state) {
  files::OptimizerState result;
  if (!state.isCompiled())
    return result;
  const nlohmann::json optimizer = nlohmann::json::parse(state.training().optimizer.toJson());
  result.optimizer = optimizer["config"].value("name", state.training().optimizer.className());
  result.variables = state.optimizerVariables();
  if (!state.hasOptimizerState())
    std::erase_if(result.variables, [](const graph::OptimizerVariable &variable) { return variable.weight; });
  for (const graph::OptimizerVariable &variable : result.variables)
    result.values.push_back(state.storage(variable.name, variable.weight ? VariableKind::Slot : VariableKind::Hyper,
                                          variable.shape, variable.dtype));
  return result;
}

std::optional<files::CompileConfig> compileConfig(ModelState &state) {
  if (!state.isCompiled())
    return std::nullopt;
  const graph::TrainingSpec &spec = state.training();
  return files::CompileConfig{spec.optimizer, spec.losses,          spec.lossWeights,
                              spec.metrics,   spec.weightedMetrics, state.stepsPerExecution()};
}

/// With the learning rate of now, as Keras writes it.
void setRate(files::CompileConfig &config, const files::OptimizerState &state) {
  nlohmann::ordered_json optimizer = nlohmann::ordered_json::parse(config.optimizer.toJson());
  for (size_t i = 0; i < state.values.size(); ++i)
    if (state.variables[i].name == graph::learningRateName)
      optimizer["config"]["learning_rate"] = state.values[i].at(0);
  config.optimizer = Optimizer::fromJson(optimizer.dump());
}

void saveTenon(const std::string &path, files::ModelFile file, const ModelState &state) {
  if (file.compiled)
    for (const auto &[name, stored] : state.stored())
      if (stored.kind == VariableKind::Slot || stored.kind == VariableKind::Hyper)
        file.state.push_back({name, stored.kind, false, stored.value});
  files::writeTenon(path, file);
}

[[noreturn]] void failEnding(const std::string &path, const std::string &expected) {
  throw Error(path + ": expected a name that ends in " + expected, Fault::Usage);
}

/// Says what Keras's files lose of layers that several models share.
void warnOfSharing(const std::string &path, const graph::ModelNode &model, bool isKeras) {
  if (const auto layers = isKeras ? graph::refusedByKeras(model) : std::vector<std::string>(); !layers.empty())
    graph::warn(path + ": Keras " + files::kerasVersion + " does not load what it writes of layers in several models (" +
                listed(layers) + "), so not this file either; loadModel does, and .weights.h5 files can be loaded in both");
  if (const auto layers = isKeras ? std::vector<std::string>() : graph::sharedLayers(model); !layers.empty())
    graph::warn(path + ": this format does not say that a layer of several models is one, who loads the file has copies of " +
                listed(layers) + "; .tenon and .keras keep it");
}

// By content where that can be told, else by ending.
files::ModelFile readModel(const std::string &path, bool compile) {
  if (path.ends_with(".weights.h5"))
    throw Error(path + ": holds weights without a model; make the model and call loadWeights");
  switch (files::kindOf(path)) {
  case files::FileKind::Zip:
    return files::readKeras(path, compile);
  case files::FileKind::Hdf5:
    return files::readLegacy(path, compile);
  case files::FileKind::Other:
    break;
  }
  if (path.ends_with(".h5"))
    return files::readLegacy(path, compile);
  return path.ends_with(".keras") ? files::readKeras(path, compile) : files::readTenon(path);
}

} // namespace

void Model::save(const std::string &path) const {
  ModelState &state = ModelState::of(model());
  files::ModelFile file{*this, compileConfig(state), {}};
  if (path.ends_with(".tenon"))
    return saveTenon(path, std::move(file), state);
  if (path.ends_with(".weights.h5"))
    throw Error(path + ": is a name for weights alone; save to a name that ends in .keras, .h5 or .tenon, or call "
                       "saveWeights",
                Fault::Usage);
  bool isKeras = path.ends_with(".keras");
  if (!isKeras && !path.ends_with(".h5"))
    failEnding(path, ".keras, .h5 or .tenon");
  const files::OptimizerState optimizer = optimizerState(state);
  if (file.compiled)
    setRate(*file.compiled, optimizer);
  (isKeras ? files::writeKeras : files::writeLegacy)(path, file, optimizer);
  warnOfSharing(path, model(), isKeras);
}

void Model::saveWeights(const std::string &path) const {
  model().network(); // an Error when it has no weights yet
  if (path.ends_with(".weights.h5")) {
    const files::Hdf5Writer content = files::writeKerasWeights(path, model(), optimizerState(ModelState::of(model())));
    writeFile(path, content.image());
  } else if (path.ends_with(".h5")) {
    files::writeLegacyWeightFile(path, *this);
  } else if (path.ends_with(".npz")) {
    files::writeNpzWeights(path, model());
  } else {
    failEnding(path, ".weights.h5, .h5 or .npz");
  }
}

Model loadModel(const std::string &path, const LoadOptions &options) {
  files::ModelFile file = readModel(path, options.compile);
  if (file.compiled && options.compile) {
    ModelState &state = ModelState::of(file.model.model());
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

void Model::loadWeights(const std::string &path) const {
  ModelState &state = ModelState::of(model());
  std::vector<graph::OptimizerVariable> variables;
  if (state.isCompiled())
    variables = state.optimizerVariables();
  for (const StoredVariable &variable : files::readWeightFile(path, model(), variables))
    state.restore(variable.name, variable.kind, variable.value);
}

} // namespace tenon
