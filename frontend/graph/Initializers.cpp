// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Initializers.h"
#include "frontend/graph/LayerNode.h"
#include "frontend/graph/Orthogonal.h"
#include "nlohmann/json.hpp"
#include <algorithm>
#include <cmath>

namespace tenon::graph {

using Option = std::function<double(const char *)>;

// Keras's fans: of a matrix its sides, of a convolution's filter window times channels.
static std::pair<double, double> fans(const Shape &shape) {
  if (shape.empty())
    return {1, 1};
  if (shape.size() == 1)
    return {shape[0], shape[0]};
  double window = 1;
  for (size_t i = 0; i + 2 < shape.size(); ++i)
    window *= shape[i];
  return {shape[shape.size() - 2] * window, shape.back() * window};
}

static void fillWith(Array &array, const std::function<double()> &value) {
  float *data = array.data<float>();
  std::generate(data, data + array.size(), [&] { return static_cast<float>(value()); });
}
static void uniform(RandomStream &stream, Array &array, double low, double high) {
  fillWith(array, [&] { return low + (high - low) * stream.uniform(); });
}
static void truncatedNormal(RandomStream &stream, Array &array, double mean, double stddev) {
  fillWith(array, [&] {
    double value = stream.normal();
    while (std::abs(value) >= 2)
      value = stream.normal();
    return mean + stddev * value;
  });
}
static double glorotScale(const Array &array) {
  auto [in, out] = fans(array.shape());
  return 1 / std::max(1.0, (in + out) / 2);
}
static double heScale(const Array &array) { return 2 / std::max(1.0, fans(array.shape()).first); }
// What cutting a normal distribution at two standard deviations leaves of one.
static constexpr double truncatedDeviation = .87962566103423978;

const std::vector<InitializerClass> &initializerTable() {
  static const std::vector<InitializerClass> table = {
      {"Constant",
       {{"value", 0}},
       false,
       false,
       [](RandomStream &, const Option &option, Array &array) { fillWith(array, [&] { return option("value"); }); }},
      {"GlorotNormal",
       {},
       true,
       true,
       [](RandomStream &stream, const Option &, Array &array) {
         truncatedNormal(stream, array, 0, std::sqrt(glorotScale(array)) / truncatedDeviation);
       }},
      {"GlorotUniform",
       {},
       true,
       true,
       [](RandomStream &stream, const Option &, Array &array) {
         double limit = std::sqrt(3 * glorotScale(array));
         uniform(stream, array, -limit, limit);
       }},
      {"HeNormal",
       {},
       true,
       true,
       [](RandomStream &stream, const Option &, Array &array) {
         truncatedNormal(stream, array, 0, std::sqrt(heScale(array)) / truncatedDeviation);
       }},
      {"HeUniform",
       {},
       true,
       true,
       [](RandomStream &stream, const Option &, Array &array) {
         double limit = std::sqrt(3 * heScale(array));
         uniform(stream, array, -limit, limit);
       }},
      {"Ones",
       {},
       false,
       false,
       [](RandomStream &, const Option &, Array &array) { fillWith(array, [] { return 1; }); }},
      {"Orthogonal",
       {{"gain", 1}},
       true,
       false,
       [](RandomStream &stream, const Option &option, Array &array) { fillOrthogonal(stream, option("gain"), array); }},
      {"RandomNormal",
       {{"mean", 0}, {"stddev", 0.05}},
       true,
       false,
       [](RandomStream &stream, const Option &option, Array &array) {
         fillWith(array, [&] { return option("mean") + option("stddev") * stream.normal(); });
       }},
      {"RandomUniform",
       {{"minval", -0.05}, {"maxval", 0.05}},
       true,
       false,
       [](RandomStream &stream, const Option &option, Array &array) {
         uniform(stream, array, option("minval"), option("maxval"));
       }},
      {"TruncatedNormal",
       {{"mean", 0}, {"stddev", 0.05}},
       true,
       false,
       [](RandomStream &stream, const Option &option, Array &array) {
         truncatedNormal(stream, array, option("mean"), option("stddev"));
       }},
      {"Zeros", {}, false, false, [](RandomStream &, const Option &, Array &) {}},
  };
  return table;
}

static std::shared_ptr<InitializerNode> makeNode(const std::string &given) {
  static const std::map<std::string, std::string> shortNames = {
      {"normal", "RandomNormal"}, {"one", "Ones"}, {"uniform", "RandomUniform"}, {"zero", "Zeros"}};
  auto shortName = shortNames.find(given);
  const std::string &name = shortName == shortNames.end() ? given : shortName->second;
  std::string known;
  for (const InitializerClass &row : initializerTable()) {
    if (name == row.name || name == snakeCase(row.name)) {
      auto node = std::make_shared<InitializerNode>();
      node->type = &row;
      node->options.insert(row.options.begin(), row.options.end());
      return node;
    }
    known += (known.empty() ? "" : ", ") + snakeCase(row.name);
  }
  throw Error("unknown initializer '" + name + "', expected one of " + known);
}
static Initializer make(const char *name, std::map<std::string, double> options, std::optional<int64_t> seed = {}) {
  auto node = makeNode(name);
  for (auto &[key, value] : options)
    node->options[key] = value;
  node->seed = seed;
  return Initializer(node);
}

// The bytes that are left of what the file holds; none when initialisers work as usual.
static thread_local std::optional<uint64_t> bytesOfFile;
ValuesFromFile::ValuesFromFile(uint64_t bytes) { bytesOfFile = bytes; }
ValuesFromFile::~ValuesFromFile() { bytesOfFile = std::nullopt; }

static void takeFromFile(const Shape &shape) {
  uint64_t needed = sizeof(float) * uint64_t(elementCount(shape));
  if (needed > *bytesOfFile)
    throw Error("the layers need more weights than the file can hold");
  *bytesOfFile -= needed;
}

Json serializeInitializer(const Initializer &initializer) {
  const InitializerNode &node = *initializer.node();
  Json config = Json::object();
  for (const auto &[key, standard] : node.type->options)
    config[key] = node.options.at(key);
  if (node.type->random)
    config["seed"] = node.seed ? Json(*node.seed) : Json();
  if (node.type->scalesByFans)
    config["input_axes"] = config["output_axes"] = nullptr;
  return {{"module", "keras.initializers"},
          {"class_name", node.type->name},
          {"config", std::move(config)},
          {"registered_name", nullptr}};
}

Initializer deserializeInitializer(const Json &json) {
  if (json.is_string())
    return Initializer(json.get<std::string>());
  if (!json.is_object() || !json.contains("class_name") || !json["class_name"].is_string())
    throw Error("initializer: expected a name or an object with class_name, got " + json.dump());
  auto node = makeNode(json["class_name"]);
  const Json config = json.value("config", Json::object());
  for (const auto &[key, value] : config.items()) {
    if (key == "seed" && node->type->random && (value.is_null() || value.is_number_integer())) {
      if (!value.is_null())
        node->seed = value.get<int64_t>();
    } else if (node->options.count(key) && value.is_number()) {
      node->options[key] = value;
    } else if (!value.is_null() && !(key == "dtype" && value == "float32")) {
      throw Error("initializer " + node->type->name + ": option " + key + " does not take " + value.dump());
    }
  }
  return Initializer(node);
}

} // namespace tenon::graph

namespace tenon {
using graph::make;

Initializer::Initializer(const std::string &name) : node_(graph::makeNode(name)) {}

Array Initializer::operator()(const Shape &shape) const {
  if (graph::bytesOfFile) {
    graph::takeFromFile(shape);
    return Array(shape, DType::F32);
  }
  Array array(shape, DType::F32);
  graph::RandomStream stream(!node_->type->random ? 0 : node_->seed ? uint64_t(*node_->seed) : graph::nextSeed());
  node_->type->fill(
      stream, [&](const char *key) { return node_->options.at(key); }, array);
  return array;
}
bool operator==(const Initializer &a, const Initializer &b) { return *a.node_ == *b.node_; }

Initializer Zeros() { return make("Zeros", {}); }
Initializer Ones() { return make("Ones", {}); }
Initializer Constant(ConstantOptions o) { return make("Constant", {{"value", o.value}}); }
Initializer GlorotUniform(SeedOptions o) { return make("GlorotUniform", {}, o.seed); }
Initializer GlorotNormal(SeedOptions o) { return make("GlorotNormal", {}, o.seed); }
Initializer HeUniform(SeedOptions o) { return make("HeUniform", {}, o.seed); }
Initializer HeNormal(SeedOptions o) { return make("HeNormal", {}, o.seed); }
Initializer Orthogonal(OrthogonalOptions o) { return make("Orthogonal", {{"gain", o.gain}}, o.seed); }
Initializer RandomNormal(NormalOptions o) {
  return make("RandomNormal", {{"mean", o.mean}, {"stddev", o.stddev}}, o.seed);
}
Initializer RandomUniform(UniformOptions o) {
  return make("RandomUniform", {{"minval", o.minval}, {"maxval", o.maxval}}, o.seed);
}
Initializer TruncatedNormal(NormalOptions o) {
  return make("TruncatedNormal", {{"mean", o.mean}, {"stddev", o.stddev}}, o.seed);
}
} // namespace tenon
