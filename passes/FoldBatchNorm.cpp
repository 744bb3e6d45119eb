// SPDX-License-Identifier: Apache-2.0
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/NormalizationMath.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

// Computed from variables and constants alone.
static bool isWeight(Value value) {
  Operation *op = value.getDefiningOp();
  return op && (isa<ir::ReadOp, ir::ConstantOp>(op) ||
                (isa<ir::NodeInterface>(op) && llvm::all_of(op->getOperands(), isWeight)));
}
static bool hasStoredStatistics(ir::BatchNormOp op) { return llvm::all_of(op->getOperands().drop_front(), isWeight); }

// A convolution, or a matrix product whose columns are the weights' last axis, with weights that are known beforehand.
static bool isFoldable(Operation *op) {
  auto matmul = dyn_cast_or_null<ir::MatmulOp>(op);
  if (!isa_and_nonnull<ir::ConvOp>(op) && !(matmul && !matmul.getTransposeLhs() && !matmul.getTransposeRhs()))
    return false;
  return isWeight(op->getOperand(1));
}

// Does every element the window reads come from the input?
static bool readsPadding(Operation *op) {
  auto conv = dyn_cast<ir::ConvOp>(op);
  if (!conv || llvm::all_of(conv.getPadding(), [](int64_t padding) { return padding == 0; }))
    return false;
  bool pointwise = llvm::all_of(shapeOf(conv.getFilter()).drop_back(2), [](int64_t size) { return size == 1; });
  return !(pointwise && llvm::all_of(conv.getPadding(), [](int64_t padding) { return padding <= 0; }));
}

static Operation *withWeights(ImplicitLocOpBuilder &b, Operation *op, Value input, Value weights) {
  Operation *copy = b.clone(*op);
  copy->setOperands({input, weights});
  return copy;
}

namespace {
struct Pattern : OpRewritePattern<ir::BatchNormOp> {
  Pattern(MLIRContext *context, PatternBenefit benefit, Pass::Statistic *folded = nullptr)
      : OpRewritePattern(context, benefit), folded(folded) {}
  Pass::Statistic *folded;
};

// batch_norm(conv(x, k) + b) = conv(x, k * scale) + ((b - mean) * scale + beta)
struct FoldIntoLayerBefore : Pattern {
  using Pattern::Pattern;
  LogicalResult matchAndRewrite(ir::BatchNormOp op, PatternRewriter &rewriter) const override {
    if (!hasStoredStatistics(op))
      return rewriter.notifyMatchFailure(op, "the statistics are computed here");
    Operation *root = op.getInput().getDefiningOp();
    Value bias;
    if (auto add = dyn_cast_or_null<ir::AddOp>(root)) {
      bias = isWeight(add.getRhs()) ? add.getRhs() : add.getLhs();
      Value other = isWeight(add.getRhs()) ? add.getLhs() : add.getRhs();
      if (!isWeight(bias) || shapeOf(bias) != shapeOf(op.getBeta()) || !add->hasOneUse())
        return rewriter.notifyMatchFailure(op, "the sum before it is no bias, or has other users");
      root = other.getDefiningOp();
    }
    if (!isFoldable(root))
      return rewriter.notifyMatchFailure(op, "no convolution or dense layer with stored weights before it");
    if (!root->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the layer before it has other users");
    ImplicitLocOpBuilder b(rewriter.getFusedLoc({root->getLoc(), op.getLoc()}), rewriter);
    Value scale = normalizationScale(b, op);
    Value weights = ir::MultiplyOp::create(b, root->getOperand(1), scale);
    Value shift =
        bias ? Value(ir::AddOp::create(
                   b, ir::MultiplyOp::create(b, ir::SubtractOp::create(b, bias, op.getMean()), scale), op.getBeta()))
             : normalizationShift(b, op, scale);
    Operation *layer = withWeights(b, root, root->getOperand(0), weights);
    rewriter.replaceOpWithNewOp<ir::AddOp>(op, layer->getResult(0), shift);
    ++*folded;
    return success();
  }
};

// conv(x * scale + shift, k) = conv(x, k * scale) + sum of k * shift over all axes but the last, scale and shift along
// the input channels
struct FoldIntoLayerAfter : Pattern {
  using Pattern::Pattern;
  LogicalResult matchAndRewrite(ir::BatchNormOp op, PatternRewriter &rewriter) const override {
    if (!hasStoredStatistics(op))
      return rewriter.notifyMatchFailure(op, "the statistics are computed here");
    Operation *root = op->hasOneUse() ? *op->user_begin() : nullptr;
    if (!isFoldable(root) || root->getOperand(0) != op.getResult())
      return rewriter.notifyMatchFailure(op, "no convolution or dense layer with stored weights as its only user");
    if (readsPadding(root))
      return rewriter.notifyMatchFailure(op, "padding is zero after the normalisation, not before it");
    if (auto conv = dyn_cast<ir::ConvOp>(root); conv && conv.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "the filter's channel axis covers one group only");
    rewriter.setInsertionPoint(root);
    ImplicitLocOpBuilder b(rewriter.getFusedLoc({root->getLoc(), op.getLoc()}), rewriter);
    Value weights = root->getOperand(1), scale = normalizationScale(b, op), shift = normalizationShift(b, op, scale);
    auto alongInput = [&](Value vector) -> Value {
      return ir::ReshapeOp::create(b, vector, b.getDenseI64ArrayAttr({shapeOf(vector)[0], 1}));
    };
    auto axes = b.getDenseI64ArrayAttr(llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(weights).size() - 1)));
    Value bias =
        ir::ReduceSumOp::create(b, ir::MultiplyOp::create(b, weights, alongInput(shift)), axes, b.getBoolAttr(false));
    Value scaled = ir::MultiplyOp::create(b, weights, alongInput(scale));
    Operation *layer = withWeights(b, root, op.getInput(), scaled);
    rewriter.replaceOpWithNewOp<ir::AddOp>(root, layer->getResult(0), bias);
    rewriter.eraseOp(op);
    ++*folded;
    return success();
  }
};

// batch_norm(x) = x * scale + shift
struct ScaleAndShift : Pattern {
  using Pattern::Pattern;
  LogicalResult matchAndRewrite(ir::BatchNormOp op, PatternRewriter &rewriter) const override {
    if (!hasStoredStatistics(op))
      return rewriter.notifyMatchFailure(op, "the statistics are computed here");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value scale = normalizationScale(b, op), shift = normalizationShift(b, op, scale);
    Value scaled = ir::MultiplyOp::create(b, op.getInput(), scale);
    rewriter.replaceOp(op, ir::AddOp::create(b, scaled, shift));
    return success();
  }
};

struct FoldBatchNorm : tenon::passes::impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isDeclaration() || !function.getOps<ir::AssignOp>().empty())
      return markAllAnalysesPreserved();
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<FoldIntoLayerBefore>(context, 3, &folded);
    patterns.add<FoldIntoLayerAfter>(context, 2, &folded);
    patterns.add<ScaleAndShift>(context, 1);
    // The patterns alone: folding is the canonicalizer's.
    auto config = GreedyRewriteConfig().enableFolding(false).enableConstantCSE(false);
    if (failed(applyPatternsGreedily(function, std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
