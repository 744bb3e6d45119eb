// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution as passes and code generation see it: groups of one input channel each.
#pragma once
#include "ir/Dialect.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tenon::ir {

/// The filter of conv, conv_input_grad or conv_filter_grad, (window.., channels of a group, filters); null for other ops.
inline mlir::Value filterOf(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, mlir::Value>(op)
      .Case<ConvOp, ConvInputGradOp, ConvFilterGradOp>([](auto conv) -> mlir::Value { return conv.getFilter(); })
      .Default([](mlir::Operation *) { return mlir::Value(); });
}

/// Is it a convolution, or a gradient of one, with a group for every input channel? Each channel then has filters / groups
/// filters of its own, which stand side by side in the result.
inline bool isDepthwise(mlir::Operation *op) {
  mlir::Value filter = op ? filterOf(op) : mlir::Value();
  if (!filter || op->getAttrOfType<mlir::IntegerAttr>("groups").getInt() == 1)
    return false;
  auto shape = mlir::cast<mlir::RankedTensorType>(filter.getType()).getShape();
  return shape[shape.size() - 2] == 1;
}

} // namespace tenon::ir
