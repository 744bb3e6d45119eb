// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"

using namespace mlir;
using namespace tenon::ir;

LogicalResult MatmulOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &lhs = shapes.shape(0), &rhs = shapes.shape(1);
  auto refuse = [&](const Twine &expected) {
    return shapes.fail("expected " + expected + ", got shapes " + printShape(lhs) + " and " + printShape(rhs));
  };
  if (op.getTransposeLhs()) {
    if (op.getTransposeRhs())
      return shapes.fail("expected transpose_lhs or transpose_rhs, not both");
    if (lhs.size() != rhs.size() || lhs.size() < 2)
      return refuse("operands of one rank of 2 or more");
    for (size_t i = 0; i + 1 < lhs.size(); ++i)
      if (failed(shapes.requireEqual(lhs[i], rhs[i], "leading dimensions must be equal")))
        return failure();
    return shapes.add(shapes.elementType(0), {lhs.back(), rhs.back()});
  }
  if (rhs.size() != 2 || lhs.empty())
    return refuse("an operand of rank 1 or more and a matrix");
  unsigned contracted = op.getTransposeRhs() ? 1 : 0;
  if (failed(shapes.requireEqual(lhs.back(), rhs[contracted], "the contracted dimensions must be equal")))
    return failure();
  SymbolicShape result = lhs;
  result.back() = rhs[1 - contracted];
  return shapes.add(shapes.elementType(0), result);
}

LogicalResult MatmulOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &lhs = inputs[0], &rhs = inputs[1];
  int64_t inner = lhs.shape().back(), rows = 1;
  for (int64_t size : lhs.shape().drop_back())
    rows *= size;
  if (getTransposeLhs()) {
    int64_t columns = rhs.shape().back();
    Literal result(lhs.elementType(), {inner, columns});
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t k = 0; k < inner; ++k)
        for (int64_t n = 0; n < columns; ++n)
          result[k * columns + n] += lhs[r * inner + k] * rhs[r * columns + n];
    results.push_back(result);
    return success();
  }
  int64_t columns = rhs.dim(getTransposeRhs() ? 0 : 1);
  SmallVector<int64_t> shape(lhs.shape());
  shape.back() = columns;
  Literal result(lhs.elementType(), shape);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t n = 0; n < columns; ++n)
      for (int64_t k = 0; k < inner; ++k)
        result[r * columns + n] += lhs[r * inner + k] * rhs[getTransposeRhs() ? n * inner + k : k * columns + n];
  results.push_back(result);
  return success();
}

LogicalResult MatmulOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value lhs = getLhs(), rhs = getRhs();
  auto product = [&](Value left, Value right, bool transposeLhs, bool transposeRhs) -> Value {
    return MatmulOp::create(b, left, right, transposeLhs, transposeRhs);
  };
  auto asRow = [&](Value value) -> Value {
    return cast<RankedTensorType>(value.getType()).getRank() > 1
               ? value
               : ReshapeOp::create(b, value, ArrayRef<int64_t>{1, -1}).getResult();
  };
  if (getTransposeLhs()) {
    gradients.push_back(product(rhs, g[0], false, true));
    gradients.push_back(product(lhs, g[0], false, false));
  } else if (getTransposeRhs()) {
    gradients.push_back(product(g[0], rhs, false, false));
    gradients.push_back(product(asRow(g[0]), asRow(lhs), true, false));
  } else {
    gradients.push_back(product(g[0], rhs, false, true));
    gradients.push_back(product(asRow(lhs), asRow(g[0]), true, false));
  }
  return success();
}
