// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"
#include <algorithm>

namespace tenon {

const std::vector<LossRow> &lossTable() {
  static const std::vector<LossRow> table = [] {
    std::vector<LossRow> rows;
    for (auto family : {binaryCrossentropyLosses, categoricalCrossentropyLosses, divergenceLosses, hingeLosses,
                        regressionLosses, sparseCategoricalCrossentropyLosses})
      for (LossRow &row : family())
        rows.push_back(std::move(row));
    std::sort(rows.begin(), rows.end(), [](auto &a, auto &b) { return a.className < b.className; });
    return rows;
  }();
  return table;
}

const LossRow *findLoss(const std::string &name) {
  for (const LossRow &row : lossTable()) {
    if (row.className == name)
      return &row;
    for (const std::string &alias : row.aliases)
      // Keras takes its short aliases in capitals too.
      if (alias == name || (alias.size() <= 4 && alias == lowered(name)))
        return &row;
  }
  return nullptr;
}

std::vector<std::string> lossNames() {
  std::vector<std::string> names;
  for (const LossRow &row : lossTable())
    names.push_back(row.className);
  return names;
}

std::string LossFunction::columnsFault(const Array &targets, int64_t columns) const {
  int64_t got = targets.rank() < 2 ? 1 : targets.shape().back();
  if (columns < 0 || got == columns)
    return {};
  std::string fault = "the targets have " + std::to_string(got) + (got == 1 ? " column" : " columns") +
                      ", the output has " + std::to_string(columns);
  if (className() != "CategoricalCrossentropy")
    return fault;
  if (got == 1)
    return fault + "; class numbers as targets take \"sparse_categorical_crossentropy\", or data::toCategorical(y, " +
           std::to_string(columns) + ")";
  return fault + "; data::toCategorical(y, " + std::to_string(columns) +
         ") makes as many, without its second argument there is one per class up to the largest that occurs";
}

namespace {

std::shared_ptr<const LossFunction> make(const std::string &name, const nlohmann::json &config) {
  if (const LossRow *row = findLoss(name))
    return row->fromConfig(config);
  std::vector<std::string> known;
  for (const LossRow &row : lossTable())
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  unknownName("loss", name, known);
}

} // namespace

Loss::Loss(const char *name) : Loss(std::string(name)) {}
Loss::Loss(const std::string &name) : function_(make(name, nlohmann::json::object())), given_(name) {}
std::string Loss::className() const { return function_->className(); }
std::string Loss::toJson() const {
  if (!given_.empty())
    return nlohmann::json(given_).dump();
  return kerasObject("keras.losses", function_->className(), function_->config()).dump();
}
Loss Loss::fromJson(const std::string &json) {
  nlohmann::json value = parseJson(json, "loss");
  if (auto name = givenName(value))
    return Loss(*name);
  if (!value.is_object() || !value.contains("class_name") || !value["class_name"].is_string())
    throw Error("loss: expected a name or an object with a class_name, got " + json.substr(0, 60));
  return Loss(make(value["class_name"].get<std::string>(), value.value("config", nlohmann::json::object())));
}

} // namespace tenon
