// SPDX-License-Identifier: Apache-2.0
#include "codegen/KernelEmitter.h"
#include "ir/Contraction.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

KernelEmitter::KernelEmitter(const Kernel &kernel, KernelBuilder &builder, const KernelPlan &plan)
    : kernel(kernel), k(builder), plan(plan) {}

KernelEmitter::Rows KernelEmitter::rows(mlir::Value value) {
  if (auto slice = value.getDefiningOp<ir::SliceOp>()) {
    Rows whole = rows(slice.getOperand());
    return {k.offset(whole.base, k.constant(slice.getStart()), cast<RankedTensorType>(value.getType()).getElementType()),
            whole.pitch};
  }
  int64_t rank = kernel.shape(value).size(), known = kernel.pitch(cast<BlockArgument>(value).getArgNumber());
  Value pitch = known ? k.constant(known) : rank > 0 ? dim(value, rank - 1) : k.constant(1);
  return {pointer(value), pitch};
}

KernelEmitter::Rows KernelEmitter::resultRows(unsigned i) {
  mlir::Value yielded = kernel.yields()[i];
  int64_t rank = kernel.shape(yielded).size(), known = kernel.pitch(kernel.body().getNumArguments() + i);
  Value pitch = known ? k.constant(known) : rank > 0 ? dim(yielded, rank - 1) : k.constant(1);
  return {results[i], pitch};
}

const Family *tenon::codegen::familyOf(const Kernel &kernel) { return familyOfRoot(kernel.root()); }

bool tenon::codegen::readsColumns(ir::KernelOp kernel, unsigned operand) {
  Block &body = kernel.getBody().front();
  Operation *root = Kernel::rootOf(body);
  const Family *family = familyOfRoot(root);
  auto type = cast<RankedTensorType>(kernel.getOperand(operand).getType());
  if (!family || type.getRank() < 2)
    return false;
  return llvm::all_of(body.getArgument(operand).getUses(), [&](OpOperand &use) {
    if (ir::isShapeOnly(use))
      return true;
    // Several reductions may share a kernel, and several contractions that are summed.
    bool isOneOfSeveral = isa<ir::ReduceSumOp, ir::ReduceMaxOp>(use.getOwner()) || ir::isContraction(use.getOwner());
    if (use.getOwner() == root || isOneOfSeveral)
      return use.getOperandNumber() < family->readsColumns;
    return family->readsColumns > 0 && !isa<ir::BroadcastLikeOp>(use.getOwner());
  });
}

bool tenon::codegen::writesColumns(ir::KernelOp kernel, unsigned result) {
  const Family *family = familyOfRoot(Kernel::rootOf(kernel.getBody().front()));
  return family && family->writesColumns && cast<RankedTensorType>(kernel.getResult(result).getType()).getRank() >= 2;
}

const Family *tenon::codegen::familyOfRoot(Operation *root) {
  if (!root)
    return &mapFamily;
  // Windows over two axes at most, all channels in one group or each in its own.
  bool depthwise = ir::isDepthwise(root);
  if (auto dilations = root->getAttrOfType<DenseI64ArrayAttr>("dilations")) {
    auto groups = root->getAttrOfType<IntegerAttr>("groups");
    if (dilations.size() > 2 || (groups && groups.getInt() != 1 && !depthwise))
      return nullptr;
  }
  if (auto gradient = dyn_cast<ir::ConvInputGradOp>(root)) // phases of the stride know no dilation (nor does Keras)
    for (int64_t stride : gradient.getStrides())
      if (stride > 1 && llvm::any_of(gradient.getDilations(), [](int64_t d) { return d > 1; }))
        return nullptr;
  if (auto window = root->getAttrOfType<DenseI64ArrayAttr>("window"); window && window.size() > 2)
    return nullptr;
  if (depthwise)
    return isa<ir::ConvFilterGradOp>(root) ? &depthwiseGradientFamily : &depthwiseFamily;
  return llvm::TypeSwitch<Operation *, const Family *>(root)
      .Case<ir::ConvOp, ir::ConvInputGradOp>([](auto) { return &contractionFamily; })
      .Case([](ir::MatmulOp op) { return op.getTransposeLhs() ? &filterGradientFamily : &contractionFamily; })
      .Case<ir::ConvFilterGradOp>([](auto) { return &filterGradientFamily; })
      .Case<ir::ReduceSumOp, ir::ReduceMaxOp>([](auto) { return &reductionFamily; })
      .Case<ir::MaxPoolOp, ir::AvgPoolOp>([](auto) { return &poolingFamily; })
      .Case<ir::MaxPoolGradOp, ir::AvgPoolGradOp>([](auto) { return &poolingGradientFamily; })
      .Case<ir::SoftmaxOp>([](auto) { return &softmaxFamily; })
      .Case<ir::ArgmaxOp>([](auto) { return &argmaxFamily; })
      .Case<ir::OneHotOp>([](auto) { return &oneHotFamily; })
      .Case<ir::PackOp>([](auto) { return &packFamily; })
      .Case<ir::GatherOp>([](auto) { return &gatherFamily; })
      .Case<ir::GatherConvOp>([](auto) { return &gatherConvFamily; })
      .Case<ir::RowListsOp>([](auto) { return &rowListsFamily; })
      .Case<ir::SumRowsOp>([](auto) { return &sumRowsFamily; })
      .Case<ir::SumWindowsOp>([](auto) { return &sumWindowsFamily; })
      .Case<ir::TransposeOp, ir::ConcatOp, ir::SliceOp, ir::PadOp, ir::ReverseOp>([](auto) { return &copyFamily; })
      .Default([](Operation *) { return nullptr; });
}
