// SPDX-License-Identifier: Apache-2.0
// The code around the kernels: for every entry <tag>_<entry>_plan and <tag>_<entry>_run, and one function per stage.
#pragma once
#include "codegen/EntryPlan.h"
#include "mlir/IR/BuiltinOps.h"

namespace tenon::codegen {

/// Writes an entry into the driver's module. variableIndex: from the entry's variables to the program's.
void emitEntry(mlir::ModuleOp driver, const EntryPlan &plan, const KernelTable &table, const ir::Machine &machine,
               llvm::StringRef tag, llvm::ArrayRef<unsigned> variableIndex);

/// The function of one kernel: its module (canonical text, parsed) replaced by code under the symbol.
void emitKernelFunction(mlir::ModuleOp module, const ir::Machine &machine, llvm::StringRef symbol);

} // namespace tenon::codegen
