// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"
#include "frontend/graph/metrics/Function.h"

namespace tenon {

const std::vector<MetricRow> &metricTable() {
  static const std::vector<MetricRow> table = {
      {"BinaryAccuracy", {"binary_accuracy"}, binaryAccuracyFromConfig},
      {"CategoricalAccuracy", {"categorical_accuracy"}, categoricalAccuracyFromConfig},
      {"SparseCategoricalAccuracy", {"sparse_categorical_accuracy"}, sparseCategoricalAccuracyFromConfig},
  };
  return table;
}

namespace {

const MetricRow *findMetric(const std::string &name) {
  for (const MetricRow &row : metricTable())
    if (row.className == name || std::find(row.aliases.begin(), row.aliases.end(), name) != row.aliases.end())
      return &row;
  return nullptr;
}

bool isAccuracy(const std::string &name) { return name == "accuracy" || name == "acc"; }

/// A loss as a metric: the mean of its values.
class LossMetric : public MeanMetric {
public:
  explicit LossMetric(std::shared_ptr<const LossFunction> loss) : loss(std::move(loss)) {}
  std::string className() const override { return loss->className(); }
  Expression values(Expression target, Expression prediction) const override {
    return loss->values(target, prediction);
  }
  nlohmann::ordered_json config() const override { return loss->config(); }

private:
  std::shared_ptr<const LossFunction> loss;
};

} // namespace

std::vector<Expression> MeanMetric::update(const std::vector<Expression> &state, Expression target,
                                           Expression prediction) const {
  Expression entries = values(target, prediction);
  return {state[0] + sum(entries), state[1] + countOf(entries)};
}
// The count is 0 or at least 1.
Expression MeanMetric::result(const std::vector<Expression> &state) const {
  return state[0] / maximum(state[1], state[1].constant(1));
}

bool isMetricName(const std::string &name) { return isAccuracy(name) || findMetric(name) || findLoss(name); }

std::shared_ptr<const MetricFunction> resolveMetric(const Metric &metric, mlir::RankedTensorType target,
                                                    mlir::RankedTensorType prediction) {
  const std::string &name = metric.name();
  if (metric.function())
    return metric.function();
  const auto none = nlohmann::json::object();
  if (isAccuracy(name)) {
    if (prediction.getShape().back() == 1)
      return binaryAccuracyFromConfig(none);
    bool sparse = target.getRank() < prediction.getRank() || target.getShape().back() == 1;
    return sparse ? sparseCategoricalAccuracyFromConfig(none) : categoricalAccuracyFromConfig(none);
  }
  if (const MetricRow *row = findMetric(name))
    return row->fromConfig(none);
  if (const LossRow *row = findLoss(name)) {
    auto loss = row->fromConfig(none);
    if (loss->targetType(prediction) != target)
      throw Error("metric '" + name + "' does not fit the targets of the model's loss");
    return std::make_shared<LossMetric>(loss);
  }
  std::vector<std::string> known = {"accuracy", "acc"};
  for (const MetricRow &row : metricTable())
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  for (const LossRow &row : lossTable())
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  unknownName("metric", name, known);
}

std::vector<std::string> metricNames() {
  std::vector<std::string> names;
  for (const MetricRow &row : metricTable())
    names.push_back(row.className);
  return names;
}

std::string Metric::toJson() const {
  if (!function_)
    return nlohmann::json(name_).dump();
  return kerasObject("keras.metrics", function_->className(), function_->config()).dump();
}

Metric Metric::fromJson(const std::string &json) {
  nlohmann::json value = parseJson(json, "metric");
  if (value.is_string())
    return Metric(value.get<std::string>());
  if (!value.is_object() || !value.contains("class_name") || !value["class_name"].is_string())
    throw Error("metric: expected a name or an object with a class_name, got " + json.substr(0, 60));
  std::string className = value["class_name"];
  const MetricRow *row = findMetric(className);
  if (!row)
    unknownName("metric", className, metricNames());
  auto function = row->fromConfig(value.value("config", nlohmann::json::object()));
  return Metric(function->config()["name"].get<std::string>(), function);
}

} // namespace tenon
