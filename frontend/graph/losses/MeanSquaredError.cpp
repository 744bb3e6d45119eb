// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"

namespace tenon {

template <typename Visitor> void visit(MeanSquaredErrorOptions &o, Visitor &f) { f("name", o.name); }

namespace {

class Function : public LossFunction {
public:
  explicit Function(MeanSquaredErrorOptions options) : o(std::move(options)) {}
  std::string className() const override { return "MeanSquaredError"; }
  Expression values(Expression target, Expression prediction) const override {
    Expression difference = prediction - target;
    return mean(difference * difference, {prediction.rank() - 1});
  }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  MeanSquaredErrorOptions o;
};

} // namespace

std::shared_ptr<const LossFunction> meanSquaredErrorFromConfig(const nlohmann::json &config) {
  return std::make_shared<Function>(lossOptions<MeanSquaredErrorOptions>(config, "MeanSquaredError"));
}
MeanSquaredError::MeanSquaredError(const MeanSquaredErrorOptions &options)
    : Loss(std::make_shared<Function>(options)) {}

} // namespace tenon
