// SPDX-License-Identifier: Apache-2.0
#include "ir/Depthwise.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_SPLITGROUPS
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;

namespace {
// Channels [start, start + size) of the last axis.
Value part(ImplicitLocOpBuilder &b, Value value, int64_t index, int64_t count) {
  auto type = cast<RankedTensorType>(value.getType());
  int64_t size = type.getShape().back() / count;
  return ir::SliceOp::create(b, value, type.getRank() - 1, index * size, size);
}

// conv, conv_input_grad and conv_filter_grad take (a, b) and are joined along the last axis. slices: whether the operand
// is cut; the others' channels belong to every group.
template <typename Op> struct SplitConvolution : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    int64_t groups = op.getGroups();
    if (groups == 1)
      return rewriter.notifyMatchFailure(op, "one group already");
    if (ir::isDepthwise(op))
      return rewriter.notifyMatchFailure(op, "depthwise: has an emitter of its own");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> parts;
    for (int64_t g = 0; g < groups; ++g) {
      Value first = part(b, op->getOperand(0), g, groups), second = part(b, op->getOperand(1), g, groups);
      if constexpr (std::is_same_v<Op, ir::ConvOp>)
        parts.push_back(Op::create(b, first, second, op.getStrides(), op.getPadding(), op.getDilations(), 1));
      else
        parts.push_back(Op::create(b, first, second, op.getStrides(), op.getPadding(), op.getDilations(), 1,
                                   part(b, op->getOperand(2), g, groups)));
    }
    int64_t axis = cast<RankedTensorType>(op.getType()).getRank() - 1;
    rewriter.replaceOpWithNewOp<ir::ConcatOp>(op, parts, axis);
    return success();
  }
};

struct SplitGroups : passes::impl::SplitGroupsBase<SplitGroups> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitConvolution<ir::ConvOp>, SplitConvolution<ir::ConvInputGradOp>, SplitConvolution<ir::ConvFilterGradOp>>(
        &getContext());
    auto config = GreedyRewriteConfig().enableFolding(false).enableConstantCSE(false);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
