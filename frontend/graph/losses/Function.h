// SPDX-License-Identifier: Apache-2.0
// The losses' table: one row per loss, its formula in its family's file.
#pragma once
#include "frontend/graph/Expression.h"
#include "frontend/graph/Registry.h"
#include <functional>
#include <tenon/array.h>
#include <tenon/losses.h>

namespace tenon {

/// Keras's epsilon: probabilities are clipped to [epsilon, 1 - epsilon] before their logarithm.
constexpr double lossEpsilon = 1e-7;

class LossFunction {
public:
  virtual ~LossFunction() = default;
  virtual std::string className() const = 0;
  /// The type of the targets that belong to predictions of this type.
  virtual mlir::RankedTensorType targetType(mlir::RankedTensorType prediction) const { return prediction; }
  /// The loss of every sample: the predictions' shape without the last axis.
  virtual Expression values(Expression target, Expression prediction) const = 0;
  /// What is wrong with targets for predictions over `classes` (their last dimension), "" when nothing is: values that
  /// the compiled loss would take without a word.
  virtual std::string targetFault(const Array &, int64_t /*classes*/) const { return {}; }
  /// What is wrong with the number of columns of targets for predictions of `columns` (None: of any number), "" when
  /// nothing is.
  virtual std::string columnsFault(const Array &targets, int64_t columns) const;
  /// What a user should know of targets that are taken as they are, "" when nothing.
  virtual std::string targetWarning(const Array &) const { return {}; }
  /// What a user should know of predictions that come out of this activation ("linear", "softmax", ...), "" when
  /// nothing.
  virtual std::string activationWarning(const std::string &) const { return {}; }
  virtual nlohmann::ordered_json config() const = 0;
};

struct LossRow {
  std::string className;
  std::vector<std::string> aliases; // snake case first
  std::function<std::shared_ptr<const LossFunction>(const nlohmann::json &config)> fromConfig;
};
const std::vector<LossRow> &lossTable();
/// The row of a class name or alias, null when there is none.
const LossRow *findLoss(const std::string &name);

// The rows of each family.
std::vector<LossRow> binaryCrossentropyLosses();
std::vector<LossRow> categoricalCrossentropyLosses();
std::vector<LossRow> divergenceLosses();
std::vector<LossRow> hingeLosses();
std::vector<LossRow> regressionLosses();
std::vector<LossRow> sparseCategoricalCrossentropyLosses();

/// -log of the probabilities over the last axis: divided by their sum and clipped, or from logits.
Expression negativeLogProbabilities(Expression prediction, bool fromLogits);

/// What is wrong with an activation in front of a crossentropy over probabilities or logits.
std::string crossentropyWarning(const std::string &activation, const char *expected, bool fromLogits);

template <typename Options> Options lossOptions(const nlohmann::json &config, const char *className) {
  Options options;
  FieldReader reader{config, className};
  visit(options, reader);
  reader.accept("reduction", {"sum_over_batch_size", "auto"});
  reader.accept("axis", {-1});
  reader.accept("dtype", {"float32"});
  reader.finish();
  return options;
}
template <typename Options> nlohmann::ordered_json lossConfig(Options options) {
  FieldWriter writer;
  visit(options, writer);
  writer.config["reduction"] = "sum_over_batch_size";
  return writer.config;
}

/// A row of a loss that has no options but its name: only a formula, of target and prediction.
using LossFormula = Expression (*)(Expression y, Expression p);
LossRow plainLoss(const char *className, std::vector<std::string> aliases, LossFormula formula);
/// That loss.
std::shared_ptr<const LossFunction> makePlainLoss(const char *className, const PlainLossOptions &options);

} // namespace tenon
