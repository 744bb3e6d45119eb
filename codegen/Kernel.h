// SPDX-License-Identifier: Apache-2.0
// One kernel, seen on its own: its body and the shapes of all its values as expressions over the kernel's own sizes.
// Two layers that differ only in names and weights are the same kernel and are compiled once.
#pragma once
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include <string>

namespace tenon::codegen {

/// How a kernel's work is cut: a pure function of kernel and machine, never of the number of threads, so that bits
/// cannot depend on it.
struct KernelPlan {
  mlir::AffineExpr tasks;        // over the kernel's sizes
  mlir::AffineExpr scratchBytes; // shared by the tasks, null: none
  int64_t rowGrain = 0;          // rows (or elements) of one task
  int64_t columnGrain = 0;       // columns (or panels) of one task
  bool rowsFirst = false;        // neighbouring tasks share columns, not rows
};

class Kernel {
public:
  /// The kernel inside a module made by canonicalText.
  explicit Kernel(mlir::ModuleOp module);

  /// The kernel op as a module of its own, without names or locations, with sizes numbered in order of appearance; what
  /// equal text means is equal code. sizes: the entry's expressions the numbers stand for. pitches: of the operands and
  /// then the results, see pitch(); empty when all are dense.
  static std::string canonicalText(ir::KernelOp op, const ir::SymbolicShapes &shapes,
                                   llvm::SmallVectorImpl<mlir::AffineExpr> &sizes, llvm::ArrayRef<int64_t> pitches = {});

  ir::KernelOp op() const { return kernel; }
  mlir::Block &body() const { return kernel->getRegion(0).front(); }
  mlir::ValueRange yields() const { return body().getTerminator()->getOperands(); }
  const ir::SymbolicShape &shape(mlir::Value value) const { return shapes.find(value)->second; }
  /// Elements from one row (all axes but the last) of an operand or a result to the next, when it is a slice of something
  /// wider; 0: its rows lie one behind the other. Places are numbered operands first, then results.
  int64_t pitch(unsigned place) const { return place < pitches.size() ? pitches[place] : 0; }
  unsigned sizeCount() const { return sizes; }
  mlir::ModuleOp module() const { return owner; }
  /// The one op that is no elementwise op and no leaf (columns of an operand are one, and columns of a result are no op);
  /// null for a map.
  mlir::Operation *root() const { return rootOf(body()); }
  static mlir::Operation *rootOf(mlir::Block &body);
  /// The root and the contractions added to its result in the same kernel; of a kernel whose root is a contraction.
  static llvm::SmallVector<mlir::Operation *> contractionsOf(mlir::Block &body);
  /// A block argument whose data is read by some op of the body.
  static bool isRead(mlir::BlockArgument argument);

private:
  mlir::ModuleOp owner;
  ir::KernelOp kernel;
  llvm::DenseMap<mlir::Value, ir::SymbolicShape> shapes;
  llvm::ArrayRef<int64_t> pitches;
  unsigned sizes = 0;
};

} // namespace tenon::codegen
