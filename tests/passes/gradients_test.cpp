// SPDX-License-Identifier: Apache-2.0
// The gradients that `differentiate` gives are those of finite differences in the interpreter.
#include "ir/Dialect.h"
#include "tests/passes/Helpers.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class Gradients : public testing::TestWithParam<std::tuple<std::string, const char *>> {};

// Fourth order: (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h.
double finiteDifference(llvm::function_ref<double(double)> f, double h) {
  return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h);
}

std::vector<std::string> modulesWithLoss() {
  std::vector<std::string> names;
  for (const std::string &name : moduleNames()) {
    PassTest test;
    if (test.load(name)->lookupSymbol("loss"))
      names.push_back(name);
  }
  return names;
}
} // namespace

TEST_P(Gradients, AreTheFiniteDifferences) {
  PassTest test;
  auto [name, before] = GetParam();
  OwningOpRef<ModuleOp> module = test.load(name);
  ASSERT_TRUE(test.run(*module, std::string(before) + "differentiate")) << test.diagnostics();
  auto loss = module->lookupSymbol<func::FuncOp>("loss");
  const ir::VariableState state = test.randomState(*module);
  auto inputs = test.randomInputs(*module, "loss", 3);
  ir::VariableState copy = state;
  auto results = test.call(*module, "loss", inputs, copy);
  unsigned trainable =
      llvm::count_if(module->getOps<ir::VariableOp>(), [](ir::VariableOp v) { return v.getTrainable(); });
  ASSERT_EQ(results.size(), 1 + trainable);
  for (unsigned i = 1; i < results.size(); ++i) {
    StringRef variable = loss.getResultAttrOfType<StringAttr>(i, "tenon.gradient").getValue();
    const ir::Literal &value = state.find(variable)->second;
    ir::Literal expected(value.elementType(), value.shape());
    for (int64_t element = 0; element < value.size(); ++element)
      expected[element] = finiteDifference(
          [&](double step) {
            ir::VariableState moved = state;
            ir::Literal literal(value.elementType(), value.shape(), value.values());
            literal[element] += step;
            moved[variable] = literal;
            return test.call(*module, "loss", inputs, moved)[0][0];
          },
          1e-4);
    expectNear(expected, results[i], 1e-8, variable.str());
  }
}
INSTANTIATE_TEST_SUITE_P(Modules, Gradients,
                         testing::Combine(testing::ValuesIn(modulesWithLoss()),
                                          testing::Values("", "func.func(fold-embedding{target=x86-64-v3 training=true}),")),
                         [](auto &info) {
                           return std::get<0>(info.param) + (*std::get<1>(info.param) ? "_folded" : "");
                         });

TEST(Differentiate, SaysWhichVariableGetsNoUpdate) {
  PassTest test;
  auto module = test.parse(R"(
    tenon.variable @used : tensor<f32> "weight" trainable
    tenon.variable @unused : tensor<f32> "weight" trainable
    func.func @loss(%x: tensor<?xf32>) -> tensor<f32> {
      %0 = tenon.read @used : tensor<f32>
      return %0 : tensor<f32>
    })");
  ASSERT_TRUE(test.run(*module, "differentiate"));
  EXPECT_THAT(test.diagnostics(),
              testing::HasSubstr("variable 'unused' gets no update: the loss does not depend on it"));
  EXPECT_THAT(test.diagnostics(), testing::Not(testing::HasSubstr("'used'")));
}

TEST(Differentiate, RefusesALossThatIsNoScalar) {
  PassTest test;
  auto module = test.parse("func.func @loss(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }");
  EXPECT_FALSE(test.run(*module, "differentiate"));
  EXPECT_THAT(test.diagnostics(),
              testing::HasSubstr("must return the loss alone, a 'tensor<f32>', to be differentiated, "
                                 "got '(tensor<?xf32>) -> tensor<?xf32>'"));
}

TEST(Differentiate, RefusesKernels) {
  PassTest test;
  OwningOpRef<ModuleOp> module = test.load("shared");
  ASSERT_TRUE(test.run(*module, "func.func(form-kernels)")) << test.diagnostics();
  EXPECT_FALSE(test.run(*module, "differentiate"));
  EXPECT_THAT(test.diagnostics(), testing::HasSubstr("has no gradient: differentiate runs before form-kernels"));
}
