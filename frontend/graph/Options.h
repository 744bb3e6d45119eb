// SPDX-License-Identifier: Apache-2.0
// A layer's options struct under Keras's names. Each layer's file has one field list
//   template <typename O, typename V> void visit(O &options, V &&field) { field("units", options.units); ... }
// from which writing, reading and the signature come. field.fixed(key, value) stands for an argument of Keras's that
// only takes this value here.
#pragma once
#include "frontend/graph/LayerTable.h"
#include "nlohmann/json.hpp"
#include <optional>
#include <tenon/initializers.h>
#include <tenon/layers/extent.h>

namespace tenon::graph {

inline Json optionToJson(bool value) { return value; }
inline Json optionToJson(int64_t value) { return value; }
inline Json optionToJson(double value) { return value; }
inline Json optionToJson(const std::string &value) { return value; }
inline Json optionToJson(const Shape &value) { return value; }
Json optionToJson(const Initializer &value);
Json optionToJson(const Extent2D &value);
template <typename T> Json optionToJson(const std::optional<T> &value) { return value ? Json(*value) : Json(); }

/// False when the JSON is no such value.
bool optionFromJson(const Json &json, bool &value);
bool optionFromJson(const Json &json, int64_t &value);
bool optionFromJson(const Json &json, double &value);
bool optionFromJson(const Json &json, std::string &value);
bool optionFromJson(const Json &json, Shape &value);
bool optionFromJson(const Json &json, Initializer &value);
bool optionFromJson(const Json &json, Extent2D &value);
template <typename T> bool optionFromJson(const Json &json, std::optional<T> &value) {
  value.reset();
  return json.is_null() || optionFromJson(json, value.emplace());
}

/// Appends fields to a config.
struct OptionWriter {
  Json &config;
  template <typename T> void operator()(const char *key, const T &value) { config[key] = optionToJson(value); }
  template <typename T> void required(const char *key, const T &value) { (*this)(key, value); }
  void fixed(const char *key, Json value) { config[key] = std::move(value); }
};

/// Takes fields from a config; a missing one keeps its default. finish() refuses what no field took.
class OptionReader {
public:
  OptionReader(const Json &config, std::string layer) : config(config), layer(std::move(layer)) {}
  template <typename T> void operator()(const char *key, T &value) {
    if (const Json *json = take(key); json && !optionFromJson(*json, value))
      refuse(key, *json);
  }
  template <typename T> void required(const char *key, T &value) { (*this)(key, value); }
  void fixed(const char *key, const Json &value);
  void finish() const;

private:
  const Json *take(const char *key);
  [[noreturn]] void refuse(const std::string &key, const Json &value) const;
  const Json &config;
  std::string layer;
  std::vector<std::string> taken;
};

/// Collects ".units, .activation = \"linear\"".
struct SignatureWriter {
  std::string text;
  template <typename T> void operator()(const char *key, const T &value) {
    append(key, " = " + textOf(optionToJson(value)));
  }
  template <typename T> void required(const char *key, const T &) { append(key, ""); }
  void fixed(const char *, const Json &) {}
  void append(const std::string &key, const std::string &assignment);
  static std::string textOf(const Json &value);
};

/// Keras's {"class_name": "DTypePolicy", ...} for float32.
Json dtypePolicy(const std::string &dtype = "float32");
/// name and trainable of a config, and what every layer takes: an Error for a dtype other than `dtypes`.
void readCommon(const Json &config, const std::string &className, std::string &name, bool &trainable,
                OptionReader &reader);

/// The base of a layer whose options are a struct: config and table row come from the field list.
template <typename Options> class LayerOf : public LayerNode {
public:
  LayerOf(const char *className, Options options)
      : LayerNode(className, options.name, options.trainable), options(std::move(options)) {
    if constexpr (requires { this->options.inputShape; })
      giveInputShape(this->options.inputShape);
  }
  Json config() const override {
    Json json = {{"name", name()}, {"trainable", trainable()}, {"dtype", dtypePolicy()}};
    visit(options, OptionWriter{json});
    return json;
  }

protected:
  Options options;
};

/// The table's row of a layer.
template <typename Node, typename Options> LayerClass layerRow(const char *name) {
  SignatureWriter signature;
  Options defaults;
  visit(defaults, signature);
  signature("name", std::string());
  signature("trainable", true);
  auto fromConfig = [name](const Json &config) -> std::shared_ptr<LayerNode> {
    Options options;
    OptionReader reader(config, config.value("name", std::string(name)));
    readCommon(config, name, options.name, options.trainable, reader);
    visit(options, reader);
    reader.finish();
    return std::make_shared<Node>(std::move(options));
  };
  return {name, std::string(name) + "({" + signature.text + "})", fromConfig};
}

} // namespace tenon::graph
