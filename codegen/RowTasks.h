// SPDX-License-Identifier: Apache-2.0
// What the kernels around an embedding share: tasks of some rows each, and indices as numbers.
#pragma once
#include "codegen/KernelEmitter.h"

namespace tenon::codegen {

/// Rows of one task when each is `width` elements of work.
inline int64_t rowsPerTask(int64_t width) {
  constexpr int64_t grain = 8192;
  return std::max<int64_t>(1, grain / std::max<int64_t>(1, width));
}

/// The index at a position as i64.
inline Value indexAt(KernelEmitter &e, mlir::Value indices, Value position) {
  Type element = mlir::cast<mlir::RankedTensorType>(indices.getType()).getElementType();
  Value index = e.k.load(element, e.k.offset(e.pointer(indices), position, element));
  return element == e.k.i64 ? index : Value(mlir::arith::ExtSIOp::create(e.k.b, e.k.i64, index));
}

/// Those of `count` rows that are the task's.
inline void eachOfTask(KernelEmitter &e, Value count, llvm::function_ref<void(Value)> body) {
  Value first = e.k.mul(e.task, e.plan.rowGrain);
  e.k.each(first, e.k.min(e.k.add(first, e.plan.rowGrain), count), e.k.constant(1), body);
}

} // namespace tenon::codegen
