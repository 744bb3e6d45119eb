// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/elementwise.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, RescalingOptions> {
  field.required("scale", o.scale);
  field("offset", o.offset);
}

class RescalingNode : public LayerOf<RescalingOptions> {
public:
  explicit RescalingNode(RescalingOptions given) : LayerOf("Rescaling", std::move(given)) {
    require(options.scale.has_value(), "option scale is required");
  }
  bool recordsBuild() const override { return true; }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override { return {oneInput(inputs, 1)}; }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value y = e.multiply(inputs[0], e.constant(*options.scale));
    return {options.offset ? e.add(y, e.constant(options.offset)) : y};
  }
};

LayerClass rowOfRescaling() { return layerRow<RescalingNode, RescalingOptions>("Rescaling"); }

} // namespace graph

Rescaling::Rescaling(RescalingOptions options) : Layer(std::make_shared<graph::RescalingNode>(std::move(options))) {}

} // namespace tenon
