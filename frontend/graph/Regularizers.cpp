// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Regularizers.h"
#include "frontend/graph/Registry.h"
#include <cmath>

namespace tenon::graph {

RegularizerNode::RegularizerNode(const std::string &name, const Json &factors) {
  if (name == "L1" || name == "l1")
    className = "L1", l1 = 0.01;
  else if (name == "L2" || name == "l2")
    className = "L2", l2 = 0.01;
  else if (name == "L1L2" || name == "l1l2" || name == "l1_l2")
    className = "L1L2";
  else
    unknownName("regularizer", name, {"l1", "l1l2", "l2"});
  for (const auto &[key, value] : factors.items()) {
    bool known = className == "L1L2" ? key == "l1" || key == "l2" : key == lowered(className);
    if (!known || !(value.is_number() || value.is_null()))
      throw Error("regularizer " + className + ": option " + key + " does not take " + value.dump());
    if (value.is_null()) // Keras's default
      continue;
    double factor = value.get<double>();
    if (!(factor >= 0) || !std::isfinite(factor))
      throw Error("regularizer " + className + ": expected " + key + " of 0 or more, got " + value.dump());
    (key == "l1" ? l1 : l2) = factor;
  }
}

Expression RegularizerNode::penalty(Expression w) const {
  std::optional<Expression> total;
  if (l1 != 0)
    total = sum(abs(w)) * l1;
  if (l2 != 0)
    total = total ? *total + sum(w * w) * l2 : sum(w * w) * l2;
  return total ? *total : scalar(w.builder(), 0);
}

Json RegularizerNode::json() const {
  Json config = Json::object();
  if (className != "L2")
    config["l1"] = l1;
  if (className != "L1")
    config["l2"] = l2;
  return kerasObject("keras.regularizers", className, std::move(config));
}

Regularizer regularizerFromJson(const Json &json) {
  if (json.is_null())
    return {};
  if (json.is_string())
    return Regularizer(json.get<std::string>());
  if (!json.is_object() || !json.contains("class_name") || !json["class_name"].is_string())
    throw Error("regularizer: expected a name or an object with class_name, got " + json.dump());
  return Regularizer(std::make_shared<RegularizerNode>(json["class_name"], json.value("config", Json::object())));
}

} // namespace tenon::graph

namespace tenon {
using graph::Json;
using graph::RegularizerNode;

static Regularizer make(const char *className, const Json &factors) {
  return Regularizer(std::make_shared<RegularizerNode>(className, factors));
}
Regularizer::Regularizer(const std::string &name)
    : node_(std::make_shared<RegularizerNode>(name, Json::object())) {}
bool operator==(const Regularizer &a, const Regularizer &b) {
  return a.node_ == b.node_ || (a && b && *a.node_ == *b.node_);
}

Regularizer L1(L1Options options) { return make("L1", {{"l1", options.l1}}); }
Regularizer L2(L2Options options) { return make("L2", {{"l2", options.l2}}); }
Regularizer L1L2(L1L2Options options) { return make("L1L2", {{"l1", options.l1}, {"l2", options.l2}}); }
} // namespace tenon
