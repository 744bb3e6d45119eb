// SPDX-License-Identifier: Apache-2.0
// Plans a scan: where the values of a step lie, its stages, and what is carried on.
#pragma once
#include "codegen/KernelCalls.h"
#include "codegen/ValuePlaces.h"

namespace tenon::codegen {

/// The loop of a scan in the given stage of the entry. Fails with a diagnostic when an op stands outside a kernel.
mlir::FailureOr<LoopPlan> planLoop(ir::ScanOp scan, int64_t stage, const ir::Machine &machine, const ir::SymbolicShapes &shapes,
                                   KernelCalls &kernels, ValuePlaces &places);

} // namespace tenon::codegen
