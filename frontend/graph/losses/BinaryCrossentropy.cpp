// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"

namespace tenon {

template <typename Visitor> void visit(BinaryCrossentropyOptions &o, Visitor &f) {
  f("name", o.name);
  f("from_logits", o.fromLogits);
  f("label_smoothing", o.labelSmoothing);
}

namespace {

class Function : public LossFunction {
public:
  explicit Function(BinaryCrossentropyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "BinaryCrossentropy"; }
  Expression values(Expression y, Expression p) const override {
    if (o.labelSmoothing > 0)
      y = y * (1 - o.labelSmoothing) + 0.5 * o.labelSmoothing;
    return mean(o.fromLogits ? fromLogits(y, p) : fromProbabilities(y, p), {p.rank() - 1});
  }
  std::string activationWarning(const std::string &activation) const override {
    return crossentropyWarning(activation, "sigmoid", o.fromLogits);
  }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  static Expression fromProbabilities(Expression y, Expression p) {
    p = clip(p, lossEpsilon, 1 - lossEpsilon);
    return -(y * log(p) + (1.0 - y) * log(1.0 - p));
  }
  // log(1 + e^x) - x y with the larger exponent taken out; m cancels in the gradient, which is sigmoid(x) - y at 0 too.
  static Expression fromLogits(Expression y, Expression x) {
    Expression m = relu(x);
    return m + log(exp(-m) + exp(x - m)) - x * y;
  }
  BinaryCrossentropyOptions o;
};

} // namespace

std::vector<LossRow> binaryCrossentropyLosses() {
  auto make = [](const nlohmann::json &config) -> std::shared_ptr<const LossFunction> {
    return std::make_shared<Function>(lossOptions<BinaryCrossentropyOptions>(config, "BinaryCrossentropy"));
  };
  return {{"BinaryCrossentropy", {"binary_crossentropy", "bce"}, make}};
}
BinaryCrossentropy::BinaryCrossentropy(const BinaryCrossentropyOptions &options)
    : Loss(std::make_shared<Function>(options)) {}

} // namespace tenon
