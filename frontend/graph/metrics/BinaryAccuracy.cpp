// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/metrics/Function.h"

namespace tenon {

template <typename Visitor> void visit(BinaryAccuracyOptions &o, Visitor &f) {
  f("name", o.name);
  f("threshold", o.threshold);
}

namespace {

class Function : public MeanMetric {
public:
  explicit Function(BinaryAccuracyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "BinaryAccuracy"; }
  Expression values(Expression target, Expression prediction) const override {
    return equal(target.to(prediction.type().getElementType()), greater(prediction, o.threshold));
  }
  nlohmann::ordered_json config() const override { return metricConfig(o); }

private:
  BinaryAccuracyOptions o;
};

} // namespace

std::shared_ptr<const MetricFunction> binaryAccuracyFromConfig(const nlohmann::json &config) {
  return std::make_shared<Function>(metricOptions<BinaryAccuracyOptions>(config, "BinaryAccuracy"));
}
BinaryAccuracy::BinaryAccuracy(const BinaryAccuracyOptions &options)
    : Metric(options.name, std::make_shared<Function>(options)) {}

} // namespace tenon
