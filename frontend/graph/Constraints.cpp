// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Constraints.h"
#include "frontend/graph/LayerNode.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/Registry.h"

namespace tenon::graph {

using Option = std::function<double(const char *)>;

struct ConstraintClass {
  /// Keras's: "MaxNorm"; the string form is its snake case.
  std::string name;
  /// Numeric options in order with their defaults.
  std::vector<std::pair<std::string, double>> options;
  /// Does it have the option axis, along which norms are taken?
  bool takesNorms;
  /// The factor of a weight for its norm, or of a class without norms the weight itself.
  std::function<Expression(Expression, const Option &)> project;
};

// Keras's epsilon in front of norms.
static Expression overNorm(Expression value, Expression norm) { return value / (norm + 1e-7); }

static const std::vector<ConstraintClass> &constraintTable() {
  static const std::vector<ConstraintClass> table = {
      {"MaxNorm",
       {{"max_value", 2}},
       true,
       [](Expression norm, const Option &option) { return overNorm(clip(norm, 0, option("max_value")), norm); }},
      {"MinMaxNorm",
       {{"min_value", 0}, {"max_value", 1}, {"rate", 1}},
       true,
       [](Expression norm, const Option &option) {
         Expression inside = clip(norm, option("min_value"), option("max_value")) * option("rate");
         return overNorm(option("rate") == 1 ? inside : inside + norm * (1 - option("rate")), norm);
       }},
      {"NonNeg", {}, false, [](Expression w, const Option &) { return relu(w); }},
      {"UnitNorm", {}, true, [](Expression norm, const Option &) { return overNorm(norm.constant(1), norm); }},
  };
  return table;
}

ConstraintNode::ConstraintNode(const std::string &name, const Json &given) : type(nullptr) {
  std::vector<std::string> known;
  for (const ConstraintClass &row : constraintTable()) {
    known.push_back(snakeCase(row.name));
    if (name == row.name || name == known.back())
      type = &row;
  }
  if (!type)
    unknownName("constraint", name, known);
  options.insert(type->options.begin(), type->options.end());
  for (const auto &[key, value] : given.items()) {
    if (key == "axis" && type->takesNorms && optionFromJson(value, axis))
      continue;
    if (!options.count(key) || !value.is_number())
      throw Error("constraint " + type->name + ": option " + key + " does not take " + value.dump());
    options[key] = value;
  }
}

std::string ConstraintNode::fault(int64_t rank) const {
  for (int64_t entry : axis.list())
    if (type->takesNorms && (entry < -rank || entry >= rank))
      return "constraint " + type->name + ": axis " + std::to_string(entry) + " is outside";
  return "";
}

Expression ConstraintNode::project(Expression w) const {
  auto option = [&](const char *key) { return options.at(key); };
  return type->takesNorms ? w * type->project(norm(w), option) : type->project(w, option);
}

Expression ConstraintNode::norm(Expression w) const {
  std::vector<int64_t> axes;
  for (int64_t entry : axis.list())
    axes.push_back(entry < 0 ? entry + w.rank() : entry);
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return sqrt(sum(w * w, axes, /*keepdims=*/true));
}

Json ConstraintNode::json() const {
  Json config = Json::object();
  for (const auto &[key, standard] : type->options)
    config[key] = options.at(key);
  if (type->takesNorms)
    config["axis"] = optionToJson(axis);
  return kerasObject("keras.constraints", type->name, std::move(config));
}

Constraint constraintFromJson(const Json &json) {
  if (json.is_null())
    return {};
  if (json.is_string())
    return Constraint(json.get<std::string>());
  if (!json.is_object() || !json.contains("class_name") || !json["class_name"].is_string())
    throw Error("constraint: expected a name or an object with class_name, got " + json.dump());
  return Constraint(std::make_shared<ConstraintNode>(json["class_name"], json.value("config", Json::object())));
}

} // namespace tenon::graph

namespace tenon {
using graph::ConstraintNode;
using graph::Json;
using graph::optionToJson;

static Constraint make(const char *className, const Json &options) {
  return Constraint(std::make_shared<ConstraintNode>(className, options));
}
Constraint::Constraint(const std::string &name) : node_(std::make_shared<ConstraintNode>(name, Json::object())) {}
bool operator==(const Constraint &a, const Constraint &b) {
  return a.node_ == b.node_ || (a && b && *a.node_ == *b.node_);
}

Constraint MaxNorm(MaxNormOptions o) {
  return make("MaxNorm", {{"max_value", o.maxValue}, {"axis", optionToJson(o.axis)}});
}
Constraint MinMaxNorm(MinMaxNormOptions o) {
  return make("MinMaxNorm", {{"min_value", o.minValue},
                             {"max_value", o.maxValue},
                             {"rate", o.rate},
                             {"axis", optionToJson(o.axis)}});
}
Constraint NonNeg() { return make("NonNeg", Json::object()); }
Constraint UnitNorm(UnitNormOptions o) { return make("UnitNorm", {{"axis", optionToJson(o.axis)}}); }
} // namespace tenon
