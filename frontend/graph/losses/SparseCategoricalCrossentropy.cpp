// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"
#include <tenon/tensor.h>

namespace tenon {

template <typename Visitor> void visit(SparseCategoricalCrossentropyOptions &o, Visitor &f) {
  f("name", o.name);
  f("from_logits", o.fromLogits);
}

namespace {

class Function : public LossFunction {
public:
  explicit Function(SparseCategoricalCrossentropyOptions options) : o(std::move(options)) {}
  std::string className() const override { return "SparseCategoricalCrossentropy"; }
  mlir::RankedTensorType targetType(mlir::RankedTensorType prediction) const override {
    return mlir::RankedTensorType::get(prediction.getShape().drop_back(),
                                       mlir::IntegerType::get(prediction.getContext(), 32));
  }
  Expression values(Expression y, Expression p) const override {
    int64_t last = p.rank() - 1;
    return sum(oneHot(y, p) * negativeLogProbabilities(p, o.fromLogits), {last});
  }
  std::string columnsFault(const Array &, int64_t) const override { return {}; } // labels have none
  std::string targetFault(const Array &targets, int64_t classes) const override {
    bool known = classes != None; // else label after label is compared with the classes of its batch: too large is no class
    for (int64_t i = 0; i < targets.size(); ++i)
      if (double label = targets.at(i); !(label >= 0 && (!known || label < static_cast<double>(classes))))
        return "target " + std::to_string(i) + " is " + std::to_string(static_cast<int64_t>(label)) +
               ", expected a class from 0" + (known ? " to " + std::to_string(classes - 1) : " on");
    return {};
  }
  std::string activationWarning(const std::string &activation) const override {
    return crossentropyWarning(activation, "softmax", o.fromLogits);
  }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  SparseCategoricalCrossentropyOptions o;
};

} // namespace

std::vector<LossRow> sparseCategoricalCrossentropyLosses() {
  auto make = [](const nlohmann::json &config) -> std::shared_ptr<const LossFunction> {
    return std::make_shared<Function>(
        lossOptions<SparseCategoricalCrossentropyOptions>(config, "SparseCategoricalCrossentropy"));
  };
  return {{"SparseCategoricalCrossentropy", {"sparse_categorical_crossentropy"}, make}};
}
SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions &options)
    : Loss(std::make_shared<Function>(options)) {}

} // namespace tenon
