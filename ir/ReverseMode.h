// SPDX-License-Identifier: Apache-2.0
// Reverse-mode differentiation of one block: each op's buildGradient, in reverse order, gradients summed where a value
// has several users.
#pragma once
#include "ir/Dialect.h"
#include "llvm/ADT/DenseSet.h"

namespace tenon::ir {

class ReverseMode {
public:
  /// Differentiates with respect to `inputs` (floating point values the block sees); new ops go to the builder's place.
  ReverseMode(mlir::Block &block, mlir::ValueRange inputs, mlir::OpBuilder builder);

  /// Does the value depend on an input?
  bool isActive(mlir::Value value) const { return active.contains(value); }
  /// Adds to a value's gradient; nothing when it does not depend on an input.
  void seed(mlir::Value value, mlir::Value gradient, mlir::Location loc);
  /// Walks the block's ops as they stood when it was made, backwards. Fails with a diagnostic when an op on the way has
  /// no gradient.
  llvm::LogicalResult run();
  /// Null when nothing that was seeded depends on the value.
  mlir::Value gradientOf(mlir::Value value) const { return gradients.lookup(value); }

private:
  llvm::LogicalResult visit(mlir::Operation *op);

  mlir::OpBuilder builder;
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::DenseSet<mlir::Value> active;
  llvm::DenseMap<mlir::Value, mlir::Value> gradients;
};

} // namespace tenon::ir
