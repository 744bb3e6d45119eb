// SPDX-License-Identifier: Apache-2.0
// After the pipelines everything is as codegen takes it, on every target.
#include "ir/Dialect.h"
#include "passes/Pipelines.h"
#include "tests/passes/Helpers.h"
#include "tests/passes/KernelContract.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class KernelShape : public testing::TestWithParam<std::string> {};

} // namespace

TEST_P(KernelShape, IsWhatCodegenTakes) {
  for (const char *target : {"x86-64-v3", "x86-64-v4", "aarch64"})
    for (bool training : {false, true}) {
      PassTest test;
      OwningOpRef<ModuleOp> module = test.load(GetParam());
      std::string message;
      auto machine = ir::Machine::named(target, message);
      ASSERT_TRUE(succeeded(machine)) << message;
      ASSERT_TRUE(succeeded(passes::optimize(*module, {.machine = *machine, .training = training})))
          << test.diagnostics();
      expectKernelContract(*module);
    }
}
INSTANTIATE_TEST_SUITE_P(Modules, KernelShape, testing::ValuesIn(moduleNames()), [](auto &info) { return info.param; });

TEST(FormKernels, KeepsEveryLayersNameTheRootsFirst) {
  PassTest test;
  auto module = test.parse(R"(
    func.func @f(%x: tensor<?x4xf32>, %other: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> tensor<?x4xf32> {
      %0 = tenon.exp %other : tensor<?x4xf32> loc("exp")
      %1 = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x4xf32> loc("dense")
      %2 = tenon.add %1, %0 : tensor<?x4xf32>, tensor<?x4xf32> loc("add")
      return %2 : tensor<?x4xf32>
    })");
  ASSERT_TRUE(test.run(*module, "func.func(form-kernels)")) << test.diagnostics();
  auto kernels = llvm::to_vector(module->lookupSymbol<func::FuncOp>("f").getOps<ir::KernelOp>());
  ASSERT_EQ(kernels.size(), 2u); // the packing and the rest
  EXPECT_EQ(kernels[1].getName(), "dense");
  std::vector<std::string> layers;
  for (Location loc : cast<FusedLoc>(kernels[1].getLoc()).getLocations())
    layers.push_back(ir::layerName(loc));
  EXPECT_EQ(layers, (std::vector<std::string>{"dense", "exp", "add"}));
}

TEST(FormKernels, NeedsToKnowTheColumns) {
  PassTest test;
  auto module = test.parse(R"(
    func.func @f(%x: tensor<?x4xf32>, %w: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %0 = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<?x?xf32>
      return %0 : tensor<?x?xf32>
    })");
  EXPECT_FALSE(test.run(*module, "func.func(form-kernels)"));
  EXPECT_NE(test.diagnostics().find("needs a known number of result columns, got 'tensor<?x?xf32>'"), std::string::npos)
      << test.diagnostics();
}

TEST(FormKernels, RefusesAnUnknownTarget) {
  PassTest test;
  auto module = test.parse("func.func @f() { return }");
  EXPECT_FALSE(test.run(*module, "func.func(form-kernels{target=abacus})"));
  EXPECT_NE(test.diagnostics().find("form-kernels: "), std::string::npos) << test.diagnostics();
  EXPECT_NE(test.diagnostics().find("abacus"), std::string::npos) << test.diagnostics();
  EXPECT_FALSE(test.run(*module, "tenon-inference{target=abacus}"));
}
