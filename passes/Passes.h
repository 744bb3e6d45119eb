// SPDX-License-Identifier: Apache-2.0
// The passes' factories, create<Name>() and register<Name>(), generated from Passes.td.
#pragma once
#include "ir/Dialect.h"
#include "ir/target/Machine.h"
#include "mlir/Pass/Pass.h"

namespace tenon::passes {

/// The machine a pass prices for, by the name in its option `target` unless it is described already.
mlir::LogicalResult describeMachine(std::optional<ir::Machine> &machine, const std::string &target, llvm::StringRef pass,
                                    mlir::MLIRContext *context);

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

/// Passes for a machine that is already described (the option `target` names one).
std::unique_ptr<mlir::Pass> createFoldEmbedding(const ir::Machine &machine, bool training, int64_t batch = 32);
std::unique_ptr<mlir::Pass> createFormKernels(const ir::Machine &machine, int64_t batch = 0);
std::unique_ptr<mlir::Pass> createMergeSiblingConvolutions(const ir::Machine &machine);
std::unique_ptr<mlir::Pass> createScheduleBranches(const ir::Machine &machine);
std::unique_ptr<mlir::Pass> createSinkIntoScan(const ir::Machine &machine);

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace tenon::passes
