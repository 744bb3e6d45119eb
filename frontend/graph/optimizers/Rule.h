// SPDX-License-Identifier: Apache-2.0
// The optimizers' table: one row per optimizer, its rule in a file of its own.
#pragma once
#include "frontend/graph/Expression.h"
#include "frontend/graph/Registry.h"
#include <tenon/optimizers.h>

namespace tenon {

/// What an update of one variable sees.
struct UpdateOperands {
  Expression variable, gradient;
  std::vector<Expression> slots; // in the order of OptimizerRule::slots
  Expression learningRate;       // float32 scalar
  Expression iteration;          // int64 scalar: steps done before this one
};
struct UpdateResults {
  Expression variable;
  std::vector<Expression> slots;
};

class OptimizerRule {
public:
  virtual ~OptimizerRule() = default;
  virtual std::string className() const = 0;
  virtual double learningRate() const = 0;
  /// Keras's names of the state kept per variable, in Keras's order; each starts at zero and has the variable's shape.
  virtual std::vector<std::string> slots() const = 0;
  /// The values after one step.
  virtual UpdateResults update(const UpdateOperands &operands) const = 0;
  virtual nlohmann::ordered_json config() const = 0;
};

struct OptimizerRow {
  std::string className;
  std::shared_ptr<const OptimizerRule> (*fromConfig)(const nlohmann::json &config);
};
const std::vector<OptimizerRow> &optimizerTable();

std::shared_ptr<const OptimizerRule> sgdFromConfig(const nlohmann::json &config);
std::shared_ptr<const OptimizerRule> rmspropFromConfig(const nlohmann::json &config);
std::shared_ptr<const OptimizerRule> adamFromConfig(const nlohmann::json &config);

/// The options of a Keras optimizer config; what all of Keras's optimizers take and Tenon does not is refused unless it
/// is off.
template <typename Options> Options optimizerOptions(const nlohmann::json &config, const char *className) {
  Options options;
  FieldReader reader{config, className};
  visit(options, reader);
  reader.accept("ema_momentum", {0.99});
  reader.finish();
  if (!(options.learningRate >= 0))
    throw Error(std::string(className) + ": learning_rate is " + std::to_string(options.learningRate) +
                ", expected 0 or more");
  return options;
}

template <typename Options> nlohmann::ordered_json optimizerConfig(Options options) {
  FieldWriter writer;
  visit(options, writer);
  return writer.config;
}

} // namespace tenon
