// SPDX-License-Identifier: Apache-2.0
// From a kernel op to a call of an entry of the kernel table.
#pragma once
#include "codegen/EntryPlan.h"

namespace tenon::codegen {

class KernelCalls {
public:
  KernelCalls(const ir::Machine &machine, KernelTable &table, const ir::SymbolicShapes &shapes)
      : machine(machine), table(table), shapes(shapes) {}

  /// The kernel's call, its operands and results left to the caller; a kernel that the table does not hold yet is added.
  /// pitches: of operands, then results, see Kernel::canonicalText. scratchBytes: null for none.
  mlir::FailureOr<KernelCall> make(ir::KernelOp op, llvm::ArrayRef<int64_t> pitches, mlir::AffineExpr &scratchBytes);

private:
  mlir::AffineExpr flopsOf(mlir::Operation &op);
  const ir::Machine &machine;
  KernelTable &table;
  const ir::SymbolicShapes &shapes;
};

/// The names of the layers an op comes from; `otherwise` when it knows none.
std::vector<std::string> layersOf(mlir::Operation *op, llvm::StringRef otherwise);

} // namespace tenon::codegen
