// SPDX-License-Identifier: Apache-2.0
// The vectors of a batch normalisation, as ops.
#pragma once
#include "ir/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tenon::passes {

/// gamma / sqrt(variance + epsilon).
inline mlir::Value normalizationScale(mlir::ImplicitLocOpBuilder &b, ir::BatchNormOp op) {
  auto scalar = mlir::RankedTensorType::get({}, b.getF32Type());
  float epsilon = op.getEpsilon().convertToDouble();
  mlir::Value small = ir::ConstantOp::create(b, mlir::DenseElementsAttr::get(scalar, epsilon));
  mlir::Value deviation = ir::SqrtOp::create(b, ir::AddOp::create(b, op.getVariance(), small));
  return ir::DivideOp::create(b, op.getGamma(), deviation);
}

/// beta - mean * scale, so that the normalisation is x * scale + shift.
inline mlir::Value normalizationShift(mlir::ImplicitLocOpBuilder &b, ir::BatchNormOp op, mlir::Value scale) {
  return ir::SubtractOp::create(b, op.getBeta(), ir::MultiplyOp::create(b, op.getMean(), scale));
}

} // namespace tenon::passes
