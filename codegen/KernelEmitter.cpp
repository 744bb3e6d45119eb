// SPDX-License-Identifier: Apache-2.0
#include "codegen/KernelEmitter.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

KernelEmitter::KernelEmitter(const Kernel &kernel, KernelBuilder &builder, const KernelPlan &plan)
    : kernel(kernel), k(builder), plan(plan) {}

const Family *tenon::codegen::familyOf(const Kernel &kernel) {
  Operation *root = kernel.root();
  if (!root)
    return &mapFamily;
  // Windows over two axes at most, all channels in one group.
  if (auto dilations = root->getAttrOfType<DenseI64ArrayAttr>("dilations"))
    if (dilations.size() > 2 || root->getAttrOfType<IntegerAttr>("groups").getInt() != 1)
      return nullptr;
  if (auto gradient = dyn_cast<ir::ConvInputGradOp>(root)) // phases of the stride know no dilation (nor does Keras)
    for (int64_t stride : gradient.getStrides())
      if (stride > 1 && llvm::any_of(gradient.getDilations(), [](int64_t d) { return d > 1; }))
        return nullptr;
  if (auto window = root->getAttrOfType<DenseI64ArrayAttr>("window"); window && window.size() > 2)
    return nullptr;
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
      .Case<ir::RowListsOp>([](auto) { return &rowListsFamily; })
      .Case<ir::SumRowsOp>([](auto) { return &sumRowsFamily; })
      .Case<ir::TransposeOp, ir::ConcatOp, ir::SliceOp, ir::PadOp, ir::ReverseOp>([](auto) { return &copyFamily; })
      .Default([](Operation *) { return nullptr; });
}
