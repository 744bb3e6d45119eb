// SPDX-License-Identifier: Apache-2.0
// Slices and concatenations along the last axis inside kernels: read and written where they lie.
#pragma once
#include "ir/Dialect.h"

namespace tenon::ir {

/// A slice of some columns of a value: an elementwise op may read them in place.
inline bool isColumnSlice(mlir::Operation *op) {
  auto slice = mlir::dyn_cast_or_null<SliceOp>(op);
  if (!slice)
    return false;
  auto type = mlir::cast<mlir::RankedTensorType>(slice.getOperand().getType());
  return slice.getAxis() + 1 == static_cast<uint64_t>(type.getRank()) && !type.isDynamicDim(slice.getAxis()) && type != slice.getType();
}

/// Values of one type side by side in the columns of the result: elementwise ops may write them in place.
inline bool isColumnConcat(mlir::Operation *op) {
  auto concat = mlir::dyn_cast_or_null<ConcatOp>(op);
  if (!concat || concat.getNumOperands() < 2)
    return false;
  auto type = mlir::cast<mlir::RankedTensorType>(concat.getOperand(0).getType());
  return concat.getAxis() + 1 == static_cast<uint64_t>(type.getRank()) && !type.isDynamicDim(concat.getAxis()) &&
         llvm::all_of(concat.getOperandTypes(), [&](mlir::Type other) { return other == type; });
}

} // namespace tenon::ir
