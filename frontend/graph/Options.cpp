// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Options.h"
#include "frontend/graph/Constraints.h"
#include "frontend/graph/Initializers.h"
#include "frontend/graph/Registry.h"
#include "frontend/graph/Regularizers.h"
#include <algorithm>

namespace tenon::graph {

Json optionToJson(const Initializer &value) { return serializeInitializer(value); }
Json optionToJson(const Regularizer &value) { return value ? value.node()->json() : Json(); }
Json optionToJson(const Constraint &value) { return value ? value.node()->json() : Json(); }
Json optionToJson(const Axes &value) { return value.isList() ? Json(value.list()) : Json(value.list().at(0)); }

Json optionToJson(const std::optional<RenormClipping> &value) {
  if (!value)
    return {};
  Json json = Json::object();
  for (auto [key, bound] : {std::pair{"rmax", value->rmax}, {"rmin", value->rmin}, {"dmax", value->dmax}})
    if (bound)
      json[key] = *bound;
  return json;
}

bool optionFromJson(const Json &json, bool &value) {
  if (!json.is_boolean())
    return false;
  value = json.get<bool>();
  return true;
}
bool optionFromJson(const Json &json, int64_t &value) {
  if (!json.is_number_integer())
    return false;
  value = json.get<int64_t>();
  return true;
}
bool optionFromJson(const Json &json, double &value) {
  if (!json.is_number())
    return false;
  value = json.get<double>();
  return true;
}
bool optionFromJson(const Json &json, std::string &value) {
  if (json.is_null()) // Keras writes null for no activation
    return true;
  if (!json.is_string())
    return false;
  value = json.get<std::string>();
  return true;
}
bool optionFromJson(const Json &json, Shape &value) {
  if (!json.is_array() ||
      !std::all_of(json.begin(), json.end(), [](const Json &dim) { return dim.is_number_integer(); }))
    return false;
  value = json.get<Shape>();
  return true;
}
bool optionFromJson(const Json &json, Initializer &value) {
  value = deserializeInitializer(json);
  return true;
}
bool optionFromJson(const Json &json, Regularizer &value) {
  value = regularizerFromJson(json);
  return true;
}
bool optionFromJson(const Json &json, Constraint &value) {
  value = constraintFromJson(json);
  return true;
}
bool optionFromJson(const Json &json, Axes &value) {
  if (Shape list; optionFromJson(json, list))
    value = Axes(list);
  else if (json.is_number_integer())
    value = json.get<int64_t>();
  else
    return false;
  return true;
}
bool optionFromJson(const Json &json, Margin &value) {
  if (Shape sides; optionFromJson(json, sides) && sides.size() == 2)
    value = {sides[0], sides[1]};
  else if (json.is_number_integer())
    value = {json.get<int64_t>(), json.get<int64_t>()};
  else
    return false;
  return true;
}
bool optionFromJson(const Json &json, Margin2D &value) {
  if (json.is_number_integer())
    return optionFromJson(json, value.height) && optionFromJson(json, value.width);
  return json.is_array() && json.size() == 2 && optionFromJson(json[0], value.height) &&
         optionFromJson(json[1], value.width);
}
bool optionFromJson(const Json &json, std::optional<RenormClipping> &value) {
  value.reset();
  if (json.is_null())
    return true;
  if (!json.is_object())
    return false;
  value.emplace();
  for (const auto &[key, bound] : json.items()) {
    auto *field = key == "rmax" ? &value->rmax : key == "rmin" ? &value->rmin : key == "dmax" ? &value->dmax : nullptr;
    if (!field || !optionFromJson(bound, *field))
      return false;
  }
  return true;
}
bool optionFromJson(const Json &json, ShapeWithNone<Shape> &value) {
  value.shape.clear();
  if (json.is_null())
    return true;
  for (const Json &dim : json)
    if (dim.is_null() || dim.is_number_integer())
      value.shape.push_back(dim.is_null() ? None : dim.get<int64_t>());
    else
      return false;
  return json.is_array();
}

const Json *OptionReader::take(const char *key) {
  taken.push_back(key);
  auto found = config.find(key);
  return found == config.end() ? nullptr : &*found;
}
void OptionReader::fixed(const char *key, const Json &value) {
  if (const Json *json = take(key); json && !json->is_null() && *json != value)
    problem(std::string("option ") + key + " is " + json->dump() + ", only " + value.dump() + " is supported");
}
void OptionReader::finish() const {
  std::vector<std::string> faults = problems;
  for (const auto &[key, value] : config.items())
    if (!value.is_null() && std::find(taken.begin(), taken.end(), key) == taken.end())
      faults.push_back("unknown option " + key + " = " + value.dump());
  if (!faults.empty())
    throw Error(layer + ": " + listed(faults));
}

// Null, true, numbers, strings, lists and objects (initialisers and the like, by their names) in either language.
static std::string textOf(const Json &value, bool python) {
  const char *quote = python ? "'" : "\"";
  if (value.is_null())
    return python ? "None" : "std::nullopt";
  if (value.is_object())
    return quote + snakeCase(value["class_name"]) + quote;
  if (value.is_string())
    return quote + value.get<std::string>() + quote;
  if (value.is_boolean() && python)
    return value ? "True" : "False";
  if (!value.is_array())
    return value.dump();
  if (value.size() == 1)
    return textOf(value[0], python);
  std::string list;
  for (const Json &entry : value)
    list += (list.empty() ? "" : python ? ", " : ",") + textOf(entry, python);
  return python ? "(" + list + ")" : "{" + list + "}";
}
void ArgumentCollector::add(const char *key, const Json &value, bool fixed, const void *address) {
  add({key, textOf(value, true), textOf(value, false), fixed}, address);
}
void ArgumentCollector::add(LayerArgument argument, const void *address) {
  if (!address && !arguments.empty())
    address = arguments.back().first;
  arguments.emplace_back(address, std::move(argument));
}
bool ArgumentCollector::has(const std::string &key) const {
  return std::any_of(arguments.begin(), arguments.end(), [&](const auto &entry) { return entry.second.name == key; });
}
std::vector<LayerArgument> ArgumentCollector::inOrder() const {
  auto sorted = arguments;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return std::less<>()(a.first, b.first); });
  std::vector<LayerArgument> list;
  for (auto &[address, argument] : sorted)
    list.push_back(std::move(argument));
  return list;
}

Json dtypePolicy(const std::string &dtype) {
  return {
      {"module", "keras"}, {"class_name", "DTypePolicy"}, {"config", {{"name", dtype}}}, {"registered_name", nullptr}};
}

// A policy's name, or what stands in its place.
static std::string policyText(const Json &dtype) {
  return dtype.is_object() && dtype.contains("config") && dtype["config"].is_object()
             ? dtype["config"].value("name", Json()).dump()
             : dtype.dump();
}

void readCommon(const Json &config, const std::string &className, std::string &name, bool &trainable,
                OptionReader &reader) {
  if (!config.is_object())
    throw Error(className + ": expected its options as a JSON object, got " + config.dump());
  reader("name", name);
  reader("trainable", trainable);
  Json dtype;
  auto given = config.find("dtype");
  bool plain = given == config.end() || given->is_null() || *given == "float32" ||
               (given->is_object() && given->value("class_name", "") == "DTypePolicy" && given->contains("config") &&
                (*given)["config"].value("name", "") == "float32");
  if (!plain)
    reader.problem("dtype is " + policyText(*given) + ", only float32 is supported");
  reader.fixed("dtype", given == config.end() ? Json() : *given);
}

} // namespace tenon::graph
