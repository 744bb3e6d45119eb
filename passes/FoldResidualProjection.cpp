// SPDX-License-Identifier: Apache-2.0
#include "ir/SymbolicShapes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/DeadCode.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"
#include "passes/Weights.h"

namespace tenon::passes {
#define GEN_PASS_DEF_FOLDRESIDUALPROJECTION
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
// One side of a sum: a layer with its bias, or a value as it is.
struct Side {
  Operation *layer = nullptr; // null: the value itself
  Value value, input, bias;   // the summand, what it is computed from; bias: null for none
  SmallVector<Location> locations;
};

std::optional<Side> sideOf(Value value) {
  Side side;
  side.value = value;
  if (auto add = value.getDefiningOp<ir::AddOp>(); add && value.hasOneUse()) {
    bool right = isWeight(add.getRhs());
    Value bias = right ? add.getRhs() : add.getLhs(), other = right ? add.getLhs() : add.getRhs();
    if (isWeight(bias) && shapeOf(bias) == ArrayRef<int64_t>(shapeOf(value).back()) && other.getType() == value.getType() &&
        isLayer(other.getDefiningOp())) {
      side.bias = bias;
      side.locations.push_back(add.getLoc());
      value = other;
    }
  }
  side.layer = isLayer(value.getDefiningOp()) && value.hasOneUse() ? value.getDefiningOp() : nullptr;
  if (side.bias && !side.layer)
    return std::nullopt; // others use the product before its bias
  if (side.layer)
    side.locations.insert(side.locations.begin(), side.layer->getLoc());
  side.input = side.layer ? side.layer->getOperand(0) : value;
  return side;
}

ArrayRef<int64_t> window(ir::ConvOp conv) { return shapeOf(conv.getFilter()).drop_back(2); }
bool isPointwise(ir::ConvOp conv) {
  return llvm::all_of(window(conv), [](int64_t size) { return size == 1; }) &&
         llvm::all_of(conv.getPadding(), [](int64_t padding) { return padding <= 0; });
}

// The tap of each axis that reads the pixel a 1x1 convolution of the same stride reads; none when there is no such tap or
// it depends on the image's size.
std::optional<SmallVector<int64_t>> centreTap(ir::ConvOp conv) {
  SmallVector<int64_t> tap;
  for (auto [axis, size] : llvm::enumerate(window(conv))) {
    int64_t before = conv.getPadding()[2 * axis], stride = conv.getStrides()[axis], dilation = conv.getDilations()[axis];
    int64_t span = dilation * (size - 1);
    if (before < 0 && stride == 1) {
      before = span / 2;
    } else if (before < 0) {
      int64_t n = shapeOf(conv.getInput())[axis + 1];
      if (ShapedType::isDynamic(n))
        return std::nullopt;
      before = std::max<int64_t>(((n + stride - 1) / stride - 1) * stride + span + 1 - n, 0) / 2;
    }
    if (before % dilation != 0 || before / dilation >= size)
      return std::nullopt;
    tap.push_back(before / dilation);
  }
  return tap;
}

struct FoldResidualProjection : tenon::passes::impl::FoldResidualProjectionBase<FoldResidualProjection> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isDeclaration() || !function.getOps<ir::AssignOp>().empty())
      return markAllAnalysesPreserved();
    FailureOr<ir::SymbolicShapes> analysis = ir::SymbolicShapes::analyze(function);
    if (failed(analysis))
      return signalPassFailure();
    shapes = *analysis;
    Block &body = function.getBody().front();
    for (Operation &op : llvm::make_early_inc_range(body))
      if (auto add = dyn_cast<ir::AddOp>(op))
        fold(add);
    eraseDead(body);
  }

  void fold(ir::AddOp add) {
    if (add.getLhs() == add.getRhs() || add.getLhs().getType() != add.getRhs().getType())
      return;
    std::optional<Side> left = sideOf(add.getLhs()), right = sideOf(add.getRhs());
    if (!left || !right || (!left->layer && !right->layer) || isWeight(add.getLhs()) || isWeight(add.getRhs()))
      return;
    // The main path has a layer, the wider window of the two, or the longer reduction, or starts further down.
    auto extent = [](const Side &side) -> std::pair<int64_t, int64_t> {
      auto conv = dyn_cast_or_null<ir::ConvOp>(side.layer);
      return {!side.layer ? 0 : conv ? product(window(conv)) : 1, side.layer ? product(shapeOf(side.layer->getOperand(1))) : 0};
    };
    bool isLeft = extent(*left) == extent(*right) ? startsBehind(*left, *right) : extent(*left) > extent(*right);
    Side main = isLeft ? *left : *right, shortcut = isLeft ? *right : *left;
    ImplicitLocOpBuilder b(FusedLoc::get(&getContext(), locations(main, shortcut, add)), add);
    std::string reason;
    Value result;
    if (Value extra = asWeights(b, main, shortcut, reason)) {
      Value sum = ir::AddOp::create(b, main.layer->getOperand(1), extra);
      Operation *layer = b.clone(*main.layer);
      layer->setOperand(1, sum);
      result = layer->getResult(0);
      reason = shortcut.layer ? "the projection " + ir::layerName(shortcut.layer->getLoc()) + " is part of its weights"
                              : "the identity shortcut is part of its weights";
    } else if (shortcut.layer) {
      // One kernel computes the sum of two contractions whose biases do not stand between.
      result = ir::AddOp::create(b, main.layer->getResult(0), shortcut.layer->getResult(0));
      reason = "the projection " + ir::layerName(shortcut.layer->getLoc()) + " goes on in its accumulators (" + reason + ")";
    } else {
      addRemark(add, getArgument(), Outcome::Missed, main.layer->getLoc(), "the shortcut is not folded: " + reason);
      return;
    }
    if (main.bias || shortcut.bias) {
      Value bias = main.bias && shortcut.bias ? Value(ir::AddOp::create(b, main.bias, shortcut.bias))
                   : main.bias                ? main.bias
                                              : shortcut.bias;
      result = ir::AddOp::create(b, result, bias);
    }
    addRemark(add, getArgument(), Outcome::Applied, main.layer->getLoc(), reason);
    shapes.addAlike(add.getResult(), result);
    add.getResult().replaceAllUsesWith(result);
    add.erase();
    ++folded;
  }

  // The shortcut as weights to be added to the main layer's; null, and the reason, where it cannot be.
  Value asWeights(ImplicitLocOpBuilder &b, const Side &main, const Side &shortcut, std::string &reason) {
    auto no = [&](const char *why) {
      reason = why;
      return Value();
    };
    // Inside the weights nothing is left that compares the sizes when the program runs.
    if (main.input == shortcut.input && shapes[main.value] != shapes[shortcut.value])
      return no("the two sides are not equally large for every size of the input");
    if (main.input != shortcut.input)
      return no(shortcut.layer ? "its input is another one" : "its input is another one; it is added in the epilogue");
    if (shapeOf(main.input).size() != shapeOf(main.layer->getResult(0)).size())
      return no("the layer changes the rank");
    Value weights = main.layer->getOperand(1);
    auto conv = dyn_cast<ir::ConvOp>(main.layer);
    if (!conv) {
      if (shortcut.layer && !isa<ir::MatmulOp>(shortcut.layer))
        return no("a matrix product and a convolution");
      return shortcut.layer ? shortcut.layer->getOperand(1) : unit(b, weights);
    }
    std::optional<SmallVector<int64_t>> tap = centreTap(conv);
    if (!tap)
      return no("no tap of the window reads the pixel that the shortcut reads at every size");
    auto projection = dyn_cast_or_null<ir::ConvOp>(shortcut.layer);
    if (shortcut.layer && !projection)
      return no("a convolution and a matrix product");
    if (projection && (!isPointwise(projection) || projection.getStrides() != conv.getStrides()))
      return no("it is no 1x1 convolution of the same stride");
    if (!projection && llvm::any_of(conv.getStrides(), [](int64_t stride) { return stride != 1; }))
      return no("the convolution strides");
    Value point = projection ? projection.getFilter() : unit(b, weights);
    SmallVector<int64_t> low(*tap), high;
    for (auto [size, at] : llvm::zip(window(conv), *tap))
      high.push_back(size - 1 - at);
    low.append({0, 0});
    high.append({0, 0});
    return ir::PadOp::create(b, point, low, high, llvm::APFloat(0.0));
  }

  ir::SymbolicShapes shapes; // of the function's values, sums that were folded included

  static bool startsBehind(const Side &side, const Side &other) {
    Operation *from = side.input.getDefiningOp(), *otherFrom = other.input.getDefiningOp();
    return from && (!otherFrom || !from->isBeforeInBlock(otherFrom));
  }
  static int64_t product(ArrayRef<int64_t> sizes) {
    int64_t result = 1;
    for (int64_t size : sizes)
      result *= size;
    return result;
  }
  static SmallVector<Location> locations(const Side &main, const Side &shortcut, ir::AddOp add) {
    SmallVector<Location> all(main.locations);
    all.append(shortcut.locations);
    all.push_back(add.getLoc());
    return all;
  }
  // The unit matrix in the shape of weights of one tap: (1.., channels, channels).
  static Value unit(ImplicitLocOpBuilder &b, Value weights) {
    int64_t channels = shapeOf(weights).back();
    SmallVector<int32_t> index = llvm::to_vector(llvm::seq<int32_t>(0, channels));
    Value indices = ir::ConstantOp::create(
        b, DenseElementsAttr::get(RankedTensorType::get({channels}, b.getI32Type()), ArrayRef<int32_t>(index)));
    Value matrix = ir::OneHotOp::create(b, indices, channels);
    SmallVector<int64_t> shape(shapeOf(weights).size() - 2, 1);
    shape.append({channels, channels});
    return shape.size() == 2 ? matrix : Value(ir::ReshapeOp::create(b, matrix, b.getDenseI64ArrayAttr(shape)));
  }
};
} // namespace
