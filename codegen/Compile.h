// SPDX-License-Identifier: Apache-2.0
// From emitted functions to a relocatable object.
#pragma once
#include "codegen/Codegen.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

namespace tenon::codegen {

/// A context with every dialect that kernels, drivers and their lowering use; one per compiler thread.
std::unique_ptr<mlir::MLIRContext> makeCompilerContext();
/// Adds those dialects to a context that has others already.
void prepareCompilerContext(mlir::MLIRContext &context);

/// Lowers a module of func, scf, arith, vector and LLVM ops to LLVM and emits it as an object for the machine. The
/// module's names are the object's symbols. Fails with a diagnostic (a bug of ours).
mlir::FailureOr<std::vector<char>> compileModule(mlir::ModuleOp module, const ir::Machine &machine, llvm::StringRef name);

/// The same, stopped before the object: LLVM IR or assembly as text.
mlir::FailureOr<std::string> compileToText(mlir::ModuleOp module, const ir::Machine &machine, llvm::StringRef name, TextKind kind);

} // namespace tenon::codegen
