// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include "ir/ops/Windows.h"

using namespace mlir;
using namespace tenon::ir;

// The shape of conv's result from its input's and filter's; all three ops check the same constraints with it.
template <typename Adaptor>
static LogicalResult inferConv(ShapeInference &shapes, unsigned inputOperand, unsigned filterOperand, Adaptor op,
                               SymbolicShape &result) {
  const SymbolicShape &input = shapes.shape(inputOperand), &filter = shapes.shape(filterOperand);
  if (input.size() != filter.size() || input.size() < 3)
    return shapes.fail("expected an input (batch, spatial.., channels) and a filter (window.., channels, filters) of "
                       "one rank of 3 or more, got shapes " +
                       printShape(input) + " and " + printShape(filter));
  SmallVector<int64_t> sizes;
  for (AffineExpr dim : filter) {
    auto size = dyn_cast<AffineConstantExpr>(dim);
    if (!size)
      return shapes.fail("expected a filter of static shape, got " + printShape(filter));
    sizes.push_back(size.getValue());
  }
  int64_t groups = op.getGroups();
  if (groups < 1 || sizes.back() % groups != 0)
    return shapes.fail("expected groups that divide the " + Twine(sizes.back()) + " filters, got " + Twine(groups));
  result = {input[0]};
  if (failed(inferWindows(shapes, input, ArrayRef(sizes).drop_back(2), op.getStrides(), op.getPadding(),
                          op.getDilations(), result)))
    return failure();
  result.push_back(filter.back());
  return shapes.requireEqual(input.back(), filter[filter.size() - 2] * groups,
                             "the input's channels must be groups times the filter's");
}

static LogicalResult requireShape(ShapeInference &shapes, unsigned operand, const SymbolicShape &expected) {
  const SymbolicShape &shape = shapes.shape(operand);
  if (shape.size() != expected.size())
    return shapes.fail("expected a gradient of shape " + printShape(expected) + ", got " + printShape(shape));
  for (auto [a, b] : llvm::zip(shape, expected))
    if (failed(shapes.requireEqual(a, b, "the gradient must have the convolution's shape " + printShape(expected))))
      return failure();
  return success();
}

LogicalResult ConvOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  SymbolicShape result;
  return failed(inferConv(shapes, 0, 1, op, result)) ? failure() : shapes.add(shapes.elementType(0), result);
}
LogicalResult ConvInputGradOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  SymbolicShape output;
  if (failed(inferConv(shapes, 2, 1, op, output)) || failed(requireShape(shapes, 0, output)))
    return failure();
  return shapes.add(shapes.elementType(0), shapes.shape(2));
}
LogicalResult ConvFilterGradOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  SymbolicShape output;
  if (failed(inferConv(shapes, 0, 2, op, output)) || failed(requireShape(shapes, 1, output)))
    return failure();
  return shapes.add(shapes.elementType(0), shapes.shape(2));
}

// Calls body(position in the input, in the filter, in the output) for every product of a convolution.
template <typename Op>
static void forEachProduct(Op op, ArrayRef<int64_t> input, ArrayRef<int64_t> filter,
                           llvm::function_ref<void(int64_t, int64_t, int64_t)> body) {
  SmallVector<WindowAxis> axes = windowAxes(input.drop_front().drop_back(), filter.drop_back(2), op.getStrides(),
                                            op.getPadding(), op.getDilations());
  int64_t channels = input.back(), filters = filter.back(), groupChannels = filter[filter.size() - 2];
  int64_t groupFilters = filters / static_cast<int64_t>(op.getGroups());
  int64_t inputSize = pixels(axes), outputSize = outputs(axes);
  forEachTap(axes, [&](int64_t output, int64_t tap, int64_t pixel) {
    for (int64_t n = 0; n < input[0]; ++n)
      for (int64_t f = 0; f < filters; ++f)
        for (int64_t c = 0; c < groupChannels; ++c)
          body((n * inputSize + pixel) * channels + f / groupFilters * groupChannels + c,
               (tap * groupChannels + c) * filters + f, (n * outputSize + output) * filters + f);
  });
}

LogicalResult ConvOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &input = inputs[0], &filter = inputs[1];
  SmallVector<int64_t> shape = {input.dim(0)};
  for (const WindowAxis &axis : windowAxes(input.shape().drop_front().drop_back(), filter.shape().drop_back(2),
                                           getStrides(), getPadding(), getDilations()))
    shape.push_back(axis.output);
  shape.push_back(filter.shape().back());
  Literal result(input.elementType(), shape);
  forEachProduct(*this, input.shape(), filter.shape(),
                 [&](int64_t i, int64_t k, int64_t o) { result[o] += input[i] * filter[k]; });
  results.push_back(result);
  return success();
}
LogicalResult ConvInputGradOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &gradient = inputs[0], &filter = inputs[1];
  Literal result(gradient.elementType(), inputs[2].shape());
  forEachProduct(*this, result.shape(), filter.shape(),
                 [&](int64_t i, int64_t k, int64_t o) { result[i] += gradient[o] * filter[k]; });
  results.push_back(result);
  return success();
}
LogicalResult ConvFilterGradOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &input = inputs[0], &gradient = inputs[1];
  Literal result(gradient.elementType(), inputs[2].shape());
  forEachProduct(*this, input.shape(), result.shape(),
                 [&](int64_t i, int64_t k, int64_t o) { result[k] += input[i] * gradient[o]; });
  results.push_back(result);
  return success();
}

LogicalResult ConvOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  gradients.push_back(ConvInputGradOp::create(b, g[0], getFilter(), getStridesAttr(), getPaddingAttr(),
                                              getDilationsAttr(), getGroupsAttr(), getInput()));
  gradients.push_back(ConvFilterGradOp::create(b, getInput(), g[0], getStridesAttr(), getPaddingAttr(),
                                               getDilationsAttr(), getGroupsAttr(), getFilter()));
  return success();
}
