// SPDX-License-Identifier: Apache-2.0
#include "ir/Philox.h"
#include "ir/ops/Gradients.h"
#include <cmath>

using namespace mlir;
using namespace tenon::ir;

LogicalResult DropoutOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  double rate = op.getRate().convertToDouble();
  if (!(rate >= 0 && rate < 1))
    return shapes.fail("expected a rate of 0 or more and less than 1, got " + std::to_string(rate));
  return shapes.add(shapes.elementType(0), shapes.shape(0));
}

LogicalResult DropoutOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  const Literal &x = inputs[0];
  auto seed = static_cast<uint64_t>(static_cast<int64_t>(inputs[1][0]));
  auto step = static_cast<uint64_t>(static_cast<int64_t>(inputs[2][0]));
  double rate = getRate().convertToDouble();
  auto threshold = static_cast<uint64_t>(std::ceil(std::ldexp(rate, 32)));
  Literal result(x.elementType(), x.shape());
  for (int64_t i = 0; i < x.size(); ++i) {
    auto words = philox({static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), static_cast<uint32_t>(step),
                         static_cast<uint32_t>(getSite())},
                        {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
    result[i] = words[0] >= threshold ? x[i] / (1 - rate) : 0;
  }
  results.push_back(result);
  return success();
}

// The same site draws the same mask.
LogicalResult DropoutOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  gradients.push_back(DropoutOp::create(builder, getLoc(), g[0], getSeed(), getStep(), getRateAttr(), getSiteAttr()));
  gradients.append(2, Value());
  return success();
}

LogicalResult DropoutOp::canonicalize(DropoutOp op, PatternRewriter &rewriter) {
  if (!op.getRate().isZero())
    return rewriter.notifyMatchFailure(op, "drops elements");
  rewriter.replaceOp(op, op.getOperand());
  return success();
}
