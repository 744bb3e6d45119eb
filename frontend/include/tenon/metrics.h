// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_METRICS_H
#define TENON_METRICS_H

#include <memory>
#include <string>
#include <vector>

namespace tenon {

class MetricFunction;

/// A number reported while training and evaluating, over all samples of an epoch. Sample weights enter where it stands
/// in `weightedMetrics` and not where it stands in `metrics`.
class Metric {
public:
  /// By Keras's name: "accuracy", "acc", "crossentropy" and "ce" choose the binary, categorical or sparse form by the
  /// shapes, any loss's name ("mse", "mae", ...) means its average. The name given is the name in the logs. Resolved by
  /// Model::compile, where an unknown one is an Error that lists the known names.
  Metric(const char *name) : name_(name) {}
  Metric(const std::string &name) : name_(name) {}
  Metric(std::string name, std::shared_ptr<const MetricFunction> function)
      : name_(std::move(name)), function_(std::move(function)) {}

  /// The name in the logs.
  const std::string &name() const { return name_; }
  /// Null for a metric that was given by name.
  const std::shared_ptr<const MetricFunction> &function() const { return function_; }
  /// Keras's serialised form; the plain name for a metric that was given by name.
  std::string toJson() const;
  static Metric fromJson(const std::string &json);

private:
  std::string name_;
  std::shared_ptr<const MetricFunction> function_;
};

/// Keras's class names of all metrics.
std::vector<std::string> metricNames();

struct BinaryAccuracyOptions {
  std::string name = "binary_accuracy";
  double threshold = 0.5;
  bool operator==(const BinaryAccuracyOptions &) const = default;
};
/// How often a prediction above the threshold stands where the target is 1, and one at or below it where it is 0.
class BinaryAccuracy : public Metric {
public:
  explicit BinaryAccuracy(const BinaryAccuracyOptions &options = {});
};

struct CategoricalAccuracyOptions {
  std::string name = "categorical_accuracy";
  bool operator==(const CategoricalAccuracyOptions &) const = default;
};
/// How often the largest prediction is the largest target's (the first of equals).
class CategoricalAccuracy : public Metric {
public:
  explicit CategoricalAccuracy(const CategoricalAccuracyOptions &options = {});
};

struct SparseCategoricalAccuracyOptions {
  std::string name = "sparse_categorical_accuracy";
  bool operator==(const SparseCategoricalAccuracyOptions &) const = default;
};
/// How often the largest prediction's position is the target.
class SparseCategoricalAccuracy : public Metric {
public:
  explicit SparseCategoricalAccuracy(const SparseCategoricalAccuracyOptions &options = {});
};

struct PrecisionOptions {
  double threshold = 0.5; ///< Keras's thresholds, one of them
  std::string name = "precision";
  bool operator==(const PrecisionOptions &) const = default;
};
/// Of the predictions above the threshold, the share whose target is 1 (0 when there are none).
class Precision : public Metric {
public:
  explicit Precision(const PrecisionOptions &options = {});
};

struct RecallOptions {
  double threshold = 0.5;
  std::string name = "recall";
  bool operator==(const RecallOptions &) const = default;
};
/// Of the targets that are 1, the share whose prediction is above the threshold (0 when there are none).
class Recall : public Metric {
public:
  explicit Recall(const RecallOptions &options = {});
};

struct RootMeanSquaredErrorOptions {
  std::string name = "root_mean_squared_error";
  bool operator==(const RootMeanSquaredErrorOptions &) const = default;
};
/// The root of the mean of (y - p)^2 over all samples and entries.
class RootMeanSquaredError : public Metric {
public:
  explicit RootMeanSquaredError(const RootMeanSquaredErrorOptions &options = {});
};

} // namespace tenon
#endif // TENON_METRICS_H
