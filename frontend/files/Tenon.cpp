// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Tenon.h"
#include "frontend/graph/Registry.h"
#include <cstring>

namespace tenon::files {
namespace {

using Json = nlohmann::ordered_json;

Json toJson(const std::vector<std::vector<Metric>> &lists) {
  Json metrics = Json::array();
  for (const auto &list : lists) {
    Json entries = Json::array();
    for (const Metric &metric : list)
      entries.push_back(Json::parse(metric.toJson()));
    metrics.push_back(entries);
  }
  // Keras writes the value itself where there is one output.
  return metrics.size() == 1 ? metrics[0] : metrics;
}

Json toJson(const CompileConfig &config) {
  Json losses = Json::array();
  for (const Loss &loss : config.losses)
    losses.push_back(Json::parse(loss.toJson()));
  bool single = config.losses.size() == 1;
  bool weighted = std::any_of(config.weightedMetrics.begin(), config.weightedMetrics.end(),
                              [](const auto &list) { return !list.empty(); });
  return {{"optimizer", Json::parse(config.optimizer.toJson())},
          {"loss", single ? losses[0] : losses},
          {"loss_weights", single ? Json(nullptr) : Json(config.lossWeights)},
          {"metrics", toJson(config.metrics)},
          {"weighted_metrics", weighted ? toJson(config.weightedMetrics) : Json(nullptr)},
          {"run_eagerly", false},
          {"steps_per_execution", config.stepsPerExecution},
          {"jit_compile", true}};
}

/// A list with one entry per output from Keras's value, list or object by output name; null where an entry is missing.
std::vector<Json> perOutput(const Json &value, const std::vector<std::string> &outputs, const std::string &what) {
  if (value.is_array()) {
    if (value.size() != outputs.size())
      throw Error("compile_config: " + what + " has " + std::to_string(value.size()) + " entries, expected " +
                  std::to_string(outputs.size()));
    return std::vector<Json>(value.begin(), value.end());
  }
  std::vector<Json> result;
  for (const std::string &output : outputs) {
    if (value.is_object() && !value.contains("class_name"))
      result.push_back(value.contains(output) ? value[output] : Json(nullptr));
    else
      result.push_back(value);
  }
  return result;
}

std::vector<Metric> metricList(const Json &value) {
  std::vector<Metric> metrics;
  if (value.is_array())
    for (const Json &entry : value)
      metrics.push_back(Metric::fromJson(entry.dump()));
  else if (!value.is_null())
    metrics.push_back(Metric::fromJson(value.dump()));
  return metrics;
}

std::vector<std::vector<Metric>> metricLists(const Json &config, const char *key,
                                             const std::vector<std::string> &outputs) {
  const Json metrics = config.value(key, Json(nullptr));
  if (outputs.size() == 1 && metrics.is_array())
    return {metricList(metrics)};
  std::vector<std::vector<Metric>> lists;
  for (const Json &entry : perOutput(metrics, outputs, key))
    lists.push_back(metricList(entry));
  return lists;
}

CompileConfig compileConfigFromJson(const Json &json, const std::vector<std::string> &outputs) {
  for (const char *key : {"optimizer", "loss"})
    if (!json.contains(key) || json[key].is_null())
      throw Error(std::string("compile_config: no ") + key);
  CompileConfig config{Optimizer::fromJson(json["optimizer"].dump()), {}, {}, {}, {}};
  for (const Json &loss : perOutput(json["loss"], outputs, "loss"))
    config.losses.push_back(Loss::fromJson(loss.dump()));
  for (const Json &weight : perOutput(json.value("loss_weights", Json(nullptr)), outputs, "loss_weights")) {
    if (!weight.is_null() && !weight.is_number())
      throw Error("compile_config: loss_weights holds " + weight.dump() + ", expected a number");
    config.lossWeights.push_back(weight.is_null() ? 1.0 : weight.get<double>());
  }
  config.metrics = metricLists(json, "metrics", outputs);
  config.weightedMetrics = metricLists(json, "weighted_metrics", outputs);
  if (const Json steps = json.value("steps_per_execution", Json(nullptr)); steps.is_number_integer())
    config.stepsPerExecution = steps.get<int>();
  return config;
}

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

ModelFile build(const Container &container) {
  Json description = Json(parseJson(container.description, "description"));
  if (!description.is_object())
    throw Error("the description is no JSON object");
  Json compileConfig = description.value("compile_config", Json(nullptr));
  // Order matters (inputs, layers), so the text is parsed again with it kept.
  description = Json::parse(container.description);
  description.erase("compile_config");
  Model model = modelFromJson(description.dump());
  setWeights(model, container);
  ModelFile file{model, std::nullopt, {}};
  if (compileConfig.is_object())
    file.compiled = compileConfigFromJson(compileConfig, model.model().outputNames());
  for (const StoredVariable &variable : container.variables)
    if (variable.kind == VariableKind::Slot || variable.kind == VariableKind::Hyper)
      file.state.push_back(variable);
  return file;
}

} // namespace

void writeTenon(const std::string &path, const ModelFile &file) {
  Json description = Json::parse(file.model.toJson());
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
