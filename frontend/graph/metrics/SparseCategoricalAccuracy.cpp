// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/metrics/Function.h"

namespace tenon {

template <typename Visitor> void visit(SparseCategoricalAccuracyOptions &o, Visitor &f) { f("name", o.name); }

namespace {

class Function : public MeanMetric {
public:
  explicit Function(SparseCategoricalAccuracyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "SparseCategoricalAccuracy"; }
  bool fits(mlir::RankedTensorType target, mlir::RankedTensorType prediction) const override {
    return target.getRank() < prediction.getRank() || target.getShape().back() == 1;
  }
  Expression values(Expression target, Expression prediction) const override {
    Expression best = argmax(prediction);
    // Targets of shape (batch, 1) mean (batch).
    if (target.rank() == prediction.rank())
      target = sum(target.to(prediction.type().getElementType()), {target.rank() - 1});
    return equal(target.to(best.type().getElementType()), best);
  }
  nlohmann::ordered_json config() const override { return metricConfig(o); }

private:
  SparseCategoricalAccuracyOptions o;
};

} // namespace

std::shared_ptr<const MetricFunction> sparseCategoricalAccuracyFromConfig(const nlohmann::json &config) {
  return std::make_shared<Function>(
      metricOptions<SparseCategoricalAccuracyOptions>(config, "SparseCategoricalAccuracy"));
}
SparseCategoricalAccuracy::SparseCategoricalAccuracy(const SparseCategoricalAccuracyOptions &options)
    : Metric(options.name, std::make_shared<Function>(options)) {}

} // namespace tenon
