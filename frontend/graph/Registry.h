// SPDX-License-Identifier: Apache-2.0
// What the tables of losses, optimizers and metrics share: options as JSON in Keras's words and look-up by name.
#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <tenon/error.h>

namespace tenon {

/// "a, b, c".
inline std::string joined(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Writes every field of an options struct: visit(options, f) calls f("keras_name", field) for each.
struct FieldWriter {
  nlohmann::ordered_json config;
  template <typename T> void operator()(const char *key, const T &value) { config[key] = value; }
  template <typename T> void operator()(const char *key, const std::optional<T> &value) {
    config[key] = value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  }
};

/// Reads fields from a Keras config. Keys that are missing leave the default; `finish` refuses keys that no field took,
/// unless they say "not used" (null, false).
struct FieldReader {
  const nlohmann::json &config;
  std::string what; // "Adam"
  std::vector<std::string> taken = {};

  template <typename T> void operator()(const char *key, T &value) {
    taken.push_back(key);
    auto found = config.find(key);
    if (found == config.end() || found->is_null())
      return;
    try {
      value = found->template get<T>();
    } catch (const nlohmann::json::exception &) {
      throw Error(what + ": option " + key + " does not take the value " + found->dump());
    }
  }
  /// null is no value, not the default.
  template <typename T> void operator()(const char *key, std::optional<T> &value) {
    if (auto found = config.find(key); found != config.end() && found->is_null())
      value.reset();
    T given{};
    bool isGiven = config.contains(key) && !config[key].is_null();
    (*this)(key, given);
    if (isGiven)
      value = given;
  }
  /// Ignores keys that hold `accepted` values.
  void accept(const char *key, const std::vector<nlohmann::json> &values) {
    taken.push_back(key);
    auto found = config.find(key);
    if (found != config.end() && !found->is_null() && std::find(values.begin(), values.end(), *found) == values.end())
      throw Error(what + ": option " + key + " = " + found->dump() + " is not supported");
  }
  void finish() const {
    for (auto &[key, value] : config.items())
      if (!value.is_null() && value != false && std::find(taken.begin(), taken.end(), key) == taken.end())
        throw Error(what + ": option " + key + " = " + value.dump() + " is not supported");
  }
};

/// Keras's serialised object.
inline nlohmann::ordered_json kerasObject(const std::string &module, const std::string &className,
                                          nlohmann::ordered_json config) {
  return {{"module", module}, {"class_name", className}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

inline std::string lowered(std::string text) {
  for (char &c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Several faults as one line.
inline std::string listed(const std::vector<std::string> &faults) {
  std::string text;
  for (const std::string &fault : faults)
    text += (text.empty() ? "" : "; ") + fault;
  return text;
}

/// The JSON text, or an Error that says whose it is when it is not valid or nested deeper than the stack holds where it
/// is walked through: models within models take about ten levels each.
template <typename Json = nlohmann::json> Json parseJson(std::string_view text, const std::string &what) {
  constexpr int deepest = 500;
  auto check = [&](int depth, typename Json::parse_event_t, Json &) {
    if (depth > deepest)
      throw Error(what + ": nested more than " + std::to_string(deepest) + " levels deep");
    return true;
  };
  Json value = Json::parse(text, check, /*allow_exceptions=*/false);
  if (value.is_discarded())
    throw Error(what + ": not valid JSON: " + std::string(text.substr(0, 60)));
  return value;
}

/// The name of what Keras wrote as a name or as one of its functions ({"class_name": "function", "config": name}).
inline std::optional<std::string> givenName(const nlohmann::json &value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_object() && value.value("class_name", nlohmann::json()) == "function" && value.contains("config") &&
      value["config"].is_string())
    return value["config"].get<std::string>();
  return std::nullopt;
}

[[noreturn]] inline void unknownName(const std::string &kind, const std::string &name,
                                     const std::vector<std::string> &known) {
  throw Error("unknown " + kind + " '" + name + "', expected one of " + joined(known), Fault::Usage);
}

} // namespace tenon
