// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Tenon.h"
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/Registry.h"
#include "frontend/graph/Sharing.h"
#include <cstring>

namespace tenon::files {
namespace {

using Json = nlohmann::ordered_json;

void setWeights(const Model &model, const Container &container) {
  for (const graph::NamedWeight &named : graph::namedWeights(model.model())) {
    const StoredVariable *stored = container.find(named.name);
    Array &value = named.weight->value;
    if (!stored)
      throw Error("holds no values for '" + named.name + "'");
    if (stored->value.shape() != value.shape() || stored->value.dtype() != value.dtype())
      throw Error("'" + named.name + "' has shape " + toString(stored->value.shape()) + " and type " +
                  nameOf(stored->value.dtype()) + ", expected " + toString(value.shape()) + " and " +
                  nameOf(value.dtype()));
    std::memcpy(value.raw(), stored->value.raw(), value.bytes());
  }
  graph::touchWeights(model.model());
}

/// The layers' own flags: making a model that is not trained has reset those of its layers, shared ones among them.
void setTrainable(const Json &description, graph::ModelNode &model) {
  const Json &config = description.at("config");
  for (const Json &entry : config.value("layers", Json::array()))
    for (const auto &layer : model.layers()) {
      if (layer->name() != entry.at("config").value("name", ""))
        continue;
      if (auto *inner = dynamic_cast<graph::ModelNode *>(layer.get()))
        setTrainable(entry, *inner);
      layer->setOwnTrainable(entry.at("config").value("trainable", true));
    }
  model.setOwnTrainable(config.value("trainable", true));
}

ModelFile build(const Container &container) {
  Json description = parseDescription(container.description, "the description");
  const Json compileConfig = description.value("compile_config", Json());
  description.erase("compile_config");
  Model model = modelFromJson(description.dump());
  setTrainable(description, model.model());
  setWeights(model, container);
  ModelFile file{model, std::nullopt, {}};
  if (std::vector<std::string> problems; compileConfig.is_object()) {
    file.compiled = compileConfigFromJson(compileConfig, model.model().outputNames(), problems);
    if (!problems.empty())
      throw Error(listed(problems));
  }
  for (const StoredVariable &variable : container.variables)
    if (variable.kind == VariableKind::Slot || variable.kind == VariableKind::Hyper)
      file.state.push_back(variable);
  return file;
}

} // namespace

void writeTenon(const std::string &path, const ModelFile &file) {
  Json description = Json::parse(file.model.toJson());
  graph::markShared(description, file.model.model(), graph::SharedIds::All);
  if (file.compiled)
    description["compile_config"] = toJson(*file.compiled);
  else
    description.erase("compile_config"); // Keras's {} of a model that is not compiled: here its absence says so
  Container container;
  container.producer = "tenon";
  container.description = description.dump(1);
  for (const graph::NamedWeight &named : graph::namedWeights(file.model.model()))
    container.variables.push_back(
        {named.name, named.weight->kind == graph::WeightKind::Weight ? VariableKind::Weight : VariableKind::Statistic,
         named.trainable, named.weight->value});
  container.variables.insert(container.variables.end(), file.state.begin(), file.state.end());
  container.write(path);
}

ModelFile readTenon(const std::string &path) {
  Container container = Container::read(path);
  try {
    return build(container);
  } catch (const Error &error) {
    throw Error(path + ": " + error.what(), error.fault());
  } catch (const nlohmann::json::exception &error) {
    throw Error(path + ": the description is not a model: " + error.what());
  }
}

} // namespace tenon::files
