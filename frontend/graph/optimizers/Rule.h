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
  std::vector<Expression> slots;                        // in the order of OptimizerRule::slots
  Expression learningRate;                              // float32 scalar
  Expression iteration;                                 // int64 scalar: steps done before this one
  std::optional<Expression> squaredNorm = std::nullopt; // of all gradients together, where needsSquaredNorm
};
struct UpdateResults {
  Expression variable;
  std::vector<Expression> slots;
};

/// What every optimizer does around its own rule; at most one of the three clips is given.
struct SharedOptions {
  std::optional<double> weightDecay, clipnorm, clipvalue, globalClipnorm;
};

class OptimizerRule {
public:
  virtual ~OptimizerRule() = default;
  virtual std::string className() const = 0;
  virtual double learningRate() const = 0;
  /// Keras's names of the state kept per variable, in Keras's order; each starts at zero and has the variable's shape.
  virtual std::vector<std::string> slots() const = 0;
  /// How many of them Keras's files hold weight by weight; the others follow, each for all weights.
  virtual size_t interleaved() const { return 1; }
  /// The values after one step: the gradient is clipped, the weights decay, then the rule follows.
  UpdateResults step(UpdateOperands operands) const;
  /// Does a step look at all gradients together?
  bool needsSquaredNorm() const { return shared().globalClipnorm.value_or(0) > 0; }
  virtual nlohmann::ordered_json config() const = 0;

protected:
  virtual SharedOptions shared() const = 0;
  virtual UpdateResults update(const UpdateOperands &operands) const = 0;
};

/// A rule whose options are a struct: what all of them have in common.
template <typename Options> class RuleOf : public OptimizerRule {
public:
  RuleOf(const char *className, Options options);
  std::string className() const override { return name; }
  double learningRate() const override { return o.learningRate; }
  nlohmann::ordered_json config() const override;

protected:
  SharedOptions shared() const override { return {o.weightDecay, o.clipnorm, o.clipvalue, o.globalClipnorm}; }
  void requireShare(const char *key, double value) const {
    if (!(value > 0 && value < 1))
      throw Error(std::string(name) + ": " + key + " is " + std::to_string(value) +
                  ", expected a number between 0 and 1");
  }
  const char *name;
  Options o;
};

struct OptimizerRow {
  std::string className;
  std::shared_ptr<const OptimizerRule> (*fromConfig)(const nlohmann::json &config);
};
const std::vector<OptimizerRow> &optimizerTable();

std::shared_ptr<const OptimizerRule> sgdFromConfig(const nlohmann::json &config);
std::shared_ptr<const OptimizerRule> rmspropFromConfig(const nlohmann::json &config);
std::shared_ptr<const OptimizerRule> adamFromConfig(const nlohmann::json &config);
std::shared_ptr<const OptimizerRule> adamWFromConfig(const nlohmann::json &config);

/// The fields that all optimizers have, then their own: visit(options, field).
template <typename Options, typename Visitor> void visitOptimizer(Options &o, Visitor &f) {
  f("name", o.name);
  f("learning_rate", o.learningRate);
  f("weight_decay", o.weightDecay);
  f("clipnorm", o.clipnorm);
  f("global_clipnorm", o.globalClipnorm);
  f("clipvalue", o.clipvalue);
  visit(o, f);
}

/// The options of a Keras optimizer config; what all of Keras's optimizers take and Tenon does not is refused unless it
/// is off.
template <typename Options> Options optimizerOptions(const nlohmann::json &config, const char *className) {
  Options options;
  FieldReader reader{config, className};
  visitOptimizer(options, reader);
  reader.accept("ema_momentum", {0.99});
  reader.finish();
  return options;
}

/// An Error that starts with `className` when the options contradict one another.
void checkOptimizer(const char *className, double learningRate, const SharedOptions &shared);

template <typename Options>
RuleOf<Options>::RuleOf(const char *className, Options options) : name(className), o(std::move(options)) {
  checkOptimizer(className, o.learningRate, {o.weightDecay, o.clipnorm, o.clipvalue, o.globalClipnorm});
}
template <typename Options> nlohmann::ordered_json RuleOf<Options>::config() const {
  FieldWriter writer;
  Options options = o;
  visitOptimizer(options, writer);
  return writer.config;
}

} // namespace tenon
