// SPDX-License-Identifier: Apache-2.0
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/NormalizationMath.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_DECOMPOSENORMALIZATION
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
// (x - mean) * scale + beta: with the batch's own mean the difference is small and loses no digits.
struct DecomposeBatchNorm : OpRewritePattern<ir::BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::BatchNormOp op, PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value scale = normalizationScale(b, op);
    Value centred = ir::SubtractOp::create(b, op.getInput(), op.getMean());
    Value scaled = ir::MultiplyOp::create(b, centred, scale);
    rewriter.replaceOp(op, ir::AddOp::create(b, scaled, op.getBeta()));
    return success();
  }
};

struct DecomposeMoments : OpRewritePattern<ir::MomentsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::MomentsOp op, PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = op.getInput();
    int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
    auto axes = b.getDenseI64ArrayAttr(llvm::to_vector(llvm::seq<int64_t>(0, rank - 1)));
    Value count = ir::CountOp::create(b, x, axes);
    auto mean = [&](Value value) -> Value {
      Value sum = ir::ReduceSumOp::create(b, value, axes, b.getBoolAttr(false));
      return ir::DivideOp::create(b, sum, count);
    };
    Value average = mean(x);
    Value centred = ir::SubtractOp::create(b, x, average);
    Value variance = mean(ir::MultiplyOp::create(b, centred, centred));
    rewriter.replaceOp(op, {average, variance});
    return success();
  }
};

struct DecomposeNormalization : passes::impl::DecomposeNormalizationBase<DecomposeNormalization> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DecomposeBatchNorm, DecomposeMoments>(&getContext());
    // The patterns alone: folding is the canonicalizer's.
    auto config = GreedyRewriteConfig().enableFolding(false).enableConstantCSE(false);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
