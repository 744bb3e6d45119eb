// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include <limits>

using namespace mlir;
using namespace tenon::ir;

LogicalResult GatherOp::inferShapes(ShapeInference &shapes, Adaptor) {
  const SymbolicShape &table = shapes.shape(0);
  if (table.size() != 2 || !isa<AffineConstantExpr>(table[0]))
    return shapes.fail("expected a table of rank 2 with a known number of rows, got shape " + printShape(table));
  SymbolicShape result = shapes.shape(1);
  result.push_back(table[1]);
  return shapes.add(shapes.elementType(0), result);
}
LogicalResult RowListsOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  int64_t rows = op.getRows();
  if (rows < 1)
    return shapes.fail("expected a positive number of rows, got " + Twine(rows));
  Type i32 = IntegerType::get(op.getIndices().getContext(), 32);
  AffineExpr count = shapes.constant(1);
  for (AffineExpr size : shapes.shape(0))
    count = count * size;
  return success(succeeded(shapes.add(i32, {shapes.constant(rows + 1)})) && succeeded(shapes.add(i32, {count})));
}
LogicalResult SumRowsOp::inferShapes(ShapeInference &shapes, Adaptor) {
  const SymbolicShape &operand = shapes.shape(0), &offsets = shapes.shape(1), &order = shapes.shape(2);
  if (operand.size() < 2 || offsets.size() != 1 || order.size() != 1)
    return shapes.fail("expected an operand of rank 2 or more and two lists, got shapes " + printShape(operand) + ", " +
                       printShape(offsets) + " and " + printShape(order));
  AffineExpr rows = shapes.constant(1);
  for (AffineExpr size : ArrayRef(operand).drop_back())
    rows = rows * size;
  if (failed(shapes.requireEqual(rows, order[0], "expected a position for each row of the operand")))
    return failure();
  return shapes.add(shapes.elementType(0), {offsets[0] - 1, operand.back()});
}

LogicalResult GatherOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &table = inputs[0], &indices = inputs[1];
  int64_t rows = table.dim(0), width = table.dim(1);
  SmallVector<int64_t> shape(indices.shape());
  shape.push_back(width);
  Literal result(table.elementType(), shape);
  for (int64_t i = 0; i < indices.size(); ++i)
    for (int64_t d = 0; d < width; ++d) {
      bool inside = indices[i] >= 0 && indices[i] < rows;
      result[i * width + d] = inside ? table[static_cast<int64_t>(indices[i]) * width + d]
                                     : std::numeric_limits<double>::quiet_NaN();
    }
  results.push_back(result);
  return success();
}
LogicalResult RowListsOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &indices = inputs[0];
  int64_t rows = getRows(), count = indices.size();
  Type i32 = IntegerType::get(getContext(), 32);
  Literal offsets(i32, {rows + 1}), order(i32, {count});
  auto rowOf = [&](int64_t p) { return indices[p] >= 0 && indices[p] < rows ? static_cast<int64_t>(indices[p]) : rows; };
  int64_t next = 0;
  for (int64_t row = 0; row <= rows; ++row) {
    offsets[row] = next;
    for (int64_t p = 0; p < count; ++p)
      if (rowOf(p) == row)
        order[next++] = p;
  }
  results.append({offsets, order});
  return success();
}
LogicalResult SumRowsOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &operand = inputs[0], &offsets = inputs[1], &order = inputs[2];
  int64_t rows = offsets.size() - 1, width = operand.shape().back();
  Literal result(operand.elementType(), {rows, width});
  for (int64_t row = 0; row < rows; ++row)
    for (auto j = static_cast<int64_t>(offsets[row]); j < offsets[row + 1]; ++j)
      for (int64_t d = 0; d < width; ++d)
        result[row * width + d] += operand[static_cast<int64_t>(order[j]) * width + d];
  results.push_back(result);
  return success();
}

LogicalResult GatherOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value gradient = g[0];
  if (cast<RankedTensorType>(gradient.getType()).getRank() == 1)
    gradient = ReshapeOp::create(b, gradient, ArrayRef<int64_t>{1, -1});
  int64_t rows = cast<RankedTensorType>(getTable().getType()).getDimSize(0);
  auto lists = RowListsOp::create(b, getIndices(), rows);
  gradients.push_back(SumRowsOp::create(b, gradient, lists.getOffsets(), lists.getOrder()));
  gradients.push_back({});
  return success();
}

// Permuting few indices is cheaper than permuting the rows they stand for.
LogicalResult GatherOp::canonicalize(GatherOp op, PatternRewriter &rewriter) {
  auto users = op.getResult().getUsers();
  auto transpose = op.getResult().hasOneUse() ? dyn_cast<TransposeOp>(*users.begin()) : TransposeOp();
  if (!transpose)
    return rewriter.notifyMatchFailure(op, "its one user is no transpose");
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  if (permutation.back() + 1 != static_cast<int64_t>(permutation.size()))
    return rewriter.notifyMatchFailure(op, "the transpose moves the table's columns");
  auto moved = TransposeOp::create(rewriter, transpose.getLoc(), op.getIndices(), permutation.drop_back());
  rewriter.setInsertionPoint(transpose);
  rewriter.replaceOpWithNewOp<GatherOp>(transpose, op.getTable(), moved.getResult());
  rewriter.eraseOp(op);
  return success();
}
