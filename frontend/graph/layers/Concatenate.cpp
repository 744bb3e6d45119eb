// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/merging.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, ConcatenateOptions> {
  field("axis", o.axis);
}

class ConcatenateNode : public LayerOf<ConcatenateOptions> {
public:
  explicit ConcatenateNode(ConcatenateOptions given) : LayerOf("Concatenate", std::move(given)) {}
  bool takesFloats() const override { return false; }
  bool recordsBuild() const override { return true; }
  // Keras's rule: an input without a mask counts everywhere; steps side by side count when any of them does.
  static mlir::Value joinedMask(Emitter &e, const std::vector<mlir::Value> &inputs, int64_t axis) {
    if (llvm::none_of(inputs, [&](mlir::Value input) { return e.maskOf(input) != nullptr; }))
      return {};
    bool sideBySide = axis + 1 == e.rankOf(inputs[0]);
    llvm::SmallVector<mlir::Value> masks;
    for (mlir::Value input : inputs) {
      mlir::Value mask = e.maskOf(input);
      if (!mask && sideBySide)
        return {};
      if (!mask) { // all ones
        int64_t last = e.rankOf(input) - 1;
        mlir::Value some = e.reduceMax(e.toFloat(input), last);
        mask = e.create<ir::EqualOp>(e.fill(1, some), e.constant(1));
      }
      masks.push_back(mask);
    }
    if (!sideBySide)
      return e.create<ir::ConcatOp>(masks, axis);
    mlir::Value any = masks[0];
    for (mlir::Value mask : llvm::drop_begin(masks))
      any = e.create<ir::SelectOp>(any, any, mask);
    return any;
  }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    require(!inputs.empty(), "expected one input or more, got none");
    TensorSpec result = inputs[0];
    int64_t rank = result.rank(), axis = options.axis < 0 ? options.axis + rank : options.axis;
    require(axis >= 0 && axis < rank,
            "axis " + std::to_string(options.axis) + " is outside an input of shape " + shapeText(result.shape));
    require(axis != 0, "axis 0 is the batch and cannot be joined");
    for (size_t i = 1; i < inputs.size(); ++i) {
      const Shape &other = inputs[i].shape;
      bool fits = inputs[i].rank() == rank;
      for (int64_t d = 0; fits && d < rank; ++d) {
        int64_t &dim = result.shape[d];
        if (d == axis)
          dim = dim == None || other[d] == None ? None : dim + other[d];
        else if (dim == None)
          dim = other[d];
        else
          fits = other[d] == None || other[d] == dim;
      }
      if (!fits) {
        std::string shapes;
        for (const TensorSpec &input : inputs)
          shapes += (shapes.empty() ? "" : ", ") + shapeText(input.shape);
        fail("expected inputs of equal shapes except for axis " + std::to_string(options.axis) + ", got " + shapes);
      }
      if (inputs[i].dtype != result.dtype)
        result.dtype = DType::F32;
    }
    return {result};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    llvm::SmallVector<mlir::Value> operands(inputs.begin(), inputs.end());
    auto element = [](mlir::Value value) {
      return mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType();
    };
    if (llvm::any_of(operands, [&](mlir::Value value) { return element(value) != element(operands[0]); }))
      for (mlir::Value &operand : operands)
        operand = e.toFloat(operand);
    int64_t rank = e.rankOf(operands[0]), axis = options.axis < 0 ? options.axis + rank : options.axis;
    mlir::Value joined = operands.size() == 1 ? operands[0] : e.create<ir::ConcatOp>(operands, axis);
    if (mlir::Value mask = joinedMask(e, inputs, axis))
      e.setMask(joined, mask);
    return {joined};
  }
  Masking masking() const override { return Masking::Own; }
  bool takesList() const override { return true; }
};

LayerClass rowOfConcatenate() { return layerRow<ConcatenateNode, ConcatenateOptions>("Concatenate"); }

} // namespace graph

Concatenate::Concatenate(ConcatenateOptions options)
    : Layer(std::make_shared<graph::ConcatenateNode>(std::move(options))) {}
Tensor concatenate(const Tensors &inputs, ConcatenateOptions options) {
  return Concatenate(std::move(options))(inputs);
}

} // namespace tenon
