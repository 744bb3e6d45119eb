// SPDX-License-Identifier: Apache-2.0
// The reference interpreter: what a program means, computed slowly in f64. Every compiled kernel and every pass is
// compared with it.
#pragma once
#include "ir/Literal.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

namespace tenon::ir {

/// The value of every variable by name.
using VariableState = llvm::StringMap<Literal>;

/// The variables' initial values; zeros where a variable has none.
VariableState initialState(mlir::ModuleOp module);

/// Calls @function with inputs (shapes must fit its argument types) and returns its results; reads see `state` as it
/// was at entry, assigns change it at the end. Emits a diagnostic and fails for an unknown function or a shape that
/// does not fit.
mlir::FailureOr<llvm::SmallVector<Literal>> interpret(mlir::ModuleOp module, llvm::StringRef function,
                                                      llvm::ArrayRef<Literal> inputs, VariableState &state);

/// The operands of a block's terminator for given arguments: the body of an op that has one. Such a block holds ops that
/// compute, constants and kernels. Emits a diagnostic and fails where an op does.
mlir::FailureOr<llvm::SmallVector<Literal>> evaluateBlock(mlir::Block &block, llvm::ArrayRef<Literal> arguments);

} // namespace tenon::ir
