// SPDX-License-Identifier: Apache-2.0
// What the gradients of all families are written with. Every builder carries the op's location.
#pragma once
#include "ir/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tenon::ir {

/// A rank-0 f32 constant, which broadcasts to every shape.
mlir::Value scalar(mlir::ImplicitLocOpBuilder &b, double value);

/// 0, 1, ..., rank - 1.
llvm::SmallVector<int64_t> allAxes(int64_t rank);

/// Sum over axes; the value itself when there are none.
mlir::Value sumOver(mlir::ImplicitLocOpBuilder &b, mlir::Value value, llvm::ArrayRef<int64_t> axes,
                    bool keepdims = false);

/// Undoes broadcasting: sums a gradient of the broadcast shape to the operand's shape.
mlir::Value sumTo(mlir::ImplicitLocOpBuilder &b, mlir::Value gradient, mlir::Value operand);

/// Does the value carry a gradient (floating point)?
bool isDifferentiable(mlir::Value value);

/// Is it a constant all of whose elements are `value`?
bool isSplat(mlir::Value constant, double value);

} // namespace tenon::ir
