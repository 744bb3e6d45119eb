// SPDX-License-Identifier: Apache-2.0
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/NormalizationMath.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"
#include "passes/Weights.h"

namespace tenon::passes {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

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

static int64_t groupsOf(Operation *op) {
  auto conv = dyn_cast<ir::ConvOp>(op);
  return conv ? conv.getGroups() : 1;
}

// weights with the channels of each group apart: (.., channels of a group, groups, filters of a group), so that a vector
// over all input channels, seen as groups of channels and turned, meets each of its channels.
static Value byGroups(ImplicitLocOpBuilder &b, Value weights, int64_t groups) {
  SmallVector<int64_t> shape(shapeOf(weights));
  int64_t filters = shape.pop_back_val();
  shape.append({groups, filters / groups});
  return ir::ReshapeOp::create(b, weights, b.getDenseI64ArrayAttr(shape));
}
static Value alongInput(ImplicitLocOpBuilder &b, Value vector, int64_t groups) {
  int64_t channels = shapeOf(vector)[0];
  if (groups == 1)
    return ir::ReshapeOp::create(b, vector, b.getDenseI64ArrayAttr({channels, 1}));
  Value table = ir::ReshapeOp::create(b, vector, b.getDenseI64ArrayAttr({groups, channels / groups}));
  Value turned = ir::TransposeOp::create(b, table, b.getDenseI64ArrayAttr({1, 0}));
  return ir::ReshapeOp::create(b, turned, b.getDenseI64ArrayAttr({channels / groups, groups, 1}));
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
    addRemark(op, "fold-batch-norm", Outcome::Applied, op.getLoc(), "folded into " + ir::layerName(root->getLoc()) + " before it");
    rewriter.replaceOpWithNewOp<ir::AddOp>(op, layer->getResult(0), shift);
    ++*folded;
    return success();
  }
};

// conv(x * scale + shift, k) = conv(x, k * scale) + sum of k * shift over all axes but the filters', scale and shift along
// the input channels; for every layer that takes the normalised value.
struct FoldIntoLayerAfter : Pattern {
  using Pattern::Pattern;
  LogicalResult matchAndRewrite(ir::BatchNormOp op, PatternRewriter &rewriter) const override {
    if (!hasStoredStatistics(op))
      return rewriter.notifyMatchFailure(op, "the statistics are computed here");
    SmallVector<Operation *> layers(op->user_begin(), op->user_end());
    for (Operation *root : layers) {
      if (!isFoldable(root) || root->getOperand(0) != op.getResult() || llvm::count(root->getOperands(), op.getResult()) != 1)
        return rewriter.notifyMatchFailure(op, "a user is no convolution or dense layer with stored weights");
      if (readsPadding(root))
        return rewriter.notifyMatchFailure(op, "padding is zero after the normalisation, not before it");
    }
    if (layers.empty())
      return rewriter.notifyMatchFailure(op, "nothing uses it");
    for (Operation *root : layers) {
      addRemark(op, "fold-batch-norm", Outcome::Applied, op.getLoc(), "folded into " + ir::layerName(root->getLoc()) + " after it");
      fold(op, root, rewriter);
    }
    rewriter.eraseOp(op);
    ++*folded;
    return success();
  }

  static void fold(ir::BatchNormOp op, Operation *root, PatternRewriter &rewriter) {
    rewriter.setInsertionPoint(root);
    ImplicitLocOpBuilder b(rewriter.getFusedLoc({root->getLoc(), op.getLoc()}), rewriter);
    Value weights = root->getOperand(1), scale = normalizationScale(b, op), shift = normalizationShift(b, op, scale);
    int64_t groups = groupsOf(root);
    Value grouped = groups == 1 ? weights : byGroups(b, weights, groups);
    auto axes = b.getDenseI64ArrayAttr(llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(weights).size() - 1)));
    Value shifted = ir::MultiplyOp::create(b, grouped, alongInput(b, shift, groups));
    Value bias = ir::ReduceSumOp::create(b, shifted, axes, b.getBoolAttr(false));
    Value scaled = ir::MultiplyOp::create(b, grouped, alongInput(b, scale, groups));
    if (groups != 1) {
      bias = ir::ReshapeOp::create(b, bias, b.getDenseI64ArrayAttr({shapeOf(weights).back()}));
      scaled = ir::ReshapeOp::create(b, scaled, b.getDenseI64ArrayAttr(shapeOf(weights)));
    }
    Operation *layer = withWeights(b, root, op.getInput(), scaled);
    rewriter.replaceOpWithNewOp<ir::AddOp>(root, layer->getResult(0), bias);
  }
};

// Why neither side took it, for people.
static std::string whyNot(ir::BatchNormOp op) {
  Operation *before = op.getInput().getDefiningOp();
  if (before && before->getNumOperands() > 0 && isFoldable(before) && !before->hasOneUse())
    return "the layer before it has other users";
  for (Operation *user : op->getUsers())
    if (isFoldable(user) && user->getOperand(0) == op.getResult() && readsPadding(user))
      return "the layer after it pads with zeros, which come after the normalisation";
  if (before && before->hasTrait<ir::Elementwise>())
    return ("'" + before->getName().stripDialect() + "' stands before it").str();
  return "no layer beside it takes it";
}

// batch_norm(x) = x * scale + shift
struct ScaleAndShift : Pattern {
  using Pattern::Pattern;
  LogicalResult matchAndRewrite(ir::BatchNormOp op, PatternRewriter &rewriter) const override {
    if (!hasStoredStatistics(op))
      return rewriter.notifyMatchFailure(op, "the statistics are computed here");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value scale = normalizationScale(b, op), shift = normalizationShift(b, op, scale);
    addRemark(op, "fold-batch-norm", Outcome::Missed, op.getLoc(), "a multiplication and an addition: " + whyNot(op));
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
