// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include <cmath>

using namespace mlir;
using namespace tenon::ir;

static SmallVector<int64_t> axesButLast(Value value) {
  return allAxes(cast<RankedTensorType>(value.getType()).getRank() - 1);
}

LogicalResult BatchNormOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &input = shapes.shape(0);
  if (input.empty())
    return shapes.fail("expected an input of rank 1 or more, got a scalar");
  static constexpr const char *names[] = {"gamma", "beta", "mean", "variance"};
  for (unsigned i = 1; i < 5; ++i) {
    if (shapes.rank(i) != 1)
      return shapes.fail("expected " + Twine(names[i - 1]) + " to be a vector, got shape " +
                         printShape(shapes.shape(i)));
    if (failed(shapes.requireEqual(shapes.shape(i)[0], input.back(),
                                   names[i - 1] + Twine(" must have as many elements as the input has channels"))))
      return failure();
  }
  return shapes.add(shapes.elementType(0), input);
}
LogicalResult BatchNormOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &x = inputs[0], &gamma = inputs[1], &beta = inputs[2], &mean = inputs[3], &variance = inputs[4];
  double epsilon = getEpsilon().convertToDouble();
  Literal result(x.elementType(), x.shape());
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t c = i % gamma.size();
    result[i] = (x[i] - mean[c]) / std::sqrt(variance[c] + epsilon) * gamma[c] + beta[c];
  }
  results.push_back(result);
  return success();
}
// With s = sum dy (x - mean) and r = 1 / sqrt(variance + epsilon): both sums run over plain elementwise expressions.
LogicalResult BatchNormOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value dy = g[0], x = getInput(), gamma = getGamma();
  SmallVector<int64_t> axes = axesButLast(x);
  Value centered = SubtractOp::create(b, x, getMean());
  Value dbeta = sumOver(b, dy, axes);
  Value s = sumOver(b, MultiplyOp::create(b, dy, centered), axes);
  Value shifted = AddOp::create(b, getVariance(), scalar(b, getEpsilon().convertToDouble()));
  Value r = DivideOp::create(b, scalar(b, 1), SqrtOp::create(b, shifted));
  Value scale = MultiplyOp::create(b, gamma, r);
  Value half = MultiplyOp::create(b, DivideOp::create(b, scale, shifted), scalar(b, -0.5));
  gradients.push_back(MultiplyOp::create(b, dy, scale));
  gradients.push_back(MultiplyOp::create(b, s, r));
  gradients.push_back(dbeta);
  gradients.push_back(NegateOp::create(b, MultiplyOp::create(b, scale, dbeta)));
  gradients.push_back(MultiplyOp::create(b, half, s));
  return success();
}

LogicalResult MomentsOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &input = shapes.shape(0);
  if (input.size() < 2)
    return shapes.fail("expected an input of rank 2 or more, got shape " + printShape(input));
  (void)shapes.add(shapes.elementType(0), {input.back()});
  return shapes.add(shapes.elementType(0), {input.back()});
}
LogicalResult MomentsOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &x = inputs[0];
  int64_t channels = x.shape().back();
  double count = static_cast<double>(x.size()) / channels;
  Literal mean(x.elementType(), {channels}), variance(x.elementType(), {channels});
  for (int64_t i = 0; i < x.size(); ++i)
    mean[i % channels] += x[i] / count;
  for (int64_t i = 0; i < x.size(); ++i)
    variance[i % channels] += (x[i] - mean[i % channels]) * (x[i] - mean[i % channels]) / count;
  results.append({mean, variance});
  return success();
}
LogicalResult MomentsOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value x = getInput(), count = CountOp::create(b, x, axesButLast(x));
  Value fromMean, fromVariance;
  if (g[0])
    fromMean = DivideOp::create(b, g[0], count);
  if (g[1]) {
    Value slope = DivideOp::create(b, MultiplyOp::create(b, g[1], scalar(b, 2)), count);
    fromVariance = MultiplyOp::create(b, SubtractOp::create(b, x, getMean()), slope);
  }
  if (fromMean && fromVariance)
    gradients.push_back(AddOp::create(b, fromVariance, fromMean));
  else
    gradients.push_back(fromVariance ? fromVariance
                        : fromMean   ? BroadcastLikeOp::create(b, fromMean, axesButLast(x), x).getResult()
                                     : Value());
  return success();
}

LogicalResult SoftmaxOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  if (shapes.rank(0) < 1)
    return shapes.fail("expected an operand of rank 1 or more, got a scalar");
  return shapes.add(shapes.elementType(0), shapes.shape(0));
}
LogicalResult SoftmaxOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &x = inputs[0];
  Literal result(x.elementType(), x.shape());
  int64_t width = x.shape().back();
  for (int64_t row = 0; row < x.size(); row += width) {
    double largest = *std::max_element(x.values().begin() + row, x.values().begin() + row + width), sum = 0;
    for (int64_t i = row; i < row + width; ++i)
      sum += result[i] = std::exp(x[i] - largest);
    for (int64_t i = row; i < row + width; ++i)
      result[i] /= sum;
  }
  results.push_back(result);
  return success();
}
LogicalResult SoftmaxOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value y = getResult();
  int64_t last = cast<RankedTensorType>(y.getType()).getRank() - 1;
  Value dot = sumOver(b, MultiplyOp::create(b, g[0], y), {last}, true);
  gradients.push_back(MultiplyOp::create(b, y, SubtractOp::create(b, g[0], dot)));
  return success();
}
