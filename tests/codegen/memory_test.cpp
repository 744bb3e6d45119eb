// SPDX-License-Identifier: Apache-2.0
// Memory plans: no two buffers alive together overlap, at any symbol values, and the arena stays near the live bytes.
#include "codegen/MemoryPlan.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>
#include <random>

using namespace tenon::codegen;

static std::vector<Buffer> draw(mlir::MLIRContext &context, std::mt19937 &random, unsigned symbols) {
  std::uniform_int_distribution<int64_t> count(1, 60), length(0, 12), size(1, 5000), kind(0, symbols);
  std::vector<Buffer> buffers(count(random));
  for (Buffer &buffer : buffers) {
    buffer.bytes = mlir::getAffineConstantExpr(size(random), &context);
    for (unsigned s = 0; s < symbols; ++s)
      if (kind(random) != 0)
        buffer.bytes = buffer.bytes * mlir::getAffineSymbolExpr(s, &context);
    buffer.first = length(random) * 3;
    buffer.last = buffer.first + length(random);
  }
  return buffers;
}

TEST(MemoryPlan, noTwoLiveBuffersOverlapAtAnySize) {
  mlir::MLIRContext context;
  std::mt19937 random(5);
  std::uniform_int_distribution<int64_t> value(1, 2000);
  for (int round = 0; round < 60; ++round) {
    unsigned symbols = round % 3;
    std::vector<Buffer> buffers = draw(context, random, symbols);
    MemoryPlan plan = planMemory(buffers, symbols);
    ASSERT_EQ(plan.order.size(), buffers.size());
    for (int point = 0; point < 5; ++point) {
      std::vector<int64_t> at;
      for (unsigned s = 0; s < symbols; ++s)
        at.push_back(value(random));
      ASSERT_EQ(checkMemory(buffers, plan, at), "") << "round " << round;
    }
  }
}

TEST(MemoryPlan, theCheckerSeesAnOverlap) {
  mlir::MLIRContext context;
  auto bytes = mlir::getAffineConstantExpr(64, &context);
  std::vector<Buffer> buffers = {{bytes, 0, 2}, {bytes, 1, 3}};
  MemoryPlan plan = planMemory(buffers, 0);
  EXPECT_EQ(checkMemory(buffers, plan, {}), "");
  plan.below = {{}, {}}; // both at offset 0
  EXPECT_EQ(checkMemory(buffers, plan, {}), "buffers 0 and 1 overlap");
}

TEST(MemoryPlan, deadBuffersShareMemory) {
  mlir::MLIRContext context;
  auto batch = mlir::getAffineSymbolExpr(0, &context);
  std::vector<Buffer> chain;
  for (int64_t i = 0; i < 10; ++i)
    chain.push_back({batch * 4096, i, i + 1});
  MemoryPlan plan = planMemory(chain, 1);
  int64_t arena;
  offsetsOf(chain, plan, {7}, arena);
  EXPECT_EQ(arena, 2 * 7 * 4096);
  EXPECT_EQ(liveBytes(chain, {7}), 2 * 7 * 4096);
}
