// SPDX-License-Identifier: Apache-2.0
// The metrics' table: one row per metric, its formula in a file of its own.
#pragma once
#include "frontend/graph/Expression.h"
#include "frontend/graph/Registry.h"
#include <optional>
#include <tenon/metrics.h>

namespace tenon {

/// A running value: state that starts at zero, takes a batch at a time and gives a number.
class MetricFunction {
public:
  struct State {
    std::string name;                // "total"
    std::vector<int64_t> shape = {}; // float32
  };
  virtual ~MetricFunction() = default;
  virtual std::string className() const = 0;
  virtual std::vector<State> state() const = 0;
  /// Can it take targets of this type for these predictions? Most compare them element by element.
  virtual bool fits(mlir::RankedTensorType target, mlir::RankedTensorType prediction) const {
    return target.getRank() == prediction.getRank();
  }
  /// The state after a batch; `weight`, if any, is one number per sample or, of metrics that weigh every step, per sample
  /// and step.
  virtual std::vector<Expression> update(const std::vector<Expression> &state, Expression target, Expression prediction,
                                         std::optional<Expression> weight = std::nullopt) const = 0;
  /// The number so far, a float32 scalar; 0 before the first batch.
  virtual Expression result(const std::vector<Expression> &state) const = 0;
  virtual nlohmann::ordered_json config() const = 0;
  /// Does a mask of the prediction weigh its steps, as in Keras's wrapped means? The others count masked steps too.
  virtual bool knowsMasks() const { return false; }
};

/// The (weighted) mean of one number per sample.
class MeanMetric : public MetricFunction {
public:
  std::vector<State> state() const override { return {{"total"}, {"count"}}; }
  std::vector<Expression> update(const std::vector<Expression> &state, Expression target, Expression prediction,
                                 std::optional<Expression> weight) const override;
  Expression result(const std::vector<Expression> &state) const override;
  bool knowsMasks() const override { return true; }
  /// One number per sample, or per sample and further axes.
  virtual Expression values(Expression target, Expression prediction) const = 0;
};

/// part / whole, 0 where whole is 0.
Expression ratio(Expression part, Expression whole);

struct MetricRow {
  std::string className;
  std::vector<std::string> aliases;
  std::shared_ptr<const MetricFunction> (*fromConfig)(const nlohmann::json &config);
};
const std::vector<MetricRow> &metricTable();

std::shared_ptr<const MetricFunction> binaryAccuracyFromConfig(const nlohmann::json &config);
std::shared_ptr<const MetricFunction> categoricalAccuracyFromConfig(const nlohmann::json &config);
std::shared_ptr<const MetricFunction> sparseCategoricalAccuracyFromConfig(const nlohmann::json &config);
std::shared_ptr<const MetricFunction> precisionFromConfig(const nlohmann::json &config);
std::shared_ptr<const MetricFunction> recallFromConfig(const nlohmann::json &config);
std::shared_ptr<const MetricFunction> rootMeanSquaredErrorFromConfig(const nlohmann::json &config);

/// What a metric computes for these types ("accuracy" follows from them). An Error for a name that is not known.
std::shared_ptr<const MetricFunction> resolveMetric(const Metric &metric, mlir::RankedTensorType target,
                                                    mlir::RankedTensorType prediction);
/// Keras's class of a metric's name ("mse": "MeanSquaredError"); "" for one that follows from the output ("accuracy").
std::string classOfMetric(const std::string &name);
/// Is it the name of a metric or loss?
bool isMetricName(const std::string &name);

template <typename Options> Options metricOptions(const nlohmann::json &config, const char *className) {
  Options options;
  FieldReader reader{config, className};
  visit(options, reader);
  reader.accept("dtype", {"float32"});
  reader.finish();
  return options;
}
template <typename Options> nlohmann::ordered_json metricConfig(Options options) {
  FieldWriter writer;
  visit(options, writer);
  return writer.config;
}

} // namespace tenon
