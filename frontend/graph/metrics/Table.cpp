// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"
#include "frontend/graph/metrics/Function.h"
#include <algorithm>

namespace tenon {

const std::vector<MetricRow> &metricTable() {
  static const std::vector<MetricRow> table = {
      {"BinaryAccuracy", {"binary_accuracy"}, binaryAccuracyFromConfig},
      {"CategoricalAccuracy", {"categorical_accuracy"}, categoricalAccuracyFromConfig},
      {"Precision", {"precision"}, precisionFromConfig},
      {"Recall", {"recall"}, recallFromConfig},
      {"RootMeanSquaredError", {"root_mean_squared_error", "rmse"}, rootMeanSquaredErrorFromConfig},
      {"SparseCategoricalAccuracy", {"sparse_categorical_accuracy"}, sparseCategoricalAccuracyFromConfig},
  };
  return table;
}

namespace {

/// The loss whose mean the metric of this name is, or null.
const LossRow *findLossOfMetric(const std::string &name) {
  return findLoss(name == "LogCoshError" || name == "log_cosh_error" ? "LogCosh" : name);
}

const MetricRow *findMetric(const std::string &name) {
  for (const MetricRow &row : metricTable())
    if (row.className == name || std::find(row.aliases.begin(), row.aliases.end(), name) != row.aliases.end())
      return &row;
  return nullptr;
}

bool isAccuracy(const std::string &name) { return lowered(name) == "accuracy" || lowered(name) == "acc"; }
bool isCrossentropy(const std::string &name) { return lowered(name) == "crossentropy" || lowered(name) == "ce"; }

/// A loss as a metric: the mean of its values. Keras's metric of a similarity counts up, its loss down.
class LossMetric : public MeanMetric {
public:
  explicit LossMetric(std::shared_ptr<const LossFunction> loss) : loss(std::move(loss)) {}
  std::string className() const override { return loss->className() == "LogCosh" ? "LogCoshError" : loss->className(); }
  bool fits(mlir::RankedTensorType target, mlir::RankedTensorType prediction) const override {
    return loss->targetType(prediction) == target;
  }
  Expression values(Expression target, Expression prediction) const override {
    Expression values = loss->values(target, prediction);
    return loss->className() == "CosineSimilarity" ? -values : values;
  }
  nlohmann::ordered_json config() const override {
    auto config = loss->config();
    config.erase("reduction"); // a metric has none
    return config;
  }

private:
  std::shared_ptr<const LossFunction> loss;
};

} // namespace

std::vector<Expression> MeanMetric::update(const std::vector<Expression> &state, Expression target,
                                           Expression prediction, std::optional<Expression> weight) const {
  Expression entries = values(target, prediction);
  if (!weight)
    return {state[0] + sum(entries), state[1] + countOf(entries)};
  if (entries.rank() > weight->rank())
    entries = mean(entries, llvm::to_vector(llvm::seq<int64_t>(weight->rank(), entries.rank())));
  return {state[0] + sum(entries * *weight), state[1] + sum(*weight)};
}
Expression MeanMetric::result(const std::vector<Expression> &state) const { return ratio(state[0], state[1]); }

// The denominator becomes 1 where it is 0.
Expression ratio(Expression part, Expression whole) { return part / (whole + equal(whole, whole.constant(0))); }

bool isMetricName(const std::string &name) {
  return isAccuracy(name) || isCrossentropy(name) || findMetric(name) || findLossOfMetric(name);
}

std::string classOfMetric(const std::string &name) {
  if (const MetricRow *row = findMetric(name))
    return row->className;
  const LossRow *loss = findLossOfMetric(name);
  return loss ? LossMetric(loss->fromConfig(nlohmann::json::object())).className() : "";
}

static std::shared_ptr<const MetricFunction> functionOf(const Metric &metric, mlir::RankedTensorType target,
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
  if (isCrossentropy(name)) {
    bool sparse = target.getRank() < prediction.getRank();
    const char *kind = prediction.getShape().back() == 1 ? "binary_crossentropy"
                       : sparse                          ? "sparse_categorical_crossentropy"
                                                         : "categorical_crossentropy";
    return std::make_shared<LossMetric>(findLoss(kind)->fromConfig(none));
  }
  if (const LossRow *row = findLossOfMetric(name))
    return std::make_shared<LossMetric>(row->fromConfig(none));
  std::vector<std::string> known = {"accuracy", "acc"};
  for (const MetricRow &row : metricTable())
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  for (const LossRow &row : lossTable())
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  unknownName("metric", name, known);
}

std::shared_ptr<const MetricFunction> resolveMetric(const Metric &metric, mlir::RankedTensorType target,
                                                    mlir::RankedTensorType prediction) {
  auto function = functionOf(metric, target, prediction);
  if (!function->fits(target, prediction))
    throw Error("metric '" + metric.name() + "' does not fit the targets of the model's loss");
  return function;
}

std::vector<std::string> metricNames() {
  std::vector<std::string> names;
  for (const MetricRow &row : metricTable())
    names.push_back(row.className);
  for (const LossRow &row : lossTable())
    names.push_back(LossMetric(row.fromConfig(nlohmann::json::object())).className());
  std::sort(names.begin(), names.end());
  return names;
}

std::string Metric::toJson() const {
  if (!function_)
    return nlohmann::json(name_).dump();
  return kerasObject("keras.metrics", function_->className(), function_->config()).dump();
}

Metric Metric::fromJson(const std::string &json) {
  nlohmann::json value = parseJson(json, "metric");
  if (auto name = givenName(value))
    return Metric(*name);
  if (!value.is_object() || !value.contains("class_name") || !value["class_name"].is_string())
    throw Error("metric: expected a name or an object with a class_name, got " + json.substr(0, 60));
  std::string className = value["class_name"];
  const auto config = value.value("config", nlohmann::json::object());
  std::shared_ptr<const MetricFunction> function;
  if (const MetricRow *row = findMetric(className))
    function = row->fromConfig(config);
  else if (const LossRow *loss = findLossOfMetric(className))
    function = std::make_shared<LossMetric>(loss->fromConfig(config));
  else
    unknownName("metric", className, metricNames());
  return Metric(function->config()["name"].get<std::string>(), function);
}

} // namespace tenon
