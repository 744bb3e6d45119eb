// SPDX-License-Identifier: Apache-2.0
// The losses' table: one row per loss, its formula in a file of its own.
#pragma once
#include "frontend/graph/Expression.h"
#include "frontend/graph/Registry.h"
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
  virtual std::string targetFault(const Array &, int64_t) const { return {}; }
  virtual nlohmann::ordered_json config() const = 0;
};

struct LossRow {
  std::string className;
  std::vector<std::string> aliases; // snake case first
  std::shared_ptr<const LossFunction> (*fromConfig)(const nlohmann::json &config);
};
const std::vector<LossRow> &lossTable();
/// The row of a class name or alias, null when there is none.
const LossRow *findLoss(const std::string &name);

std::shared_ptr<const LossFunction> meanSquaredErrorFromConfig(const nlohmann::json &config);
std::shared_ptr<const LossFunction> binaryCrossentropyFromConfig(const nlohmann::json &config);
std::shared_ptr<const LossFunction> categoricalCrossentropyFromConfig(const nlohmann::json &config);
std::shared_ptr<const LossFunction> sparseCategoricalCrossentropyFromConfig(const nlohmann::json &config);

/// -log of the probabilities over the last axis: divided by their sum and clipped, or from logits.
Expression negativeLogProbabilities(Expression prediction, bool fromLogits);

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

} // namespace tenon
