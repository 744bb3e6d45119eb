// SPDX-License-Identifier: Apache-2.0
// How far numbers are from numbers; each is a mean over the last axis.
#include "frontend/graph/losses/Function.h"
#include <cmath>

namespace tenon {

template <typename Visitor> void visit(HuberOptions &o, Visitor &f) {
  f("name", o.name);
  f("delta", o.delta);
}

namespace {

Expression meanOfLast(Expression x) { return mean(x, {x.rank() - 1}); }

Expression squaredError(Expression y, Expression p) {
  Expression difference = p - y;
  return meanOfLast(difference * difference);
}
Expression absoluteError(Expression y, Expression p) { return meanOfLast(abs(p - y)); }
Expression percentageError(Expression y, Expression p) {
  return meanOfLast(abs((y - p) / maximum(abs(y), y.constant(lossEpsilon)))) * 100.0;
}
Expression squaredLogarithmicError(Expression y, Expression p) {
  auto logarithm = [](Expression x) { return log(maximum(x, x.constant(lossEpsilon)) + 1.0); };
  Expression difference = logarithm(p) - logarithm(y);
  return meanOfLast(difference * difference);
}
// log((e^d + e^-d) / 2), with |d| taken out so that nothing overflows.
Expression logCosh(Expression y, Expression p) {
  Expression size = abs(p - y);
  return meanOfLast(size + log(exp(size * -2.0) + 1.0) - std::log(2.0));
}

class HuberFunction : public LossFunction {
public:
  explicit HuberFunction(HuberOptions options) : o(std::move(options)) {
    if (!(o.delta > 0))
      throw Error("Huber: delta is " + std::to_string(o.delta) + ", expected a number above 0");
  }
  std::string className() const override { return "Huber"; }
  // d^2 / 2 up to delta, from there on its tangent: the part beyond delta counts delta times.
  Expression values(Expression y, Expression p) const override {
    Expression size = abs(p - y), inside = minimum(size, size.constant(o.delta));
    return meanOfLast(inside * inside * 0.5 + (size - inside) * o.delta);
  }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  HuberOptions o;
};

} // namespace

std::vector<LossRow> regressionLosses() {
  auto huber = [](const nlohmann::json &config) -> std::shared_ptr<const LossFunction> {
    return std::make_shared<HuberFunction>(lossOptions<HuberOptions>(config, "Huber"));
  };
  return {
      {"Huber", {"huber"}, huber},
      plainLoss("LogCosh", {"log_cosh", "logcosh"}, logCosh),
      plainLoss("MeanAbsoluteError", {"mean_absolute_error", "mae"}, absoluteError),
      plainLoss("MeanAbsolutePercentageError", {"mean_absolute_percentage_error", "mape"}, percentageError),
      plainLoss("MeanSquaredError", {"mean_squared_error", "mse"}, squaredError),
      plainLoss("MeanSquaredLogarithmicError", {"mean_squared_logarithmic_error", "msle"}, squaredLogarithmicError),
  };
}

Huber::Huber(const HuberOptions &options) : Loss(std::make_shared<HuberFunction>(options)) {}
LogCosh::LogCosh(const PlainLossOptions &o) : Loss(makePlainLoss("LogCosh", o)) {}
MeanAbsoluteError::MeanAbsoluteError(const PlainLossOptions &o) : Loss(makePlainLoss("MeanAbsoluteError", o)) {}
MeanAbsolutePercentageError::MeanAbsolutePercentageError(const PlainLossOptions &o)
    : Loss(makePlainLoss("MeanAbsolutePercentageError", o)) {}
MeanSquaredError::MeanSquaredError(const PlainLossOptions &o) : Loss(makePlainLoss("MeanSquaredError", o)) {}
MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(const PlainLossOptions &o)
    : Loss(makePlainLoss("MeanSquaredLogarithmicError", o)) {}

} // namespace tenon
