// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include <limits>

using namespace mlir;
using namespace tenon::ir;

static LogicalResult checkAxes(ShapeInference &shapes, ArrayRef<int64_t> axes, int64_t rank) {
  for (auto [i, axis] : llvm::enumerate(axes))
    if (axis < 0 || axis >= rank || (i > 0 && axes[i - 1] >= axis))
      return shapes.fail("expected ascending axes of an operand of rank " + Twine(rank) + ", got axis " + Twine(axis));
  return success();
}

template <typename Adaptor> static LogicalResult inferReduce(ShapeInference &shapes, Adaptor op) {
  ArrayRef<int64_t> axes = op.getAxes();
  if (failed(checkAxes(shapes, axes, shapes.rank(0))))
    return failure();
  SymbolicShape result;
  for (auto [i, dim] : llvm::enumerate(shapes.shape(0)))
    if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
      result.push_back(dim);
    else if (op.getKeepdims())
      result.push_back(shapes.constant(1));
  return shapes.add(shapes.elementType(0), result);
}
LogicalResult ReduceSumOp::inferShapes(ShapeInference &shapes, Adaptor op) { return inferReduce(shapes, op); }
LogicalResult ReduceMaxOp::inferShapes(ShapeInference &shapes, Adaptor op) { return inferReduce(shapes, op); }

template <typename Op>
static LogicalResult reduce(Op op, const Literal &operand, SmallVectorImpl<Literal> &results, double initial,
                            llvm::function_ref<double(double, double)> combine) {
  SmallVector<int64_t> kept(operand.shape()), shape;
  for (int64_t axis : op.getAxes())
    kept[axis] = 1;
  for (auto [i, size] : llvm::enumerate(kept))
    if (op.getKeepdims() || !llvm::is_contained(op.getAxes(), static_cast<int64_t>(i)))
      shape.push_back(size);
  Literal result(operand.elementType(), shape);
  llvm::fill(result.values(), initial);
  forEachIndex(operand.shape(), [&](ArrayRef<int64_t> index, int64_t position) {
    int64_t target = 0;
    for (auto [i, size] : llvm::zip(index, kept))
      target = target * size + (size == 1 ? 0 : i);
    result[target] = combine(result[target], operand[position]);
  });
  results.push_back(result);
  return success();
}
LogicalResult ReduceSumOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  return reduce(*this, inputs[0], results, 0, [](double a, double b) { return a + b; });
}
LogicalResult ReduceMaxOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  return reduce(*this, inputs[0], results, -std::numeric_limits<double>::infinity(),
                [](double a, double b) { return a != a || a > b ? a : b; });
}

LogicalResult ReduceSumOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  gradients.push_back(BroadcastLikeOp::create(builder, getLoc(), g[0], getAxes(), getOperand()));
  return success();
}
LogicalResult ReduceMaxOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value x = getOperand();
  auto spread = [&](Value value) -> Value { return BroadcastLikeOp::create(b, value, getAxes(), x); };
  Value largest = ConvertOp::create(b, EqualOp::create(b, x, spread(getResult())), b.getF32Type());
  Value share = DivideOp::create(b, g[0], sumOver(b, largest, getAxes(), getKeepdims()));
  gradients.push_back(MultiplyOp::create(b, largest, spread(share)));
  return success();
}

template <typename Op> static LogicalResult dropEmpty(Op op, PatternRewriter &rewriter) {
  if (!op.getAxes().empty())
    return rewriter.notifyMatchFailure(op, "reduces axes");
  rewriter.replaceOp(op, op.getOperand());
  return success();
}
LogicalResult ReduceSumOp::canonicalize(ReduceSumOp op, PatternRewriter &rewriter) { return dropEmpty(op, rewriter); }
LogicalResult ReduceMaxOp::canonicalize(ReduceMaxOp op, PatternRewriter &rewriter) { return dropEmpty(op, rewriter); }

LogicalResult ArgmaxOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  if (shapes.rank(0) < 1)
    return shapes.fail("expected an operand of rank 1 or more, got a scalar");
  SymbolicShape result = shapes.shape(0);
  result.pop_back();
  return shapes.add(IntegerType::get(op.getOperand().getContext(), 32), result);
}
LogicalResult ArgmaxOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &x = inputs[0];
  int64_t width = x.shape().back();
  Literal result(getElementTypeOrSelf(getResult()), x.shape().drop_back());
  for (int64_t row = 0; row < result.size(); ++row) {
    auto first = x.values().begin() + row * width;
    result[row] = std::max_element(first, first + width) - first;
  }
  results.push_back(result);
  return success();
}

LogicalResult CountOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  if (failed(checkAxes(shapes, op.getAxes(), shapes.rank(0))))
    return failure();
  return shapes.add(Float32Type::get(op.getOperand().getContext()), {});
}
LogicalResult CountOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  double count = 1;
  for (int64_t axis : getAxes())
    count *= inputs[0].dim(axis);
  results.push_back(Literal::scalar(getElementTypeOrSelf(getResult()), count));
  return success();
}
LogicalResult CountOp::canonicalize(CountOp op, PatternRewriter &rewriter) {
  auto type = cast<RankedTensorType>(op.getOperand().getType());
  double count = 1;
  for (int64_t axis : op.getAxes()) {
    if (type.isDynamicDim(axis))
      return rewriter.notifyMatchFailure(op, "counts a dynamic axis");
    count *= type.getDimSize(axis);
  }
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  rewriter.replaceOp(op, scalar(b, count));
  return success();
}
