// SPDX-License-Identifier: Apache-2.0
// Which slices and concatenations along the last axis need no copy: their parts lie in the columns of something wider,
// where the kernels that make them write and the kernels that read them look.
#pragma once
#include "ir/Dialect.h"

namespace tenon::codegen {

class ColumnViews {
public:
  /// The slices of a function that are read in place by all their users.
  void addSlices(mlir::Block &body);
  /// The concatenations that some of their operands' kernels write into. isFree: may an operand lie anywhere (it has no
  /// place yet)? mayGrow: may a result be written before its own kernel would?
  void addConcats(mlir::Block &body, llvm::function_ref<bool(mlir::Value)> isFree,
                  llvm::function_ref<bool(mlir::Value)> mayGrow);

  /// Where a value lies: itself, or columns of `base` from element `offset` on, in rows `pitch` elements apart (0: dense).
  struct View {
    mlir::Value base;
    int64_t offset = 0, pitch = 0;
  };
  View operator[](mlir::Value value) const;
  /// A kernel that has nothing left to do.
  bool isGone(ir::KernelOp kernel) const { return gone.contains(kernel); }
  /// An operand of a concatenation's kernel that lies in the result already.
  bool isInPlace(ir::KernelOp kernel, unsigned operand) const;

private:
  struct Part {
    mlir::Value whole; // the value it is a part of
    int64_t offset;    // elements from the whole's first
  };
  llvm::DenseMap<mlir::Value, Part> parts;
  llvm::DenseSet<mlir::Operation *> gone;
};

/// Marks an operand of a copy kernel that lies in the result already, among the kernel's pitches.
inline constexpr int64_t inPlace = -1;

} // namespace tenon::codegen
