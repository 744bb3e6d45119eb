// SPDX-License-Identifier: Apache-2.0
// Initialisers: one row per class in the table of Initializers.cpp.
#pragma once
#include "frontend/graph/Random.h"
#include "nlohmann/json_fwd.hpp"
#include <functional>
#include <map>
#include <tenon/initializers.h>
#include <vector>

namespace tenon::graph {
using Json = nlohmann::ordered_json;

struct InitializerClass {
  /// Keras's: "GlorotUniform"; the string form is its snake case.
  std::string name;
  /// Numeric options in order with their defaults; besides these a random one has "seed".
  std::vector<std::pair<std::string, double>> options;
  bool random;
  /// Does its scale follow from the fans? (Keras then has axes for them, which are not supported.)
  bool scalesByFans;
  /// Fills a new array; `option` looks a numeric option up.
  std::function<void(RandomStream &, const std::function<double(const char *)> &option, Array &)> fill;
};
const std::vector<InitializerClass> &initializerTable();

/// An initialiser with its options.
class InitializerNode {
public:
  const InitializerClass *type;
  std::map<std::string, double> options;
  std::optional<int64_t> seed;
  friend bool operator==(const InitializerNode &, const InitializerNode &) = default;
};

/// While one lives, this thread's initialisers give zeros, because the values come from a file; an Error where they are
/// to be larger than all that the file holds.
class ValuesFromFile {
public:
  explicit ValuesFromFile(uint64_t bytes);
  ~ValuesFromFile();
  ValuesFromFile(const ValuesFromFile &) = delete;
};

/// Keras's {module, class_name, config, registered_name}.
Json serializeInitializer(const Initializer &initializer);
/// From that, or from a name; an Error saying what is not understood.
Initializer deserializeInitializer(const Json &json);

} // namespace tenon::graph
