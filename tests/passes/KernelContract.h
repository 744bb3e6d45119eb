// SPDX-License-Identifier: Apache-2.0
// What codegen may rely on after form-kernels.
#pragma once
#include "mlir/IR/BuiltinOps.h"

namespace tenon::tests {

/// Only reads, assigns, constants, views and kernels in every function; each kernel a contraction with packed weights and
/// an epilogue, a map, reductions with their prologue, or a single op. Failures are the test's.
void expectKernelContract(mlir::ModuleOp module);

} // namespace tenon::tests
