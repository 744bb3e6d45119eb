// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <numeric>
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
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 1);
    require(options.axis >= -input.rank() && options.axis < input.rank(),
            "axis " + std::to_string(options.axis) + " is outside an input of shape " + shapeText(input.shape));
    return {input};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    int64_t rank = e.rankOf(inputs[0]), axis = options.axis < 0 ? options.axis + rank : options.axis;
    if (axis == rank - 1)
      return {e.create<ir::SoftmaxOp>(inputs[0])};
    // The op works over the last axis: swap the two, a permutation that is its own inverse.
    std::vector<int64_t> swap(rank);
    std::iota(swap.begin(), swap.end(), 0);
    std::swap(swap[axis], swap[rank - 1]);
    mlir::Value y = e.create<ir::SoftmaxOp>(e.create<ir::TransposeOp>(inputs[0], swap));
    return {e.create<ir::TransposeOp>(y, swap)};
  }
};

LayerClass rowOfSoftmax() { return layerRow<SoftmaxNode, SoftmaxOptions>("Softmax"); }

} // namespace graph

Softmax::Softmax(SoftmaxOptions options) : Layer(std::make_shared<graph::SoftmaxNode>(std::move(options))) {}

} // namespace tenon
