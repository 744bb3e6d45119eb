// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/elementwise.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, ReLUOptions> {
  field("max_value", o.maxValue);
  field("negative_slope", o.negativeSlope);
  field("threshold", o.threshold);
}

class ReLUNode : public LayerOf<ReLUOptions> {
public:
  explicit ReLUNode(ReLUOptions given) : LayerOf("ReLU", std::move(given)) {
    for (auto [option, value] : {std::pair("maxValue", options.maxValue.value_or(0)),
                                 {"negativeSlope", options.negativeSlope},
                                 {"threshold", options.threshold}})
      require(value >= 0, std::string("expected ") + option + " of 0 or more, got " + Json(value).dump());
  }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override { return {oneInput(inputs, 1)}; }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value x = inputs[0], y;
    if (options.negativeSlope && !options.maxValue && !options.threshold)
      return {e.leakyRelu(x, options.negativeSlope)};
    mlir::Value threshold = options.threshold ? e.constant(options.threshold) : mlir::Value();
    if (threshold)
      y = e.create<ir::SelectOp>(e.create<ir::GreaterOp>(x, threshold), x, e.constant(0));
    else
      y = e.create<ir::ReluOp>(x);
    if (options.maxValue)
      y = e.minimum(y, e.constant(*options.maxValue));
    if (options.negativeSlope) {
      mlir::Value below = threshold ? e.subtract(threshold, x) : e.create<ir::NegateOp>(x);
      y = e.subtract(y, e.multiply(e.create<ir::ReluOp>(below), e.constant(options.negativeSlope)));
    }
    return {y};
  }
};

LayerClass rowOfReLU() { return layerRow<ReLUNode, ReLUOptions>("ReLU"); }

} // namespace graph

ReLU::ReLU(ReLUOptions options) : Layer(std::make_shared<graph::ReLUNode>(std::move(options))) {}

} // namespace tenon
