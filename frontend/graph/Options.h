// SPDX-License-Identifier: Apache-2.0
// A layer's options struct under Keras's names. Each layer's file has one field list
//   template <typename O, typename V> void visit(O &options, V &&field) { field("units", options.units); ... }
// from which writing, reading and the list of arguments come. field.fixed(key, value) stands for an argument of Keras's that
// only takes this value here, field.sometimes(key, value) for one that Keras's JSON leaves out when it is None and
// field.unsaved(key, value) for one that it never has.
#pragma once
#include "frontend/graph/LayerTable.h"
#include "nlohmann/json.hpp"
#include <algorithm>
#include <optional>
#include <tenon/array.h>
#include <tenon/constraints.h>
#include <tenon/initializers.h>
#include <tenon/layers/extent.h>
#include <tenon/layers/normalization.h>
#include <tenon/regularizers.h>

namespace tenon::graph {

/// A shape whose None entries are null in JSON, and which is null when it is empty.
template <typename S> struct ShapeWithNone { S &shape; };
template <typename S> ShapeWithNone(S &) -> ShapeWithNone<S>;

inline Json optionToJson(bool value) { return value; }
inline Json optionToJson(int64_t value) { return value; }
inline Json optionToJson(double value) { return value; }
inline Json optionToJson(const std::string &value) { return value; }
inline Json optionToJson(const Shape &value) { return value; }
Json optionToJson(const Initializer &value);
Json optionToJson(const Regularizer &value);
Json optionToJson(const Constraint &value);
Json optionToJson(const Axes &value);
inline Json optionToJson(const Margin &value) { return Json::array({value.before, value.after}); }
inline Json optionToJson(const Margin2D &value) {
  return Json::array({optionToJson(value.height), optionToJson(value.width)});
}
template <size_t Rank> Json optionToJson(const Extent<Rank> &value) {
  return value.given() ? Json(value.sizes()) : Json();
}
template <typename S> Json optionToJson(const ShapeWithNone<S> &value) {
  Json json = value.shape.empty() ? Json() : Json::array();
  for (int64_t dim : value.shape)
    json.push_back(dim == None ? Json() : Json(dim));
  return json;
}
template <typename T> Json optionToJson(const std::optional<T> &value) { return value ? Json(*value) : Json(); }
inline Json optionToJson(const std::optional<Array> &) { return {}; }
Json optionToJson(const std::optional<RenormClipping> &value);

/// False when the JSON is no such value.
bool optionFromJson(const Json &json, bool &value);
bool optionFromJson(const Json &json, int64_t &value);
bool optionFromJson(const Json &json, double &value);
bool optionFromJson(const Json &json, std::string &value);
bool optionFromJson(const Json &json, Shape &value);
bool optionFromJson(const Json &json, Initializer &value);
bool optionFromJson(const Json &json, Regularizer &value);
bool optionFromJson(const Json &json, Constraint &value);
bool optionFromJson(const Json &json, Axes &value);
bool optionFromJson(const Json &json, Margin &value);
bool optionFromJson(const Json &json, Margin2D &value);
template <size_t Rank> bool optionFromJson(const Json &json, Extent<Rank> &value) {
  Shape sizes;
  if (json.is_null())
    value = std::nullopt;
  else if (json.is_number_integer())
    value = Extent<Rank>(json.get<int64_t>());
  else if (optionFromJson(json, sizes) && sizes.size() == 1)
    value = Extent<Rank>(sizes[0]);
  else if (sizes.size() == Rank)
    value = Extent<Rank>(json.get<std::array<int64_t, Rank>>());
  else
    return false;
  return true;
}
bool optionFromJson(const Json &json, ShapeWithNone<Shape> &value);
bool optionFromJson(const Json &json, std::optional<RenormClipping> &value);
template <typename T> bool optionFromJson(const Json &json, std::optional<T> &value) {
  value.reset();
  return json.is_null() || optionFromJson(json, value.emplace());
}

/// Appends fields to a config.
struct OptionWriter {
  Json &config;
  template <typename T> void operator()(const char *key, const T &value) { config[key] = optionToJson(value); }
  template <typename T> void required(const char *key, const T &value) { (*this)(key, value); }
  template <typename T> void sometimes(const char *key, const T &value) {
    if (value)
      (*this)(key, value);
  }
  template <typename T> void unsaved(const char *, const T &) {}
  void fixed(const char *key, Json value) { config[key] = std::move(value); }
};

/// Takes fields from a config; a missing one keeps its default. What is wrong with any of them, and what no field took,
/// finish() throws as one Error.
class OptionReader {
public:
  OptionReader(const Json &config, std::string layer) : config(config), layer(std::move(layer)) {}
  template <typename T> void operator()(const char *key, T &value) {
    const Json *json = take(key);
    if (!json)
      return;
    try {
      if (!optionFromJson(*json, value))
        problem(std::string("option ") + key + " does not take " + json->dump());
    } catch (const Error &error) {
      problem(std::string("option ") + key + ": " + error.what());
    }
  }
  template <typename T> void required(const char *key, T &value) { (*this)(key, value); }
  template <typename T> void sometimes(const char *key, T &value) { (*this)(key, value); }
  template <typename T> void unsaved(const char *key, T &) { take(key); }
  void fixed(const char *key, const Json &value);
  void problem(std::string text) { problems.push_back(std::move(text)); }
  void finish() const;

private:
  const Json *take(const char *key);
  const Json &config;
  std::string layer;
  std::vector<std::string> taken, problems;
};

/// Collects the arguments with their defaults in the order in which the struct declares them, which is that of Keras's
/// constructor (its configs have another); what has no field stays behind the argument before it.
class ArgumentCollector {
public:
  template <typename T> void operator()(const char *key, const T &value) {
    add(key, optionToJson(value), false, addressOf(value));
  }
  template <typename T> void required(const char *key, const T &value) { add({key, "", ""}, addressOf(value)); }
  template <typename T> void sometimes(const char *key, const T &value) { (*this)(key, value); }
  template <typename T> void unsaved(const char *key, const T &value) { (*this)(key, value); }
  void fixed(const char *key, const Json &value) { add(key, value, true, nullptr); }
  void name(const std::string &value) { add({"name", "None", "{}"}, &value); }
  bool has(const std::string &key) const;
  std::vector<LayerArgument> inOrder() const;

private:
  template <typename T> static const void *addressOf(const T &value) { return &value; }
  template <typename S> static const void *addressOf(const ShapeWithNone<S> &value) { return &value.shape; }
  void add(const char *key, const Json &value, bool fixed, const void *address);
  void add(LayerArgument argument, const void *address);
  std::vector<std::pair<const void *, LayerArgument>> arguments;
};

/// Keras's {"class_name": "DTypePolicy", ...} for float32.
Json dtypePolicy(const std::string &dtype = "float32");
/// name and trainable of a config, and what every layer takes; a dtype other than float32 is a problem.
void readCommon(const Json &config, const std::string &className, std::string &name, bool &trainable,
                OptionReader &reader);

/// May the options have a penalty on the layer's result?
template <typename Options> constexpr bool hasActivityRegularizer = requires(Options o) { o.activityRegularizer; };

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
    if constexpr (hasActivityRegularizer<Options>)
      OptionWriter{json}.sometimes("activity_regularizer", options.activityRegularizer);
    visit(options, OptionWriter{json});
    return json;
  }
  Regularizer activityRegularizer() const override {
    if constexpr (hasActivityRegularizer<Options>)
      return options.activityRegularizer;
    return {};
  }

protected:
  Options options;
};

/// The table's row of a layer.
template <typename Node, typename Options> LayerClass layerRow(const char *name) {
  ArgumentCollector collector;
  Options defaults;
  visit(defaults, collector);
  if constexpr (hasActivityRegularizer<Options>) // among the own arguments of some
    if (!collector.has("activity_regularizer"))
      collector("activity_regularizer", defaults.activityRegularizer);
  collector.name(defaults.name);
  collector("trainable", defaults.trainable);
  auto fromConfig = [name](const Json &config) -> std::shared_ptr<LayerNode> {
    Options options;
    OptionReader reader(config, config.value("name", std::string(name)));
    readCommon(config, name, options.name, options.trainable, reader);
    if constexpr (hasActivityRegularizer<Options>)
      reader("activity_regularizer", options.activityRegularizer);
    else
      reader.fixed("activity_regularizer", nullptr);
    visit(options, reader);
    reader.finish();
    return std::make_shared<Node>(std::move(options));
  };
  return {name, collector.inOrder(), fromConfig};
}

} // namespace tenon::graph
