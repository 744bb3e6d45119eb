// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/optimizers/Rule.h"
#include <cmath>

namespace tenon {

template <typename Visitor> void visit(AdamOptions &o, Visitor &f) {
  f("name", o.name);
  f("learning_rate", o.learningRate);
  f("beta_1", o.beta1);
  f("beta_2", o.beta2);
  f("epsilon", o.epsilon);
  f("amsgrad", o.amsgrad);
}

namespace {

class AdamRule : public OptimizerRule {
public:
  explicit AdamRule(AdamOptions options) : o(std::move(options)) {
    for (auto [name, beta] : {std::pair("beta_1", o.beta1), std::pair("beta_2", o.beta2)})
      if (!(beta > 0 && beta < 1))
        throw Error(std::string("Adam: ") + name + " is " + std::to_string(beta) +
                    ", expected a number between 0 and 1");
  }
  std::string className() const override { return "Adam"; }
  double learningRate() const override { return o.learningRate; }
  std::vector<std::string> slots() const override {
    std::vector<std::string> names = {"momentum", "velocity"};
    if (o.amsgrad)
      names.push_back("velocity_hat");
    return names;
  }
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
  nlohmann::ordered_json config() const override { return optimizerConfig(o); }

private:
  AdamOptions o;
};

} // namespace

std::shared_ptr<const OptimizerRule> adamFromConfig(const nlohmann::json &config) {
  return std::make_shared<AdamRule>(optimizerOptions<AdamOptions>(config, "Adam"));
}
Adam::Adam(const AdamOptions &options) : Optimizer(std::make_shared<AdamRule>(options)) {}

} // namespace tenon
