// SPDX-License-Identifier: Apache-2.0
// Where buffers lie in the arena, for every value of the symbols at once: of a packing at sample sizes only the relation
// "u lies below v" is kept, and at entry offset(v) = max over u below v of offset(u) + size(u).
#pragma once
#include "mlir/IR/AffineExpr.h"
#include <string>
#include <vector>

namespace tenon::codegen {

/// Alive from its first to its last stage, both included.
struct Buffer {
  mlir::AffineExpr bytes;
  int64_t first = 0, last = 0;
};

struct MemoryPlan {
  std::vector<unsigned> order;              // buffers, every one after all that lie below it
  std::vector<std::vector<unsigned>> below; // buffer -> buffers directly below it
};

/// Largest-first, size x lifetime and longest-lived packings at several sample points; the order with the least worst
/// ratio of arena to live bytes wins (reference: Pisarchyk and Lee 2020 for greedy offset packing).
MemoryPlan planMemory(llvm::ArrayRef<Buffer> buffers, unsigned symbols);

/// Bytes of one buffer for given symbol values, rounded up to 64.
int64_t bufferBytes(const Buffer &buffer, llvm::ArrayRef<int64_t> symbols);
/// The arena offsets and size for given symbol values, as the generated code computes them.
std::vector<int64_t> offsetsOf(llvm::ArrayRef<Buffer> buffers, const MemoryPlan &plan, llvm::ArrayRef<int64_t> symbols,
                               int64_t &arenaBytes);
/// The most bytes alive in any stage: no plan can do with less.
int64_t liveBytes(llvm::ArrayRef<Buffer> buffers, llvm::ArrayRef<int64_t> symbols);
/// Empty when no two buffers alive together overlap, else what is wrong.
std::string checkMemory(llvm::ArrayRef<Buffer> buffers, const MemoryPlan &plan, llvm::ArrayRef<int64_t> symbols);

} // namespace tenon::codegen
