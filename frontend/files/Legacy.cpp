// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Legacy.h"
#include "frontend/files/Keras.h"
#include "frontend/files/LegacyConfig.h"
#include "frontend/files/LegacyWeights.h"
#include "frontend/graph/Registry.h"
#include "runtime/File.h"
#include <algorithm>
#include <map>

namespace tenon::files {
namespace {

using Json = nlohmann::ordered_json;

uint64_t bytesOf(const Model &model) {
  uint64_t bytes = 0;
  for (const graph::NamedWeight &named : graph::namedWeights(model.model()))
    bytes += named.weight->value.bytes();
  return bytes;
}

/// The layers of several models whose values are the same, as of one that the models shared; values that say nothing (a
/// new layer's zeros) do not count.
std::vector<std::string> copies(const graph::ModelNode &model) {
  struct Group {
    std::vector<const graph::LayerNode *> layers;
    std::string names;
  };
  std::map<std::string, Group> groups; // by name, class and values
  auto collect = [&](const graph::ModelNode &owner, auto &&self) -> void {
    for (const auto &layer : owner.layers()) {
      if (auto *inner = dynamic_cast<const graph::ModelNode *>(layer.get()))
        self(*inner, self);
      std::string key = layer->name() + "\n" + layer->className() + "\n";
      bool telling = false;
      for (const auto &weight : layer->weights()) {
        const std::string_view bytes(static_cast<const char *>(weight->value.raw()), weight->value.bytes());
        const size_t size = sizeOf(weight->value.dtype());
        telling |= bytes.size() > size && bytes.substr(size) != bytes.substr(0, bytes.size() - size);
        key += std::to_string(std::hash<std::string_view>()(bytes)) + ",";
      }
      Group &group = groups[telling ? key : ""];
      if (!telling || std::find(group.layers.begin(), group.layers.end(), layer.get()) != group.layers.end())
        continue;
      group.layers.push_back(layer.get());
      group.names += (group.names.empty() ? "" : ", ") + owner.name();
    }
  };
  auto isModel = [](const auto &layer) { return dynamic_cast<const graph::ModelNode *>(layer.get()); };
  if (std::any_of(model.layers().begin(), model.layers().end(), isModel)) // one model's layers have names of their own
    collect(model, collect);
  std::vector<std::string> found;
  for (const auto &[key, group] : groups)
    if (group.layers.size() > 1)
      found.push_back(group.layers[0]->name() + " (in " + group.names + ")");
  return found;
}

} // namespace

ModelFile readLegacy(const std::string &path, bool compile) {
  return withPath(path, [&] {
    const MappedFile image = mapFile(path);
    Hdf5File values(image.bytes(), path);
    auto config = values.attribute("/", "model_config");
    if (!config)
      throw Error("holds weights without a model; make the model and call loadWeights");
    Json description = fromLegacy(parseDescription(*config, "its model_config"));
    if (auto training = values.attribute("/", "training_config"); training && compile)
      description["compile_config"] = fromLegacyTraining(parseJson<Json>(*training, "its training_config"));
    ModelFile file = makeModel(std::move(description), compile, values.dataBytes());
    auto root = legacyRoot(values);
    if (!root)
      throw Error("holds a model without weights");
    readWeights(planLegacyWeights(file.model.model(), values, *root), values);
    if (const std::vector<std::string> layers = copies(file.model.model()); !layers.empty())
      graph::warn(path + ": the older format does not say that a layer of several models is one: these have the same values "
                         "but are copies, which train apart: " + listed(layers));
    if (file.compiled) {
      const auto variables = graph::optimizerVariables(file.model.model(), *file.compiled->optimizer.rule());
      file.state = readOptimizer(path, *file.compiled, values, legacyOptimizerPaths(values, variables), variables);
    }
    return file;
  });
}

void writeLegacy(const std::string &path, const ModelFile &file, const OptimizerState &state) {
  Hdf5Writer content(path, bytesOf(file.model) + bytesOf(state));
  content.attribute("/", "keras_version", std::string(kerasVersion));
  content.attribute("/", "backend", std::string("tensorflow"));
  content.attribute("/", "model_config", toLegacy(Json::parse(file.model.toJson())).dump());
  if (file.compiled)
    content.attribute("/", "training_config", toLegacyTraining(*file.compiled).dump());
  writeLegacyWeights(content, "model_weights", file.model.model());
  if (!state.values.empty())
    writeLegacyOptimizer(content, file.model.model(), state);
  writeFile(path, content.image());
}

void writeLegacyWeightFile(const std::string &path, const Model &model) {
  Hdf5Writer content(path, bytesOf(model));
  writeLegacyWeights(content, "/", model.model());
  writeFile(path, content.image());
}

} // namespace tenon::files
