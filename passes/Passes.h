// SPDX-License-Identifier: Apache-2.0
// The passes' factories, create<Name>() and register<Name>(), generated from Passes.td.
#pragma once
#include "ir/Dialect.h"
#include "ir/target/Machine.h"
#include "mlir/Pass/Pass.h"

namespace tenon::passes {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

/// form-kernels for a machine that is already described (the option `target` names one).
std::unique_ptr<mlir::Pass> createFormKernels(const ir::Machine &machine);

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace tenon::passes
