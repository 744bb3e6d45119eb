// SPDX-License-Identifier: Apache-2.0
// A convolution whose products with every row of a table are known: it looks them up and adds.
#include "ir/ops/Gradients.h"
#include "ir/ops/Windows.h"
#include <limits>

using namespace mlir;
using namespace tenon::ir;

// The shape of gather_conv's result from that of the indices; both ops check the same constraints with it.
template <typename Adaptor>
static LogicalResult inferGatherConv(ShapeInference &shapes, const SymbolicShape &indices, int64_t window, AffineExpr filters,
                                     Adaptor op, SymbolicShape &result) {
  if (indices.size() != 2)
    return shapes.fail("expected indices (batch, time), got shape " + printShape(indices));
  result = {indices[0]};
  if (failed(inferWindows(shapes, {indices[0], indices[1], filters}, window, op.getStrides(), op.getPadding(),
                          op.getDilations(), result)))
    return failure();
  result.push_back(filters);
  return success();
}

LogicalResult GatherConvOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &table = shapes.shape(0);
  if (table.size() != 3 || !llvm::all_of(table, [](AffineExpr size) { return isa<AffineConstantExpr>(size); }))
    return shapes.fail("expected a table (rows, window, filters) of static shape, got shape " + printShape(table));
  SymbolicShape result;
  int64_t window = cast<AffineConstantExpr>(table[1]).getValue();
  return failed(inferGatherConv(shapes, shapes.shape(1), window, table[2], op, result))
             ? failure()
             : shapes.add(shapes.elementType(0), result);
}
LogicalResult SumWindowsOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &operand = shapes.shape(0), &offsets = shapes.shape(1), &order = shapes.shape(2),
                      &indices = shapes.shape(3);
  int64_t window = op.getWindow();
  if (window < 1)
    return shapes.fail("expected a positive window, got " + Twine(window));
  if (operand.size() != 3 || offsets.size() != 1 || order.size() != 1)
    return shapes.fail("expected an operand (batch, time, filters) and two lists, got shapes " + printShape(operand) + ", " +
                       printShape(offsets) + " and " + printShape(order));
  SymbolicShape windows;
  if (failed(inferGatherConv(shapes, indices, window, operand[2], op, windows)))
    return failure();
  for (auto [a, b] : llvm::zip(operand, windows))
    if (failed(shapes.requireEqual(a, b, "the operand must have the shape " + printShape(windows) + " of the windows")))
      return failure();
  if (failed(shapes.requireEqual(indices[0] * indices[1], order[0], "expected a position for each index")))
    return failure();
  return shapes.add(shapes.elementType(0), {offsets[0] - 1, shapes.constant(window), operand[2]});
}

template <typename Op> static WindowAxis axisOf(Op op, int64_t time, int64_t window) {
  return windowAxes(time, window, op.getStrides(), op.getPadding(), op.getDilations())[0];
}

LogicalResult GatherConvOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &table = inputs[0], &indices = inputs[1];
  int64_t rows = table.dim(0), window = table.dim(1), filters = table.dim(2), time = indices.dim(1);
  WindowAxis axis = axisOf(*this, time, window);
  Literal result(table.elementType(), {indices.dim(0), axis.output, filters});
  forEachTap(axis, [&](int64_t o, int64_t k, int64_t t) {
    for (int64_t n = 0; n < indices.dim(0); ++n)
      for (int64_t f = 0; f < filters; ++f) {
        double row = indices[n * time + t];
        bool inside = row >= 0 && row < rows;
        result[(n * axis.output + o) * filters + f] += inside ? table[(static_cast<int64_t>(row) * window + k) * filters + f]
                                                              : std::numeric_limits<double>::quiet_NaN();
      }
  });
  results.push_back(result);
  return success();
}
LogicalResult SumWindowsOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &operand = inputs[0], &offsets = inputs[1], &order = inputs[2];
  int64_t rows = offsets.size() - 1, window = getWindow(), filters = operand.dim(2), time = inputs[3].dim(1);
  WindowAxis axis = axisOf(*this, time, window);
  Literal result(operand.elementType(), {rows, window, filters});
  for (int64_t row = 0; row < rows; ++row)
    for (auto j = static_cast<int64_t>(offsets[row]); j < offsets[row + 1]; ++j) {
      int64_t n = static_cast<int64_t>(order[j]) / time, t = static_cast<int64_t>(order[j]) % time;
      forEachTap(axis, [&](int64_t o, int64_t k, int64_t met) {
        for (int64_t f = 0; met == t && f < filters; ++f)
          result[(row * window + k) * filters + f] += operand[(n * axis.output + o) * filters + f];
      });
    }
  results.push_back(result);
  return success();
}

LogicalResult GatherConvOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  ArrayRef<int64_t> table = cast<RankedTensorType>(getTable().getType()).getShape();
  auto lists = RowListsOp::create(b, getIndices(), table[0]);
  gradients.push_back(SumWindowsOp::create(b, g[0], lists.getOffsets(), lists.getOrder(), getStridesAttr(), getPaddingAttr(),
                                           getDilationsAttr(), b.getI64IntegerAttr(table[1]), getIndices()));
  gradients.push_back({});
  return success();
}
