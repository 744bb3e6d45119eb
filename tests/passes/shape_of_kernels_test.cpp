// SPDX-License-Identifier: Apache-2.0
// What codegen may rely on after the pipelines: the functions, the ops outside kernels and the bodies inside.
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include "passes/Pipelines.h"
#include "tests/passes/Helpers.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class KernelShape : public testing::TestWithParam<std::string> {};

bool isContraction(Operation &op) {
  auto matmul = dyn_cast<ir::MatmulOp>(op);
  return isa<ir::ConvOp, ir::ConvInputGradOp>(op) || (matmul && !matmul.getTransposeLhs());
}
bool isElementwise(Operation &op) { return op.hasTrait<ir::Elementwise>() || isa<ir::DropoutOp>(op); }
bool isLeaf(Operation &op) { return isa<ir::ConstantOp, ir::CountOp, ir::BroadcastLikeOp>(op); }
bool isReduction(Operation &op) { return isa<ir::ReduceSumOp, ir::ReduceMaxOp>(op); }
bool isScalar(Value value) { return cast<RankedTensorType>(value.getType()).getRank() == 0; }

void expectContraction(ir::KernelOp kernel, const ir::SymbolicShapes &shapes) {
  Operation &root = kernel.getBody().front().front();
  ASSERT_TRUE(isContraction(root));
  ASSERT_TRUE(kernel.getSchedule());
  EXPECT_TRUE(kernel.getSchedule()->getAlgorithm() == "gemm" || kernel.getSchedule()->getAlgorithm() == "direct");
  auto weights = dyn_cast<BlockArgument>(root.getOperand(1));
  ASSERT_TRUE(weights);
  auto packed = dyn_cast_or_null<ir::PackedAttr>(cast<RankedTensorType>(weights.getType()).getEncoding());
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed.getPanel(), kernel.getSchedule()->getColumns());
  auto matmul = dyn_cast<ir::MatmulOp>(root);
  EXPECT_EQ(packed.getBackward(), isa<ir::ConvInputGradOp>(root) || (matmul && matmul.getTransposeRhs()));
  for (Operation &op : llvm::drop_begin(kernel.getBody().front().without_terminator()))
    if (!isLeaf(op) && !isScalar(op.getResult(0))) {
      EXPECT_TRUE(isElementwise(op) && !isa<ir::DropoutOp>(op));
      EXPECT_TRUE(shapes[op.getResult(0)] == shapes[root.getResult(0)]);
    }
}

void expectMapOrReduction(ir::KernelOp kernel, const ir::SymbolicShapes &shapes) {
  Block &body = kernel.getBody().front();
  Operation *reduction = nullptr;
  for (Operation &op : body)
    if (isReduction(op)) {
      if (reduction) {
        EXPECT_TRUE(shapes[op.getOperand(0)] == shapes[reduction->getOperand(0)]);
        EXPECT_EQ(op.getAttr("axes"), reduction->getAttr("axes"));
      }
      reduction = &op;
    } else if (!op.hasTrait<OpTrait::IsTerminator>()) {
      EXPECT_FALSE(reduction) << "elementwise after a reduction";
    }
  const ir::SymbolicShape &iteration =
      shapes[reduction ? reduction->getOperand(0) : body.getTerminator()->getOperand(0)];
  if (reduction) {
    auto axes = cast<DenseI64ArrayAttr>(reduction->getAttr("axes")).asArrayRef();
    for (size_t i = 1; i < axes.size(); ++i)
      EXPECT_EQ(axes[i], axes[i - 1] + 1);
  }
  for (Operation &op : body.without_terminator())
    if (isElementwise(op) && !isScalar(op.getResult(0)))
      EXPECT_TRUE(shapes[op.getResult(0)] == iteration);
  for (Value yielded : body.getTerminator()->getOperands())
    if (!yielded.getDefiningOp() || !isReduction(*yielded.getDefiningOp()))
      EXPECT_TRUE(shapes[yielded] == iteration);
}

void expectKernel(ir::KernelOp kernel, const ir::SymbolicShapes &shapes) {
  Block &body = kernel.getBody().front();
  EXPECT_NE(kernel.getName(), "");
  for (auto broadcast : body.getOps<ir::BroadcastLikeOp>())
    EXPECT_TRUE(isa<BlockArgument>(broadcast.getOperand()));
  auto ops = body.without_terminator();
  if (llvm::any_of(ops, isContraction))
    return expectContraction(kernel, shapes);
  if (llvm::all_of(ops, [](Operation &op) { return isElementwise(op) || isLeaf(op) || isReduction(op); }))
    return expectMapOrReduction(kernel, shapes);
  EXPECT_TRUE(llvm::hasSingleElement(ops)) << "a single op stands alone";
  if (isa<ir::MatmulOp, ir::ConvFilterGradOp>(body.front())) {
    ASSERT_TRUE(kernel.getSchedule());
    EXPECT_EQ(kernel.getSchedule()->getAlgorithm(), "filter_gradient");
  }
  EXPECT_FALSE((isa<ir::BatchNormOp, ir::MomentsOp>(body.front())));
}
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
      for (auto function : module->getOps<func::FuncOp>()) {
        auto shapes = ir::SymbolicShapes::analyze(function);
        ASSERT_TRUE(succeeded(shapes)) << test.diagnostics();
        for (Operation &op : function.getBody().front()) {
          EXPECT_TRUE((isa<ir::ReadOp, ir::AssignOp, ir::ConstantOp, ir::KernelOp, ir::ReshapeOp, ir::ReshapeLikeOp,
                           func::ReturnOp>(op)))
              << print(*module);
          if (auto kernel = dyn_cast<ir::KernelOp>(op))
            expectKernel(kernel, *shapes);
        }
      }
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
