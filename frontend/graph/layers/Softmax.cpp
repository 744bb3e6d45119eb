// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/elementwise.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, SoftmaxOptions> {
  field("axis", o.axis);
}

class SoftmaxNode : public LayerOf<SoftmaxOptions> {
public:
  explicit SoftmaxNode(SoftmaxOptions given) : LayerOf("Softmax", std::move(given)) {}
  Json callArguments() const override { return {{"mask", nullptr}}; }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 1);
    axisOf(input, options.axis);
    return {input};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    require(!e.maskOf(inputs[0]), "an input with a mask (of an Embedding with maskZero) is not supported; an activation softmax takes one");
    int64_t last = e.rankOf(inputs[0]) - 1, axis = options.axis < 0 ? options.axis + last + 1 : options.axis;
    return {e.moveAxis(e.create<ir::SoftmaxOp>(e.moveAxis(inputs[0], axis, last)), last, axis)};
  }
};

LayerClass rowOfSoftmax() { return layerRow<SoftmaxNode, SoftmaxOptions>("Softmax"); }

} // namespace graph

Softmax::Softmax(SoftmaxOptions options) : Layer(std::make_shared<graph::SoftmaxNode>(std::move(options))) {}

} // namespace tenon
