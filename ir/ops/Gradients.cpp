// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tenon::ir;

Value tenon::ir::scalar(ImplicitLocOpBuilder &b, double value) {
  auto type = RankedTensorType::get({}, b.getF32Type());
  return ConstantOp::create(b, DenseElementsAttr::get(type, static_cast<float>(value)));
}

SmallVector<int64_t> tenon::ir::allAxes(int64_t rank) { return llvm::to_vector(llvm::seq<int64_t>(0, rank)); }

Value tenon::ir::sumOver(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> axes, bool keepdims) {
  if (axes.empty())
    return value;
  return ReduceSumOp::create(b, value, b.getDenseI64ArrayAttr(axes), b.getBoolAttr(keepdims));
}

Value tenon::ir::sumTo(ImplicitLocOpBuilder &b, Value gradient, Value operand) {
  auto from = cast<RankedTensorType>(gradient.getType()), to = cast<RankedTensorType>(operand.getType());
  int64_t leading = from.getRank() - to.getRank();
  SmallVector<int64_t> axes = allAxes(leading);
  bool kept = false;
  for (int64_t i = 0; i < to.getRank(); ++i)
    if (to.getDimSize(i) == 1 && from.getDimSize(leading + i) != 1) {
      axes.push_back(leading + i);
      kept = true;
    }
  Value sum = sumOver(b, gradient, axes, kept && leading == 0);
  return kept && leading > 0 ? ReshapeLikeOp::create(b, sum, operand).getResult() : sum;
}

bool tenon::ir::isDifferentiable(Value value) {
  return isa<FloatType>(cast<RankedTensorType>(value.getType()).getElementType());
}

bool tenon::ir::isSplat(Value constant, double value) {
  DenseElementsAttr elements;
  if (!matchPattern(constant, m_Constant(&elements)) || !elements.isSplat())
    return false;
  if (isa<FloatType>(elements.getElementType()))
    return elements.getSplatValue<APFloat>().convertToDouble() == value;
  return static_cast<double>(elements.getSplatValue<APInt>().getSExtValue()) == value;
}
