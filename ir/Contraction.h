// SPDX-License-Identifier: Apache-2.0
// Contractions as passes and code generation see them: results made of rows and packed weights, and sums of several.
#pragma once
#include "ir/Depthwise.h"

namespace tenon::ir {

/// matmul (but not that of a weight gradient, whose rows are the reduction), conv, conv_input_grad.
inline bool isContraction(mlir::Operation *op) {
  auto matmul = mlir::dyn_cast_or_null<MatmulOp>(op);
  return mlir::isa_and_nonnull<ConvOp, ConvInputGradOp>(op) || (matmul && !matmul.getTransposeLhs());
}

/// Is it the sum of contractions of its own block (or one of them) that nothing else uses? One kernel then adds their
/// products in the same accumulators.
inline bool isSumOfContractions(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse())
    return false;
  if (isContraction(op))
    return !isDepthwise(op);
  auto sum = mlir::dyn_cast<AddOp>(op);
  return sum && sum.getLhs().getType() == sum.getRhs().getType() && isSumOfContractions(sum.getLhs()) &&
         isSumOfContractions(sum.getRhs());
}

} // namespace tenon::ir
