// SPDX-License-Identifier: Apache-2.0
#include "tests/passes/KernelContract.h"
#include "ir/Columns.h"
#include "ir/Contraction.h"
#include "ir/SymbolicShapes.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;

namespace {
bool isContraction(Operation &op) { return ir::isContraction(&op); }
bool isElementwise(Operation &op) { return op.hasTrait<ir::Elementwise>() || isa<ir::DropoutOp>(op); }
bool isLeaf(Operation &op) {
  return isa<ir::ConstantOp, ir::CountOp, ir::BroadcastLikeOp>(op) ||
         (ir::isColumnSlice(&op) && isa<BlockArgument>(op.getOperand(0)));
}
bool isReduction(Operation &op) { return isa<ir::ReduceSumOp, ir::ReduceMaxOp>(op); }
bool isScalar(Value value) { return cast<RankedTensorType>(value.getType()).getRank() == 0; }

void expectPackedWeights(ir::KernelOp kernel, Operation &root) {
  auto weights = dyn_cast<BlockArgument>(root.getOperand(1));
  ASSERT_TRUE(weights);
  auto packed = dyn_cast_or_null<ir::PackedAttr>(cast<RankedTensorType>(weights.getType()).getEncoding());
  if (ir::isDepthwise(&root)) {
    EXPECT_EQ(kernel.getSchedule()->getAlgorithm(), "depthwise");
    EXPECT_FALSE(packed);
  } else {
    EXPECT_TRUE(kernel.getSchedule()->getAlgorithm() == "gemm" || kernel.getSchedule()->getAlgorithm() == "direct");
    ASSERT_TRUE(packed);
    EXPECT_EQ(packed.getPanel(), kernel.getSchedule()->getColumns());
    auto matmul = dyn_cast<ir::MatmulOp>(root);
    EXPECT_EQ(packed.getBackward(), isa<ir::ConvInputGradOp>(root) || (matmul && matmul.getTransposeRhs()));
  }
}

void expectContraction(ir::KernelOp kernel, const ir::SymbolicShapes &shapes) {
  Operation &root = kernel.getBody().front().front();
  ASSERT_TRUE(isContraction(root));
  ASSERT_TRUE(kernel.getSchedule());
  expectPackedWeights(kernel, root);
  for (Operation &op : llvm::drop_begin(kernel.getBody().front().without_terminator()))
    if (isContraction(op)) {
      EXPECT_TRUE(ir::isSumOfContractions(root.getResult(0)) && ir::isSumOfContractions(op.getResult(0)));
      expectPackedWeights(kernel, op);
    } else if (!isLeaf(op) && !isScalar(op.getResult(0))) {
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
  Value first = body.getTerminator()->getOperand(0);
  if (ir::isColumnConcat(first.getDefiningOp()))
    first = first.getDefiningOp()->getOperand(0);
  const ir::SymbolicShape &iteration = shapes[reduction ? reduction->getOperand(0) : first];
  if (reduction) {
    auto axes = cast<DenseI64ArrayAttr>(reduction->getAttr("axes")).asArrayRef();
    for (size_t i = 1; i < axes.size(); ++i)
      EXPECT_EQ(axes[i], axes[i - 1] + 1);
  }
  for (Operation &op : body.without_terminator())
    if (isElementwise(op) && !isScalar(op.getResult(0)))
      EXPECT_TRUE(shapes[op.getResult(0)] == iteration);
  for (Value yielded : body.getTerminator()->getOperands())
    if (ir::isColumnConcat(yielded.getDefiningOp()))
      EXPECT_TRUE(shapes[yielded.getDefiningOp()->getOperand(0)] == iteration) << "columns of a map";
    else if (!yielded.getDefiningOp() || !isReduction(*yielded.getDefiningOp()))
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
  bool alone = llvm::hasSingleElement(ops);
  if (llvm::all_of(ops, [&](Operation &op) {
        return isElementwise(op) || (isLeaf(op) && !(alone && isa<ir::SliceOp>(op))) || isReduction(op) ||
               (ir::isColumnConcat(&op) && !alone);
      }))
    return expectMapOrReduction(kernel, shapes);
  bool takesEpilogue = isa<ir::GatherOp, ir::GatherConvOp, ir::SumRowsOp>(body.front()) &&
                       llvm::all_of(llvm::drop_begin(ops), [](Operation &op) { return isElementwise(op) || isLeaf(op); });
  EXPECT_TRUE(takesEpilogue || llvm::hasSingleElement(ops)) << "a single op stands alone";
  if (isa<ir::MatmulOp, ir::ConvFilterGradOp>(body.front())) {
    ASSERT_TRUE(kernel.getSchedule());
    EXPECT_EQ(kernel.getSchedule()->getAlgorithm(), ir::isDepthwise(&body.front()) ? "depthwise" : "filter_gradient");
  }
  EXPECT_FALSE((isa<ir::BatchNormOp, ir::MomentsOp>(body.front())));
}
} // namespace

void tests::expectKernelContract(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>()) {
    auto shapes = ir::SymbolicShapes::analyze(function);
    ASSERT_TRUE(succeeded(shapes));
    for (Operation &op : function.getBody().front()) {
      EXPECT_TRUE((
          isa<ir::ReadOp, ir::AssignOp, ir::ConstantOp, ir::KernelOp, ir::ReshapeOp, ir::ReshapeLikeOp, func::ReturnOp>(
              op)))
          << op.getName().getStringRef().str();
      if (auto kernel = dyn_cast<ir::KernelOp>(op))
        expectKernel(kernel, *shapes);
    }
  }
}
