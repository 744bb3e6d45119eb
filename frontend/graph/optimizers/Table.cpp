// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/optimizers/Rule.h"

namespace tenon {
namespace {

std::shared_ptr<const OptimizerRule> find(const std::string &name, const nlohmann::json &config) {
  for (const OptimizerRow &row : optimizerTable())
    if (lowered(row.className) == lowered(name))
      return row.fromConfig(config);
  std::vector<std::string> known;
  for (const OptimizerRow &row : optimizerTable())
    known.push_back(lowered(row.className));
  unknownName("optimizer", name, known);
}

} // namespace

const std::vector<OptimizerRow> &optimizerTable() {
  static const std::vector<OptimizerRow> table = {
      {"Adam", adamFromConfig},
      {"AdamW", adamWFromConfig},
      {"RMSprop", rmspropFromConfig},
      {"SGD", sgdFromConfig},
  };
  return table;
}

std::vector<std::string> optimizerNames() {
  std::vector<std::string> names;
  for (const OptimizerRow &row : optimizerTable())
    names.push_back(row.className);
  return names;
}

Optimizer::Optimizer(const char *name) : Optimizer(std::string(name)) {}
Optimizer::Optimizer(const std::string &name) : rule_(find(name, nlohmann::json::object())) {}
std::string Optimizer::className() const { return rule_->className(); }
double Optimizer::learningRate() const { return rule_->learningRate(); }
std::string Optimizer::toJson() const {
  return kerasObject("keras.optimizers", rule_->className(), rule_->config()).dump();
}
Optimizer Optimizer::fromJson(const std::string &json) {
  nlohmann::json value = parseJson(json, "optimizer");
  if (value.is_string())
    return Optimizer(value.get<std::string>());
  if (!value.is_object() || !value.contains("class_name") || !value["class_name"].is_string())
    throw Error("optimizer: expected an object with a class_name, got " + json.substr(0, 60));
  return Optimizer(find(value["class_name"].get<std::string>(), value.value("config", nlohmann::json::object())));
}

} // namespace tenon
