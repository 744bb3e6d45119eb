// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/optimizers/Rule.h"

namespace tenon {

template <typename Visitor> void visit(SGDOptions &o, Visitor &f) {
  f("momentum", o.momentum);
  f("nesterov", o.nesterov);
}

namespace {

class SGDRule : public RuleOf<SGDOptions> {
public:
  explicit SGDRule(SGDOptions options) : RuleOf("SGD", std::move(options)) {
    if (!(o.momentum >= 0 && o.momentum <= 1))
      throw Error("SGD: momentum is " + std::to_string(o.momentum) + ", expected a number from 0 to 1");
  }
  std::vector<std::string> slots() const override {
    return o.momentum == 0 ? std::vector<std::string>{} : std::vector<std::string>{"momentum"};
  }

protected:
  UpdateResults update(const UpdateOperands &u) const override {
    Expression step = u.gradient * u.learningRate;
    if (o.momentum == 0)
      return {u.variable - step, {}};
    Expression momentum = u.slots[0] * o.momentum - step;
    return {u.variable + (o.nesterov ? momentum * o.momentum - step : momentum), {momentum}};
  }
};

} // namespace

std::shared_ptr<const OptimizerRule> sgdFromConfig(const nlohmann::json &config) {
  return std::make_shared<SGDRule>(optimizerOptions<SGDOptions>(config, "SGD"));
}
SGD::SGD(const SGDOptions &options) : Optimizer(std::make_shared<SGDRule>(options)) {}

} // namespace tenon
