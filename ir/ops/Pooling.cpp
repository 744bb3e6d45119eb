// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include "ir/ops/Windows.h"
#include <limits>

using namespace mlir;
using namespace tenon::ir;

static SmallVector<int64_t> ones(size_t count) { return SmallVector<int64_t>(count, 1); }

template <typename Adaptor>
static LogicalResult inferPool(ShapeInference &shapes, unsigned operand, Adaptor op, SymbolicShape &result) {
  const SymbolicShape &input = shapes.shape(operand);
  ArrayRef<int64_t> window = op.getWindow(), padding = op.getPadding();
  if (!input.empty())
    result.push_back(input[0]);
  if (failed(inferWindows(shapes, input, window, op.getStrides(), padding, ones(window.size()), result)))
    return failure();
  for (size_t i = 0; i < padding.size(); ++i)
    if (padding[i] >= window[i / 2])
      return shapes.fail("expected padding smaller than the window, got " + Twine(padding[i]) + " for a window of " +
                         Twine(window[i / 2]));
  result.push_back(input.back());
  return success();
}
template <typename Adaptor>
static LogicalResult inferPoolGradient(ShapeInference &shapes, unsigned input, unsigned gradient, Adaptor op) {
  SymbolicShape pooled;
  if (failed(inferPool(shapes, input, op, pooled)))
    return failure();
  const SymbolicShape &shape = shapes.shape(gradient);
  if (shape.size() != pooled.size())
    return shapes.fail("expected a gradient of shape " + printShape(pooled) + ", got " + printShape(shape));
  for (auto [a, b] : llvm::zip(shape, pooled))
    if (failed(shapes.requireEqual(a, b, "the gradient must have the pool's shape " + printShape(pooled))))
      return failure();
  return shapes.add(shapes.elementType(input), shapes.shape(input));
}

LogicalResult MaxPoolOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  SymbolicShape result;
  return failed(inferPool(shapes, 0, op, result)) ? failure() : shapes.add(shapes.elementType(0), result);
}
LogicalResult AvgPoolOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  SymbolicShape result;
  return failed(inferPool(shapes, 0, op, result)) ? failure() : shapes.add(shapes.elementType(0), result);
}
LogicalResult MaxPoolGradOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  return inferPoolGradient(shapes, 0, 1, op);
}
LogicalResult AvgPoolGradOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  return inferPoolGradient(shapes, 1, 0, op);
}

namespace {
// The index arithmetic of one pool.
struct Pool {
  template <typename Op>
  Pool(Op op, ArrayRef<int64_t> input)
      : axes(windowAxes(input.drop_front().drop_back(), op.getWindow(), op.getStrides(), op.getPadding(),
                        ones(op.getWindow().size()))),
        batch(input[0]), channels(input.back()), inputSize(pixels(axes)), outputSize(outputs(axes)) {
    shape.push_back(batch);
    for (const WindowAxis &axis : axes)
      shape.push_back(axis.output);
    shape.push_back(channels);
  }
  // body(position in the input, in the output), the elements of each window in row-major order.
  void forEach(llvm::function_ref<void(int64_t, int64_t)> body) const {
    forEachTap(axes, [&](int64_t output, int64_t, int64_t pixel) {
      for (int64_t n = 0; n < batch; ++n)
        for (int64_t c = 0; c < channels; ++c)
          body((n * inputSize + pixel) * channels + c, (n * outputSize + output) * channels + c);
    });
  }
  // How many elements each window has; per element of the output.
  Literal counts(Type elementType) const {
    Literal result(elementType, shape);
    forEach([&](int64_t, int64_t o) { result[o] += 1; });
    return result;
  }

  SmallVector<WindowAxis> axes;
  int64_t batch, channels, inputSize, outputSize;
  SmallVector<int64_t> shape;
};
} // namespace

LogicalResult MaxPoolOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  Pool pool(*this, inputs[0].shape());
  Literal result(inputs[0].elementType(), pool.shape);
  llvm::fill(result.values(), -std::numeric_limits<double>::infinity());
  pool.forEach([&](int64_t i, int64_t o) { result[o] = inputs[0][i] > result[o] ? inputs[0][i] : result[o]; });
  results.push_back(result);
  return success();
}
LogicalResult AvgPoolOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  Pool pool(*this, inputs[0].shape());
  Literal result(inputs[0].elementType(), pool.shape), counts = pool.counts(inputs[0].elementType());
  pool.forEach([&](int64_t i, int64_t o) { result[o] += inputs[0][i]; });
  for (int64_t o = 0; o < result.size(); ++o)
    result[o] /= counts[o];
  results.push_back(result);
  return success();
}
LogicalResult MaxPoolGradOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  Pool pool(*this, inputs[0].shape());
  std::vector<int64_t> largest(inputs[1].size(), -1);
  pool.forEach([&](int64_t i, int64_t o) {
    if (largest[o] < 0 || inputs[0][i] > inputs[0][largest[o]])
      largest[o] = i;
  });
  Literal result(inputs[0].elementType(), inputs[0].shape());
  for (auto [o, i] : llvm::enumerate(largest))
    result[i] += inputs[1][o];
  results.push_back(result);
  return success();
}
LogicalResult AvgPoolGradOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  Pool pool(*this, inputs[1].shape());
  Literal result(inputs[1].elementType(), inputs[1].shape()), counts = pool.counts(inputs[1].elementType());
  pool.forEach([&](int64_t i, int64_t o) { result[i] += inputs[0][o] / counts[o]; });
  results.push_back(result);
  return success();
}

LogicalResult MaxPoolOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  gradients.push_back(
      MaxPoolGradOp::create(builder, getLoc(), getInput(), g[0], getWindowAttr(), getStridesAttr(), getPaddingAttr()));
  return success();
}
LogicalResult AvgPoolOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  gradients.push_back(
      AvgPoolGradOp::create(builder, getLoc(), g[0], getWindowAttr(), getStridesAttr(), getPaddingAttr(), getInput()));
  return success();
}
