// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"

namespace tenon {

template <typename Visitor> void visit(CategoricalCrossentropyOptions &o, Visitor &f) {
  f("name", o.name);
  f("from_logits", o.fromLogits);
  f("label_smoothing", o.labelSmoothing);
}

Expression negativeLogProbabilities(Expression prediction, bool fromLogits) {
  int64_t last = prediction.rank() - 1;
  if (!fromLogits)
    return -log(clip(prediction / sum(prediction, {last}, true), lossEpsilon, 1 - lossEpsilon));
  Expression shifted = prediction - max(prediction, {last}, true);
  return log(sum(exp(shifted), {last}, true)) - shifted;
}

namespace {

class Function : public LossFunction {
public:
  explicit Function(CategoricalCrossentropyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "CategoricalCrossentropy"; }
  Expression values(Expression y, Expression p) const override {
    int64_t last = p.rank() - 1;
    if (o.labelSmoothing > 0)
      y = y * (1 - o.labelSmoothing) + o.labelSmoothing / static_cast<double>(p.type().getDimSize(last));
    return sum(y * negativeLogProbabilities(p, o.fromLogits), {last});
  }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  CategoricalCrossentropyOptions o;
};

} // namespace

std::shared_ptr<const LossFunction> categoricalCrossentropyFromConfig(const nlohmann::json &config) {
  return std::make_shared<Function>(lossOptions<CategoricalCrossentropyOptions>(config, "CategoricalCrossentropy"));
}
CategoricalCrossentropy::CategoricalCrossentropy(const CategoricalCrossentropyOptions &options)
    : Loss(std::make_shared<Function>(options)) {}

} // namespace tenon
