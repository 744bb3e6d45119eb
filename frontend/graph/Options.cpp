// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Options.h"
#include "frontend/graph/Initializers.h"
#include <algorithm>

namespace tenon::graph {

Json optionToJson(const Initializer &value) { return serializeInitializer(value); }
Json optionToJson(const Extent2D &value) {
  return value.given() ? Json::array({value.height(), value.width()}) : Json();
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
bool optionFromJson(const Json &json, Extent2D &value) {
  if (json.is_null())
    value = std::nullopt;
  else if (json.is_number_integer())
    value = Extent2D(json.get<int64_t>(), json.get<int64_t>());
  else if (Shape sizes; optionFromJson(json, sizes) && (sizes.size() == 1 || sizes.size() == 2))
    value = Extent2D(sizes.front(), sizes.back());
  else
    return false;
  return true;
}

const Json *OptionReader::take(const char *key) {
  taken.push_back(key);
  auto found = config.find(key);
  return found == config.end() ? nullptr : &*found;
}
void OptionReader::refuse(const std::string &key, const Json &value) const {
  throw Error(layer + ": option " + key + " does not take " + value.dump());
}
void OptionReader::fixed(const char *key, const Json &value) {
  if (const Json *json = take(key); json && !json->is_null() && *json != value)
    throw Error(layer + ": option " + key + " is " + json->dump() + ", only " + value.dump() + " is supported");
}
void OptionReader::finish() const {
  for (const auto &[key, value] : config.items())
    if (!value.is_null() && std::find(taken.begin(), taken.end(), key) == taken.end())
      throw Error(layer + ": unknown option " + key + " = " + value.dump());
}

void SignatureWriter::append(const std::string &key, const std::string &assignment) {
  text += text.empty() ? "." : ", .";
  for (size_t i = 0; i < key.size(); ++i)
    text += key[i] == '_' && i + 1 < key.size() ? static_cast<char>(std::toupper(key[++i])) : key[i];
  text += assignment;
}
std::string SignatureWriter::textOf(const Json &value) {
  if (value.is_null())
    return "std::nullopt";
  if (value.is_object()) // an initialiser
    return "\"" + snakeCase(value["class_name"]) + "\"";
  std::string text = value.dump();
  if (value.is_array()) { // a C++ list
    text.front() = '{';
    text.back() = '}';
  }
  return text;
}

Json dtypePolicy(const std::string &dtype) {
  return {
      {"module", "keras"}, {"class_name", "DTypePolicy"}, {"config", {{"name", dtype}}}, {"registered_name", nullptr}};
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
    throw Error((name.empty() ? className : name) + ": dtype is " + given->dump() + ", only float32 is supported");
  reader.fixed("dtype", plain && given != config.end() ? *given : Json());
  reader.fixed("activity_regularizer", nullptr);
}

} // namespace tenon::graph
