// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/LegacyConfig.h"
#include "frontend/files/JsonText.h"
#include "frontend/graph/losses/Function.h"
#include "frontend/graph/metrics/Function.h"
#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tenon::files {
namespace {

using Json = nlohmann::ordered_json;

bool isModel(const std::string &className) {
  return className == "Functional" || className == "Model" || className == "Sequential";
}

/// [layer, call, tensor] or [layer, call, tensor, {arguments}], as Keras 2 refers to a tensor.
bool isReference(const Json &json) {
  return json.is_array() && (json.size() == 3 || json.size() == 4) && json[0].is_string() &&
         json[1].is_number_unsigned() && json[2].is_number_unsigned() && (json.size() == 3 || json[3].is_object());
}

/// The calls of one functional model in Keras 2's form.
class Keras2Calls {
public:
  explicit Keras2Calls(const Json &config) : config(config) {
    if (!config.contains("layers") || !config["layers"].is_array())
      return;
    for (const Json &entry : config["layers"]) {
      if (isModel(textOf(entry, "class_name")))
        firstCall[textOf(entry, "name")] = UINT64_MAX;
      if (textOf(entry, "class_name") != "Sequential")
        functional.push_back(textOf(entry, "name"));
    }
    for (const Json &entry : config["layers"])
      if (entry.is_object() && entry.contains("inbound_nodes"))
        observe(entry["inbound_nodes"]);
    if (config.contains("output_layers"))
      observe(config["output_layers"]);
  }

  /// One call as {args, kwargs}.
  Json call(const Json &node) const {
    Json tensors = Json::array(), named = Json::object();
    for (const Json &input : node) {
      tensors.push_back(tensor(input));
      if (input.size() == 4)
        for (const auto &[key, value] : input[3].items())
          named[key] = argument(value);
    }
    Json arguments = tensors.size() == 1 ? std::move(tensors) : Json::array({std::move(tensors)});
    return {{"args", std::move(arguments)}, {"kwargs", std::move(named)}};
  }
  /// input_layers or output_layers: one alone stands without a list in Keras 3.
  Json ends(const Json &list) const {
    Json result = Json::array();
    for (const Json &item : list)
      result.push_back(isReference(item) ? end(item) : item);
    return result.size() == 1 ? result[0] : result;
  }

private:
  // A model's first call has the number 1 where the model had an input when it was made, which its JSON does not say;
  // but every call leads to an output, so the smallest number in use is the first call's.
  void observe(const Json &json) {
    if (isReference(json)) {
      if (auto found = firstCall.find(json[0].get<std::string>()); found != firstCall.end())
        found->second = std::min(found->second, json[1].get<uint64_t>());
      if (json.size() == 4)
        observe(json[3]);
    } else if (json.is_structured())
      for (const Json &item : json)
        observe(item);
  }
  uint64_t numberOf(const Json &reference) const {
    auto found = firstCall.find(reference[0].get<std::string>());
    return reference[1].get<uint64_t>() - (found == firstCall.end() ? 0 : found->second);
  }
  Json tensor(const Json &reference) const {
    return {{"class_name", "__keras_tensor__"},
            {"config", {{"keras_history", Json::array({reference[0], numberOf(reference), reference[2]})}}}};
  }
  Json argument(const Json &value) const {
    if (isReference(value))
      return tensor(value);
    if (!value.is_array())
      return value;
    Json list = Json::array();
    for (const Json &item : value)
      list.push_back(argument(item));
    return list;
  }
  // Keras 3 counts a functional model's own node here, and only here.
  Json end(const Json &reference) const {
    const std::string layer = reference[0];
    bool counts =
        firstCall.contains(layer) && std::find(functional.begin(), functional.end(), layer) != functional.end();
    return Json::array({layer, numberOf(reference) + counts, reference[2]});
  }

  const Json &config;
  std::map<std::string, uint64_t> firstCall; // of the models among the layers
  std::vector<std::string> functional;
};

// Keras 3 writes these operations into its .h5 files without saying what they are.
bool isMaskOperation(const std::string &className) {
  static const std::vector<std::string> names = {"Any",       "BroadcastTo", "Cast",     "ExpandDims",
                                                 "LogicalOr", "NotEqual",    "OnesLike", "ZerosLike"};
  return std::find(names.begin(), names.end(), className) != names.end();
}

/// A layer's arguments in Keras 3's words.
void renameOptions(Json &config, const std::string &className) {
  if (config.contains("batch_input_shape")) {
    if (className == "InputLayer" && !config.contains("batch_shape"))
      config["batch_shape"] = config["batch_input_shape"];
    config.erase("batch_input_shape");
  }
  if (config.contains("axis") && config["axis"].is_array() && config["axis"].size() == 1)
    config["axis"] = Json(config["axis"][0]);
  if (config.contains("dtype") && textOf(config["dtype"], "class_name") == "Policy" &&
      config["dtype"].contains("config"))
    config["dtype"] = textOf(config["dtype"]["config"], "name");
  if (config.value("time_major", Json()) == false)
    config.erase("time_major");
  for (const char *way : {"implementation", "input_length", "fused"}) // how it is computed, and what nobody looks at
    config.erase(way);
}

Json upgraded(Json entry);

void upgradeFunctional(Json &config) {
  if (!config.contains("layers") || !config["layers"].is_array())
    return;
  const Json original = config;
  const Keras2Calls calls(original);
  bool isKeras2 = false;
  for (Json &entry : config["layers"]) {
    entry = upgraded(std::move(entry));
    if (entry.is_object() && entry.contains("inbound_nodes") && entry["inbound_nodes"].is_array())
      for (Json &node : entry["inbound_nodes"])
        if (node.is_array() && std::all_of(node.begin(), node.end(), isReference)) {
          node = calls.call(node);
          isKeras2 = true;
        }
  }
  for (const char *key : {"input_layers", "output_layers"})
    if (isKeras2 && config.contains(key) && config[key].is_array())
      config[key] = calls.ends(config[key]);
}

void upgradeSequential(Json &config) {
  if (config.is_array()) // before Keras 2.2.3
    config = {{"layers", Json(config)}};
  if (!config.contains("layers") || !config["layers"].is_array() || config["layers"].empty())
    return;
  Json layers = Json::array();
  const Json first = config["layers"][0], options = first.value("config", Json::object());
  // The input is said by the first layer alone.
  if (textOf(first, "class_name") != "InputLayer" && options.is_object() && options.contains("batch_input_shape"))
    layers.push_back(
        {{"class_name", "InputLayer"},
         {"config",
          {{"batch_shape", options["batch_input_shape"]},
           {"dtype", textOf(first, "class_name") == "Embedding" ? "float32" : options.value("dtype", Json("float32"))},
           {"name", textOf(options, "name") + "_input"}}}});
  for (const Json &entry : config["layers"])
    layers.push_back(upgraded(entry));
  config["layers"] = std::move(layers);
}

Json upgraded(Json entry) {
  if (!entry.is_object() || !entry.contains("config"))
    return entry;
  std::string className = textOf(entry, "class_name");
  if (className == "Model")
    entry["class_name"] = className = "Functional";
  Json &config = entry["config"];
  if (className == "Sequential")
    upgradeSequential(config);
  else if (className == "Functional" && config.is_object())
    upgradeFunctional(config);
  else if (isMaskOperation(className) && !entry.contains("module"))
    entry["module"] = "keras.src.ops.numpy";
  else if (config.is_object())
    renameOptions(config, className);
  return entry;
}

/// "mean_squared_error" to "MeanSquaredError".
std::string camelCase(const std::string &name) {
  std::string text;
  bool upper = true;
  for (char c : name)
    if (c == '_')
      upper = true;
    else
      text += std::exchange(upper, false) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
  return text;
}

/// A loss, a metric, or lists and dictionaries of them.
Json upgradedFunction(const Json &json) {
  if (json.is_array()) {
    Json list = Json::array();
    for (const Json &item : json)
      list.push_back(upgradedFunction(item));
    return list;
  }
  if (!json.is_object())
    return json;
  Json result = json;
  if (!json.contains("class_name")) { // by output
    for (auto &[output, item] : result.items())
      item = upgradedFunction(item);
    return result;
  }
  if (!json.contains("config") || !json["config"].is_object())
    return result;
  Json &config = result["config"];
  if (textOf(config, "reduction") == "auto")
    config["reduction"] = "sum_over_batch_size";
  if (const std::string function = textOf(config, "fn");
      textOf(json, "class_name") == "MeanMetricWrapper" && !function.empty()) {
    result["class_name"] = camelCase(function);
    config.erase("fn");
  }
  return result;
}

/// The metric of a name as an object: Keras 3 does not find "mse" among its own when it reads an .h5 file; what follows
/// from the output ("accuracy") it finds.
void spellOut(Json &metrics) {
  if (metrics.is_array())
    for (Json &item : metrics)
      spellOut(item);
  if (!metrics.is_string())
    return;
  const std::string name = metrics;
  if (const std::string className = classOfMetric(name); !className.empty())
    metrics = kerasObject("keras.metrics", className, {{"name", name}});
}

void withoutModules(Json &entry) {
  if (!entry.is_object())
    return;
  for (const char *key : {"module", "registered_name", "build_config", "compile_config"})
    entry.erase(key);
  if (entry.contains("config") && isModel(textOf(entry, "class_name")))
    for (Json &inner : entry["config"]["layers"])
      withoutModules(inner);
}

/// What a description holds, models within it too.
struct MasksAndStates {
  bool hasMasks = false;
  std::string lstm; // one that takes an initial state, in Keras 2's words

  void visit(const Json &entry) {
    if (!entry.is_object() || !entry.contains("config") || !entry["config"].is_object())
      return;
    const Json &config = entry["config"];
    hasMasks |= config.value("mask_zero", Json()) == Json(true);
    if (textOf(entry, "class_name") == "LSTM" && entry.contains("inbound_nodes") && entry["inbound_nodes"].is_array())
      for (const Json &node : entry["inbound_nodes"])
        if (node.is_array() && node.size() > 1 && std::all_of(node.begin(), node.end(), isReference))
          lstm = textOf(entry, "name");
    if (config.contains("layers") && config["layers"].is_array())
      for (const Json &inner : config["layers"])
        visit(inner);
  }
};

} // namespace

Json fromLegacy(const Json &model) {
  MasksAndStates found;
  found.visit(model);
  // No file of Keras 3's can say that these steps are skipped.
  if (found.hasMasks && !found.lstm.empty())
    throw Error("holds what is not supported: " + found.lstm +
                " (LSTM): takes an initial state in a model with masks, whose steps Keras 2 skips there and Keras 3 counts");
  return upgraded(model);
}

Json fromLegacyTraining(const Json &training) {
  if (!training.is_object())
    return nullptr;
  Json result = Json::object();
  for (const char *key : {"loss", "metrics", "weighted_metrics"})
    result[key] = upgradedFunction(training.value(key, Json()));
  for (const char *key : {"loss_weights", "steps_per_execution"})
    result[key] = training.value(key, Json());
  Json optimizer = training.value("optimizer_config", Json());
  if (std::string name = textOf(optimizer, "class_name"); name.starts_with("Custom>"))
    optimizer["class_name"] = name.substr(7); // Keras 2 registers its own so
  if (optimizer.is_object() && optimizer.contains("config") && optimizer["config"].is_object()) {
    Json &config = optimizer["config"];
    if (config.contains("lr") && !config.contains("learning_rate"))
      config["learning_rate"] = config["lr"];
    if (config.value("decay", Json()) == 0.0)
      config.erase("decay");
    for (const char *key : {"lr", "jit_compile", "is_legacy_optimizer"})
      config.erase(key);
  }
  result["optimizer"] = std::move(optimizer);
  return result;
}

Json toLegacy(Json model) {
  withoutModules(model);
  return model;
}

Json toLegacyTraining(const CompileConfig &config) {
  Json json = toJson(config);
  const Json optimizer = json["optimizer"];
  json.erase("optimizer");
  Json losses = Json::array();
  for (const Loss &loss : config.losses)
    losses.push_back(kerasObject("keras.losses", loss.className(), loss.function().config()));
  json["loss"] = losses.size() == 1 ? losses[0] : losses;
  for (const char *key : {"metrics", "weighted_metrics"})
    spellOut(json[key]);
  json["optimizer_config"] = {{"class_name", optimizer["class_name"]}, {"config", optimizer["config"]}};
  return json;
}

} // namespace tenon::files
