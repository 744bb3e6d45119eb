// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/optimizers/Rule.h"
#include <cmath>

namespace tenon {

template <typename Options, typename Visitor> void visitAdam(Options &o, Visitor &f) {
  f("beta_1", o.beta1);
  f("beta_2", o.beta2);
  f("epsilon", o.epsilon);
  f("amsgrad", o.amsgrad);
}
template <typename Visitor> void visit(AdamOptions &o, Visitor &f) { visitAdam(o, f); }
template <typename Visitor> void visit(AdamWOptions &o, Visitor &f) { visitAdam(o, f); }

namespace {

/// Adam and AdamW: the same rule with other defaults.
template <typename Options> class AdamRule : public RuleOf<Options> {
public:
  AdamRule(const char *className, Options options) : RuleOf<Options>(className, std::move(options)) {
    this->requireShare("beta_1", o.beta1);
    this->requireShare("beta_2", o.beta2);
  }
  std::vector<std::string> slots() const override {
    std::vector<std::string> names = {"momentum", "velocity"};
    if (o.amsgrad)
      names.push_back("velocity_hat");
    return names;
  }
  size_t interleaved() const override { return 2; }

protected:
  using RuleOf<Options>::o;
  UpdateResults update(const UpdateOperands &u) const override {
    Expression g = u.gradient;
    Expression step = (u.iteration + 1.0).to(u.learningRate.type().getElementType());
    // beta^step
    Expression power1 = exp(step * std::log(o.beta1)), power2 = exp(step * std::log(o.beta2));
    Expression rate = u.learningRate * sqrt(1.0 - power2) / (1.0 - power1);
    Expression momentum = u.slots[0] + (g - u.slots[0]) * (1 - o.beta1);
    Expression velocity = u.slots[1] + (g * g - u.slots[1]) * (1 - o.beta2);
    std::vector<Expression> slots = {momentum, velocity};
    Expression scale = velocity;
    if (o.amsgrad) {
      scale = maximum(u.slots[2], velocity);
      slots.push_back(scale);
    }
    return {u.variable - momentum * rate / (sqrt(scale) + o.epsilon), slots};
  }
};

} // namespace

std::shared_ptr<const OptimizerRule> adamFromConfig(const nlohmann::json &config) {
  return std::make_shared<AdamRule<AdamOptions>>("Adam", optimizerOptions<AdamOptions>(config, "Adam"));
}
std::shared_ptr<const OptimizerRule> adamWFromConfig(const nlohmann::json &config) {
  return std::make_shared<AdamRule<AdamWOptions>>("AdamW", optimizerOptions<AdamWOptions>(config, "AdamW"));
}
Adam::Adam(const AdamOptions &options) : Optimizer(std::make_shared<AdamRule<AdamOptions>>("Adam", options)) {}
AdamW::AdamW(const AdamWOptions &options) : Optimizer(std::make_shared<AdamRule<AdamWOptions>>("AdamW", options)) {}

} // namespace tenon
