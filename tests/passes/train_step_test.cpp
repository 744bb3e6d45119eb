// SPDX-License-Identifier: Apache-2.0
// @train_step is @loss, the updates with its gradients and @update, in one.
#include "ir/Dialect.h"
#include "tests/passes/Helpers.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class TrainStep : public testing::TestWithParam<std::tuple<const char *, const char *>> {};
} // namespace

TEST_P(TrainStep, IsTheLossAndTheUpdatesOneAfterTheOther) {
  auto [name, pipeline] = GetParam();
  PassTest test;
  OwningOpRef<ModuleOp> parts = test.load(name), whole = test.load(name);
  ASSERT_TRUE(test.run(*parts, "differentiate")) << test.diagnostics();
  ASSERT_TRUE(test.run(*whole, pipeline)) << test.diagnostics();
  for (auto function : whole->getOps<func::FuncOp>())
    EXPECT_FALSE(function.getSymName() == "loss" || function.getSymName().starts_with("update"));
  EXPECT_EQ(whole->lookupSymbol<func::FuncOp>("train_step").getNumResults(), 0u);

  ir::VariableState expected = test.randomState(*parts), state = expected;
  auto loss = parts->lookupSymbol<func::FuncOp>("loss");
  for (int64_t batch : {3, 1, 8}) {
    auto inputs = test.randomInputs(*parts, "loss", batch);
    auto results = test.call(*parts, "loss", inputs, expected);
    for (unsigned i = 1; i < results.size(); ++i) {
      StringRef variable = loss.getResultAttrOfType<StringAttr>(i, "tenon.gradient").getValue();
      test.call(*parts, ("update/" + variable).str(), results[i], expected);
    }
    test.call(*parts, "update", {}, expected);
    test.call(*whole, "train_step", inputs, state);
    for (auto &variable : expected)
      expectNear(variable.getValue(), state[variable.getKey()], 1e-10, variable.getKey().str());
  }
}
INSTANTIATE_TEST_SUITE_P(
    Modules, TrainStep,
    testing::Combine(testing::Values("residual", "shared", "text"),
                     testing::Values("differentiate,build-train-step", "tenon-training{target=x86-64-v3}")),
    [](auto &info) { return std::string(std::get<0>(info.param)) + (info.index % 2 ? "_pipeline" : "_alone"); });

TEST(BuildTrainStep, ReadsOnceAtEntryAndAssignsOnceAtTheEnd) {
  for (const char *name : {"residual", "shared"}) {
    PassTest test;
    OwningOpRef<ModuleOp> module = test.load(name);
    ASSERT_TRUE(test.run(*module, "differentiate,build-train-step")) << test.diagnostics();
    std::set<std::string> read, assigned;
    int phase = 0; // reads, the rest, assigns
    for (Operation &op : module->lookupSymbol<func::FuncOp>("train_step").getBody().front().without_terminator()) {
      int now = isa<ir::ReadOp>(op) ? 0 : isa<ir::AssignOp>(op) ? 2 : 1;
      EXPECT_GE(now, phase);
      phase = now;
      if (auto readOp = dyn_cast<ir::ReadOp>(op))
        EXPECT_TRUE(read.insert(readOp.getVariable().str()).second) << readOp.getVariable().str();
      if (auto assign = dyn_cast<ir::AssignOp>(op))
        EXPECT_TRUE(assigned.insert(assign.getVariable().str()).second) << assign.getVariable().str();
    }
    EXPECT_FALSE(assigned.empty());
  }
}

TEST(BuildTrainStep, NamesTheVariableWithoutAnUpdate) {
  PassTest test;
  auto module = test.parse(R"(
    tenon.variable @w : tensor<f32> "weight" trainable
    func.func @loss() -> tensor<f32> {
      %0 = tenon.read @w : tensor<f32>
      return %0 : tensor<f32>
    })");
  EXPECT_FALSE(test.run(*module, "differentiate,build-train-step"));
  EXPECT_THAT(test.diagnostics(), testing::HasSubstr("no function @\"update/w\" says how to train variable 'w'"));
}

TEST(BuildTrainStep, RefusesAnUpdateThatTakesSomethingElse) {
  PassTest test;
  auto module = test.parse(R"(
    tenon.variable @w : tensor<f32> "weight" trainable
    func.func @loss() -> tensor<f32> {
      %0 = tenon.read @w : tensor<f32>
      return %0 : tensor<f32>
    }
    func.func private @"update/w"(%g: tensor<2xf32>) {
      return
    })");
  EXPECT_FALSE(test.run(*module, "differentiate,build-train-step"));
  EXPECT_THAT(test.diagnostics(), testing::HasSubstr("must take the gradient, a 'tensor<f32>', and at most the squared "
                                                     "norm of all gradients, got '(tensor<2xf32>) -> ()'"));
}

TEST(BuildTrainStep, RefusesTwoAssignsOfAVariable) {
  PassTest test;
  auto module = test.parse(R"(
    tenon.variable @w : tensor<f32> "weight" trainable
    func.func @loss() -> tensor<f32> {
      %0 = tenon.read @w : tensor<f32>
      tenon.assign @w, %0 : tensor<f32>
      return %0 : tensor<f32>
    }
    func.func private @"update/w"(%g: tensor<f32>) {
      tenon.assign @w, %g : tensor<f32>
      return
    })");
  EXPECT_FALSE(test.run(*module, "differentiate,build-train-step"));
  EXPECT_THAT(test.diagnostics(), testing::HasSubstr("is the second to variable 'w' in one training step"));
}
