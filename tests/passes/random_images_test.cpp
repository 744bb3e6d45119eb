// SPDX-License-Identifier: Apache-2.0
// Folding, merging and scheduling on random convolutional networks: every pass keeps what they mean.
#include "mlir/IR/Verifier.h"
#include "tests/passes/Helpers.h"
#include "tests/passes/KernelContract.h"
#include "tests/passes/RandomImages.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class RandomImages : public testing::TestWithParam<unsigned> {};
} // namespace

TEST_P(RandomImages, MeanTheSameAfterEveryPass) {
  PassTest test(GetParam());
  OwningOpRef<ModuleOp> before = randomImages(test.context, GetParam());
  ASSERT_TRUE(succeeded(verify(*before))) << test.diagnostics();
  ir::VariableState weights = test.randomState(*before);
  int64_t batch = 1 + GetParam() % 2;
  auto shapesOf = [&](ModuleOp module) { return imageShapes(module.lookupSymbol<func::FuncOp>("predict"), batch); };
  auto shapes = shapesOf(*before);
  SmallVector<ir::Literal> inputs, expected;
  bool runs = succeeded(ir::SymbolicShapes::analyze(before->lookupSymbol<func::FuncOp>("predict")));
  if (!runs) { // a sum of sides that no size makes equal
    EXPECT_FALSE(test.run(*before, "tenon-inference{target=x86-64-v3}"));
    EXPECT_THAT(test.diagnostics(), testing::HasSubstr("do not broadcast: dimensions must be equal or 1"));
    return;
  }
  if (!shapes.empty()) {
    inputs.push_back(test.draw(Float32Type::get(&test.context), shapes[test.random() % shapes.size()]));
    ir::VariableState state = weights;
    expected = test.call(*before, "predict", inputs, state);
  }
  OwningOpRef<ModuleOp> after = randomImages(test.context, GetParam());
  for (const char *pass : {"func.func(fold-batch-norm)", "func.func(fold-residual-projection)",
                           "func.func(merge-sibling-convolutions{target=x86-64-v3})",
                           "func.func(decompose-normalization,fold-broadcasts),canonicalize,cse",
                           "func.func(form-kernels{target=x86-64-v3}),split-prepare",
                           "func.func(schedule-branches{target=x86-64-v3})"}) {
    ASSERT_TRUE(test.run(*after, pass)) << pass << "\n" << test.diagnostics();
    ir::VariableState own = ir::initialState(*after);
    for (auto &variable : weights)
      own[variable.getKey()] = variable.getValue();
    // What must be refused is refused still, whatever became of the op that asked for it.
    EXPECT_EQ(shapesOf(*after), shapes) << pass;
    if (inputs.empty())
      continue;
    if (after->lookupSymbol("prepare"))
      test.call(*after, "prepare", {}, own);
    auto actual = test.call(*after, "predict", inputs, own);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); ++i)
      expectNear(expected[i], actual[i], 1e-9, std::string(pass) + ", result " + std::to_string(i));
  }
  expectKernelContract(*after);
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomImages, testing::Range(0u, 200u));

TEST(RandomImageSeeds, MostOfThemAreComputed) {
  int computed = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    PassTest test(seed);
    OwningOpRef<ModuleOp> module = randomImages(test.context, seed);
    auto predict = module->lookupSymbol<func::FuncOp>("predict");
    computed += succeeded(ir::SymbolicShapes::analyze(predict)) && !imageShapes(predict, 1).empty();
  }
  EXPECT_GE(computed, 120) << "the others are refused, for sizes that no image has";
}
