// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/metrics/Function.h"

namespace tenon {

template <typename Visitor> void visit(RootMeanSquaredErrorOptions &o, Visitor &f) { f("name", o.name); }

namespace {

class Function : public MeanMetric {
public:
  explicit Function(RootMeanSquaredErrorOptions options) : o(std::move(options)) {}
  std::string className() const override { return "RootMeanSquaredError"; }
  Expression values(Expression target, Expression prediction) const override {
    Expression difference = prediction - target;
    return difference * difference;
  }
  Expression result(const std::vector<Expression> &state) const override { return sqrt(MeanMetric::result(state)); }
  nlohmann::ordered_json config() const override { return metricConfig(o); }

private:
  RootMeanSquaredErrorOptions o;
};

} // namespace

std::shared_ptr<const MetricFunction> rootMeanSquaredErrorFromConfig(const nlohmann::json &config) {
  return std::make_shared<Function>(metricOptions<RootMeanSquaredErrorOptions>(config, "RootMeanSquaredError"));
}
RootMeanSquaredError::RootMeanSquaredError(const RootMeanSquaredErrorOptions &options)
    : Metric(options.name, std::make_shared<Function>(options)) {}

} // namespace tenon
