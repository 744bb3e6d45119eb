// SPDX-License-Identifier: Apache-2.0
// The elementwise ops after a contraction, a depthwise convolution or sums of rows, on their results while they are in
// registers, and their stores.
#pragma once
#include "codegen/KernelEmitter.h"

namespace tenon::codegen {

class Epilogue {
public:
  /// All ops of the kernel's body behind the root, or behind its sum with the contractions that go on in its accumulators.
  Epilogue(KernelEmitter &emitter, mlir::Operation *root);

  /// A vector of the root's result: `lanes` columns of one row (all axes but the last, row-major).
  struct Cell {
    Value row, column;    // the first column
    int64_t lanes;        // of the vector
    Value mask;           // lanes that exist; null: all
    unsigned columnGroup; // cells of one number have one column, lanes and mask, and share what they load for it
    Value value;
  };
  /// Applies the ops and stores. Rows may repeat among the cells: every load comes before the first store.
  void store(llvm::ArrayRef<Cell> cells);

private:
  Value load(const Cell &cell, Value address, Type element);
  Value argumentAt(const Cell &cell, mlir::Value argument);
  Value repeatedAt(const Cell &cell, ir::BroadcastLikeOp op);
  Value operandRowOf(const ir::SymbolicShape &shape, Value row);

  KernelEmitter &e;
  KernelBuilder &k;
  mlir::Value result;
  llvm::SmallVector<mlir::Operation *> ops;
};

} // namespace tenon::codegen
