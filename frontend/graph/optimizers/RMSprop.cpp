// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/optimizers/Rule.h"

namespace tenon {

template <typename Visitor> void visit(RMSpropOptions &o, Visitor &f) {
  f("rho", o.rho);
  f("momentum", o.momentum);
  f("epsilon", o.epsilon);
  f("centered", o.centered);
}

namespace {

class RMSpropRule : public RuleOf<RMSpropOptions> {
public:
  explicit RMSpropRule(RMSpropOptions options) : RuleOf("RMSprop", std::move(options)) {}
  std::vector<std::string> slots() const override {
    std::vector<std::string> names = {"velocity"};
    if (o.momentum > 0)
      names.push_back("momentum");
    if (o.centered)
      names.push_back("average_gradient");
    return names;
  }

protected:
  UpdateResults update(const UpdateOperands &u) const override {
    Expression g = u.gradient;
    Expression velocity = u.slots[0] * o.rho + g * g * (1 - o.rho);
    Expression variance = velocity;
    std::vector<Expression> slots = {velocity};
    std::optional<Expression> average;
    if (o.centered) {
      average = u.slots.back() * o.rho + g * (1 - o.rho);
      variance = velocity - *average * *average;
    }
    Expression increment = g * u.learningRate / sqrt(variance + o.epsilon);
    if (o.momentum > 0) {
      increment = u.slots[1] * o.momentum + increment;
      slots.push_back(increment);
    }
    if (average)
      slots.push_back(*average);
    return {u.variable - increment, slots};
  }
};

} // namespace

std::shared_ptr<const OptimizerRule> rmspropFromConfig(const nlohmann::json &config) {
  return std::make_shared<RMSpropRule>(optimizerOptions<RMSpropOptions>(config, "RMSprop"));
}
RMSprop::RMSprop(const RMSpropOptions &options) : Optimizer(std::make_shared<RMSpropRule>(options)) {}

} // namespace tenon
