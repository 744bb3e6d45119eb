// SPDX-License-Identifier: Apache-2.0
// What passes ask of values: do they depend on variables and constants alone, so that arithmetic on them moves out of
// @predict; are they views?
#pragma once
#include "ir/Dialect.h"

namespace tenon::passes {

/// Is it computed from variables and constants alone?
inline bool isWeight(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  return op && (mlir::isa<ir::ReadOp, ir::ConstantOp>(op) ||
                (mlir::isa<ir::NodeInterface>(op) && llvm::all_of(op->getOperands(), isWeight)));
}

/// Moves what a weight is computed from, as far as needed, in front of an op of its block.
inline void hoistWeight(mlir::Value value, mlir::Operation *before) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || op->isBeforeInBlock(before))
    return;
  for (mlir::Value operand : op->getOperands())
    hoistWeight(operand, before);
  op->moveBefore(before);
}

/// Is it the operand's elements as they lie, under another shape?
inline bool isView(mlir::Operation *op) { return mlir::isa<ir::ReshapeOp, ir::ReshapeLikeOp>(op); }

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

/// A convolution of one group, or a matrix product whose columns are the weights' last axis, with weights that are known
/// beforehand.
inline bool isLayer(mlir::Operation *op) {
  auto matmul = mlir::dyn_cast_or_null<ir::MatmulOp>(op);
  auto conv = mlir::dyn_cast_or_null<ir::ConvOp>(op);
  if (!(conv && conv.getGroups() == 1) && !(matmul && !matmul.getTransposeLhs() && !matmul.getTransposeRhs()))
    return false;
  return isWeight(op->getOperand(1)) && !isWeight(op->getOperand(0));
}

} // namespace tenon::passes
