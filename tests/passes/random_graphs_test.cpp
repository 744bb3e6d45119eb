// SPDX-License-Identifier: Apache-2.0
// Fusion on random graphs: whatever is fused, the kernels come in an order that works and mean the same.
#include "ir/Dialect.h"
#include "mlir/IR/Verifier.h"
#include "tests/passes/Helpers.h"
#include "tests/passes/KernelContract.h"
#include "tests/passes/RandomGraph.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class RandomGraphs : public testing::TestWithParam<unsigned> {};

} // namespace

TEST_P(RandomGraphs, MeanTheSameInKernels) {
  PassTest test(GetParam());
  auto make = [&] {
    OwningOpRef<ModuleOp> module = randomGraph(test.context, GetParam(), 3);
    EXPECT_TRUE(succeeded(verify(*module))) << test.diagnostics();
    return module;
  };
  OwningOpRef<ModuleOp> before = make(), after = make();
  ASSERT_TRUE(test.run(*after, "func.func(fold-broadcasts),cse,func.func(form-kernels)")) << test.diagnostics();
  expectKernelContract(*after);
  for (int64_t batch : {1, 4}) {
    auto inputs = test.randomInputs(*before, "f", batch);
    ir::VariableState none;
    auto expected = test.call(*before, "f", inputs, none), actual = test.call(*after, "f", inputs, none);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); ++i)
      expectNear(expected[i], actual[i], 1e-12, "result " + std::to_string(i));
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomGraphs, testing::Range(0u, 200u));
