// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/metrics/Function.h"

namespace tenon {

template <typename Visitor> void visit(CategoricalAccuracyOptions &o, Visitor &f) { f("name", o.name); }

namespace {

class Function : public MeanMetric {
public:
  explicit Function(CategoricalAccuracyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "CategoricalAccuracy"; }
  Expression values(Expression target, Expression prediction) const override {
    return equal(argmax(target), argmax(prediction));
  }
  nlohmann::ordered_json config() const override { return metricConfig(o); }

private:
  CategoricalAccuracyOptions o;
};

} // namespace

std::shared_ptr<const MetricFunction> categoricalAccuracyFromConfig(const nlohmann::json &config) {
  return std::make_shared<Function>(metricOptions<CategoricalAccuracyOptions>(config, "CategoricalAccuracy"));
}
CategoricalAccuracy::CategoricalAccuracy(const CategoricalAccuracyOptions &options)
    : Metric(options.name, std::make_shared<Function>(options)) {}

} // namespace tenon
