// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"
#include <cmath>

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

std::string crossentropyWarning(const std::string &activation, const char *expected, bool fromLogits) {
  if (fromLogits)
    return activation == "softmax" || activation == "sigmoid"
               ? "the loss takes logits (fromLogits), but the output comes out of " + activation
               : "";
  if (activation != "linear")
    return "";
  return std::string("the loss takes probabilities, but the output is linear: where it leaves (0, 1) it is clipped and "
                     "its gradient is zero; use activation \"") +
         expected + "\", or fromLogits";
}

namespace {

class Function : public LossFunction {
public:
  explicit Function(CategoricalCrossentropyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "CategoricalCrossentropy"; }
  Expression values(Expression y, Expression p) const override {
    int64_t last = p.rank() - 1;
    if (o.labelSmoothing > 0)
      y = y * (1 - o.labelSmoothing) + scalar(y.builder(), o.labelSmoothing) / countOf(p, {last});
    return sum(y * negativeLogProbabilities(p, o.fromLogits), {last});
  }
  std::string activationWarning(const std::string &activation) const override {
    return crossentropyWarning(activation, "softmax", o.fromLogits);
  }
  std::string targetWarning(const Array &targets) const override {
    int64_t classes = targets.rank() ? targets.shape().back() : 0;
    for (int64_t row = 0; classes && row < targets.size() / classes; ++row) {
      double total = 0;
      for (int64_t i = 0; i < classes; ++i)
        total += targets.at(row * classes + i);
      if (std::fabs(total - 1) > 1e-3)
        return "the targets of a row should sum to 1, those of row " + std::to_string(row) + " sum to " +
               std::to_string(total) +
               "; training follows the exact gradient of the loss, where Keras on TensorFlow takes prediction - target "
               "and diverges";
    }
    return {};
  }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  CategoricalCrossentropyOptions o;
};

} // namespace

std::vector<LossRow> categoricalCrossentropyLosses() {
  auto make = [](const nlohmann::json &config) -> std::shared_ptr<const LossFunction> {
    return std::make_shared<Function>(lossOptions<CategoricalCrossentropyOptions>(config, "CategoricalCrossentropy"));
  };
  return {{"CategoricalCrossentropy", {"categorical_crossentropy"}, make}};
}
CategoricalCrossentropy::CategoricalCrossentropy(const CategoricalCrossentropyOptions &options)
    : Loss(std::make_shared<Function>(options)) {}

} // namespace tenon
