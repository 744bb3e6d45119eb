// SPDX-License-Identifier: Apache-2.0
// The elementwise part of a kernel's body over an iteration space: which element each leaf contributes at a point, with
// neighbouring axes that every leaf treats alike merged into one.
#pragma once
#include "codegen/KernelEmitter.h"

namespace tenon::codegen {

/// Merged axes of an iteration shape. A leaf is a block argument read where it is used, some columns of one, or a
/// broadcast_like of one.
class Pointwise {
public:
  /// iteration: a value of the space's shape. boundaries: axes that must start a merged axis (a reduction's first axis
  /// and the first after it). targets: what will be asked for; leaves they do not need are not loaded. apart: keep the
  /// last axis for itself, as results with a pitch need it (leaves that are columns of something wider see to it themselves).
  Pointwise(KernelEmitter &emitter, mlir::Value iteration, llvm::ArrayRef<int64_t> boundaries, mlir::ValueRange targets,
            bool apart = false);

  unsigned rank() const { return merged.size(); }
  /// The size of a merged axis and the first original axis in it.
  Value size(unsigned axis) const { return sizes[axis]; }
  int64_t firstAxis(unsigned axis) const { return merged[axis].first; }

  /// Prepares a row: indices of all merged axes but the last. Leaves that do not vary along the last axis are read here.
  struct Row {
    llvm::DenseMap<mlir::Value, Value> base;    // leaf -> address of the row's first element
    llvm::DenseMap<mlir::Value, Value> scalars; // values that are the same all along the row
    Value position;                             // row-major position of the row's first point
    Value line;                                 // its row, where the last axis is the row
  };
  Row row(llvm::ArrayRef<Value> index);
  /// The value of each target at elements [at, at + lanes) of a row.
  Values at(const Row &row, Value at, int64_t lanes);
  /// Where a tensor of the iteration shape holds the row's element `at`; pitch as KernelEmitter::Rows has it, dense when
  /// it is null.
  Value address(Value base, Value pitch, Type element, const Row &row, Value at);

private:
  struct Leaf {
    mlir::Value value; // as ops use it
    llvm::SmallVector<bool> present;
    KernelEmitter::Rows rows;
    bool columns; // its rows do not lie one behind the other
  };
  void addLeaf(mlir::Value value, mlir::Value stored, llvm::SmallVector<bool> present);

  KernelEmitter &e;
  mlir::Value iteration;
  llvm::SmallVector<mlir::Value> targets;
  llvm::SmallVector<mlir::Operation *> needed; // elementwise ops in order
  llvm::SmallVector<Leaf> leaves;
  llvm::SmallVector<std::pair<int64_t, int64_t>> merged; // [first, last) original axes
  Values sizes;
};

} // namespace tenon::codegen
