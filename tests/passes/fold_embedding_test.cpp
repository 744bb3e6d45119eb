// SPDX-License-Identifier: Apache-2.0
// Folding an embedding into the layers behind it keeps what they mean, and their gradients, whatever the windows.
#include "mlir/IR/Verifier.h"
#include "passes/Pipelines.h"
#include "tests/passes/Helpers.h"
#include "tests/passes/KernelContract.h"
#include "tests/passes/RandomText.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class FoldEmbedding : public testing::TestWithParam<unsigned> {};

ir::Literal drawWords(PassTest &test, int64_t batch, int64_t length, int64_t least, int64_t most) {
  ir::Literal words(IntegerType::get(&test.context, 32), {batch, length});
  std::uniform_int_distribution<int64_t> word(least, most);
  for (double &value : words.values())
    value = static_cast<double>(word(test.random));
  return words;
}

bool isFolded(ModuleOp module, StringRef function) {
  bool folded = false;
  module.lookupSymbol<func::FuncOp>(function).walk([&](Operation *op) {
    if (auto gather = dyn_cast<ir::GatherOp>(op))
      folded |= gather.getTable().getDefiningOp<ir::MatmulOp>() != nullptr;
    folded |= isa<ir::GatherConvOp>(op);
  });
  return folded;
}
} // namespace

// Words outside the vocabulary give NaN in the same places.
TEST_P(FoldEmbedding, KeepsPredictions) {
  PassTest test(GetParam());
  RandomText before(test.context, GetParam()), after(test.context, GetParam());
  ASSERT_TRUE(succeeded(verify(*before.module))) << test.diagnostics();
  ASSERT_TRUE(test.run(*after.module, "func.func(fold-embedding{target=x86-64-v3})")) << test.diagnostics();
  ir::VariableState weights = test.randomState(*before.module);
  for (int64_t outside : {0, 1}) {
    SmallVector<ir::Literal> inputs = {drawWords(test, 3, before.length, -outside, before.words - 1 + outside)};
    auto expected = test.call(*before.module, "predict", inputs, weights);
    auto actual = test.call(*after.module, "predict", inputs, weights);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(expected[i].shape().vec(), actual[i].shape().vec());
      for (int64_t e = 0; e < expected[i].size(); ++e)
        if (std::isnan(expected[i][e]))
          ASSERT_TRUE(std::isnan(actual[i][e])) << "result " << i << ", element " << e;
        else
          ASSERT_NEAR(expected[i][e], actual[i][e], 1e-10) << "result " << i << ", element " << e;
    }
  }
  ASSERT_TRUE(test.run(*after.module, "func.func(form-kernels{target=x86-64-v3})")) << test.diagnostics();
  expectKernelContract(*after.module);
}

TEST_P(FoldEmbedding, KeepsGradients) {
  PassTest test(GetParam());
  RandomText before(test.context, GetParam()), after(test.context, GetParam());
  ASSERT_TRUE(test.run(*before.module, "differentiate")) << test.diagnostics();
  ASSERT_TRUE(test.run(*after.module, "func.func(fold-embedding{target=x86-64-v3 training=true}),differentiate")) << test.diagnostics();
  ir::VariableState weights = test.randomState(*before.module);
  for (int64_t batch : {1, 4}) {
    SmallVector<ir::Literal> inputs = {drawWords(test, batch, before.length, 0, before.words - 1)};
    auto expected = test.call(*before.module, "loss", inputs, weights);
    auto actual = test.call(*after.module, "loss", inputs, weights);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); ++i)
      expectNear(expected[i], actual[i], 1e-10, "result " + std::to_string(i));
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, FoldEmbedding, testing::Range(0u, 100u));

TEST(FoldEmbeddingSeeds, MostOfThemAreFolded) {
  int predictions = 0, losses = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    PassTest test(seed);
    RandomText text(test.context, seed);
    ASSERT_TRUE(test.run(*text.module, "func.func(fold-embedding{target=x86-64-v3},fold-embedding{target=x86-64-v3 training=true})"));
    predictions += isFolded(*text.module, "predict");
    losses += isFolded(*text.module, "loss");
  }
  EXPECT_GE(predictions, 80);
  EXPECT_GE(losses, 80);
}

// The whole step, the optimizer's update and its slots with it.
TEST(FoldEmbedding, KeepsTheTrainingStep) {
  PassTest test;
  OwningOpRef<ModuleOp> apart = test.load("text"), folded = test.load("text");
  std::string message;
  passes::PipelineOptions options{.machine = *ir::Machine::named("x86-64-v3", message), .training = true};
  ASSERT_TRUE(succeeded(passes::optimize(*folded, options))) << test.diagnostics();
  options.disabled = {"fold-embedding"};
  ASSERT_TRUE(succeeded(passes::optimize(*apart, options))) << test.diagnostics();
  auto count = [](ModuleOp module) {
    int windows = 0;
    module.lookupSymbol("train_step")->walk([&](ir::SumWindowsOp) { ++windows; });
    return windows;
  };
  ASSERT_EQ(count(*folded), 1);
  ASSERT_EQ(count(*apart), 0);
  ir::VariableState expected = test.randomState(*apart), state = ir::initialState(*folded);
  for (auto &variable : expected)
    state[variable.getKey()] = variable.getValue();
  for (int64_t batch : {3, 1, 8}) {
    auto inputs = test.randomInputs(*apart, "train_step", batch);
    test.call(*apart, "train_step", inputs, expected);
    test.call(*folded, "train_step", inputs, state);
    for (auto &variable : expected)
      expectNear(variable.getValue(), state[variable.getKey()], 1e-10, variable.getKey().str());
  }
}
