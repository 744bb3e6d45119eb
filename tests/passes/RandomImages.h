// SPDX-License-Identifier: Apache-2.0
// Random convolutional networks: what the passes that fold, merge and schedule meet, and what they must leave alone.
#pragma once
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OwningOpRef.h"
#include <random>

namespace tenon::tests {

/// @predict of one image, a chain of blocks: layers, forks with concatenations, residual sums with and without projection.
class ImageGraph {
public:
  ImageGraph(mlir::ImplicitLocOpBuilder &b, mlir::ModuleOp module, mlir::func::FuncOp function, std::mt19937 &random)
      : b(b), module(module), function(function), random(random) {}

  mlir::Value block(mlir::Value x) {
    switch (below(8)) {
    case 0:
      return maybeActivation(maybeNorm(convolution(x, below(3) + 1, below(3) + 1, below(2) + 1, channels())));
    case 1: // separable, a normalisation in front or behind
      x = below(2) ? norm(x) : x;
      return maybeActivation(maybeNorm(pointwise(depthwise(x, below(2) + 1), channels())));
    case 2: // a fork whose branches meet side by side
      return fork(x);
    case 3: { // a shortcut of the same input: a projection, or the value itself
      int64_t stride = below(2) + 1, filters = stride == 1 && below(2) ? depth(x) : channels();
      mlir::Value main = maybeNorm(convolution(x, below(3) + 1, below(3) + 1, stride, filters));
      if (below(3) == 0)
        main = ir::ReluOp::create(b, main); // then nothing can be folded
      mlir::Value shortcut = stride == 1 && filters == depth(x) && below(2) ? x : maybeNorm(convolution(x, 1, 1, stride, filters));
      return maybeActivation(sum(main, shortcut));
    }
    case 4: { // a residual block: the sum's last layer reads another tensor
      int64_t filters = channels(), stride = below(2) + 1, side = 2 * below(2) + 1;
      mlir::Value inner = maybeActivation(maybeNorm(convolution(x, 3, 3, stride, filters)));
      mlir::Value main = norm(convolution(inner, 2 * below(2) + 1, 3, 1, filters)), projection = maybeNorm(convolution(x, side, side, stride, filters));
      return maybeActivation(sum(main, projection));
    }
    case 5: // normalisations where padding decides, and two in a row
      return convolution(maybeNorm(norm(x)), below(2) + 1, below(2) + 1, 1, channels());
    case 6:
      return pool(x);
    default: // siblings: all of one kind, then each with a layer of its own
      return siblings(x);
    }
  }

  mlir::Value dense(mlir::Value x) {
    auto axes = b.getDenseI64ArrayAttr({1, 2});
    x = ir::ReduceSumOp::create(b, x, axes, b.getBoolAttr(false));
    x = below(2) ? norm(x) : x;
    mlir::Value y = product(x, 3);
    if (below(2))
      y = ir::AddOp::create(b, y, below(2) && depth(x) == 3 ? x : product(x, 3));
    return maybeNorm(y);
  }

private:
  int64_t below(int64_t n) { return static_cast<int64_t>(random() % n); }
  int64_t channels() { return below(5) + 1; }
  static int64_t depth(mlir::Value x) { return mlir::cast<mlir::RankedTensorType>(x.getType()).getShape().back(); }

  mlir::Value variable(llvm::ArrayRef<int64_t> shape, llvm::StringRef kind) {
    mlir::OpBuilder::InsertionGuard guard(b);
    auto type = mlir::RankedTensorType::get(shape, b.getF32Type());
    std::string name = "v" + std::to_string(variables++);
    b.setInsertionPoint(function);
    ir::VariableOp::create(b, b.getStringAttr(name), nullptr, mlir::TypeAttr::get(type), b.getStringAttr(kind), nullptr, nullptr);
    b.setInsertionPointToStart(&function.getBody().front());
    return ir::ReadOp::create(b, type, name);
  }
  using Padding = std::array<int64_t, 4>;
  static constexpr Padding same = {-1, -1, -1, -1}, none = {0, 0, 0, 0};
  // Any padding under which a window fits into an image whose sides are known.
  Padding padding(mlir::Value x, int64_t height, int64_t width) {
    Padding chosen = none;
    if (below(2))
      return same;
    if (below(2))
      chosen = {below(height), below(height), below(width), below(width)};
    auto fits = [&](int64_t axis, int64_t window) {
      int64_t side = mlir::cast<mlir::RankedTensorType>(x.getType()).getDimSize(axis);
      return side == mlir::ShapedType::kDynamic || side + chosen[2 * axis - 2] + chosen[2 * axis - 1] >= window;
    };
    return fits(1, height) && fits(2, width) ? chosen : same;
  }
  // The sum, in either order; of sides that can never be equal the first alone.
  mlir::Value sum(mlir::Value main, mlir::Value shortcut) {
    if (mlir::failed(mlir::verifyCompatibleShape(main.getType(), shortcut.getType())))
      return main;
    return below(2) ? ir::AddOp::create(b, main, shortcut) : ir::AddOp::create(b, shortcut, main);
  }

  mlir::Value conv(mlir::Value x, llvm::ArrayRef<int64_t> filter, int64_t stride, const Padding &padding, int64_t groups) {
    return ir::ConvOp::create(b, x, variable(filter, "weight"), llvm::ArrayRef<int64_t>{stride, stride}, padding,
                              llvm::ArrayRef<int64_t>{1, 1}, groups);
  }
  mlir::Value convolution(mlir::Value x, int64_t height, int64_t width, int64_t stride, int64_t filters) {
    return convolution(x, height, width, stride, filters, padding(x, height, width));
  }
  mlir::Value convolution(mlir::Value x, int64_t height, int64_t width, int64_t stride, int64_t filters, const Padding &padding) {
    mlir::Value y = conv(x, {height, width, depth(x), filters}, stride, padding, 1);
    return below(2) ? y : mlir::Value(ir::AddOp::create(b, y, variable({filters}, "weight")));
  }
  mlir::Value pointwise(mlir::Value x, int64_t filters) { return conv(x, {1, 1, depth(x), filters}, 1, none, 1); }
  mlir::Value depthwise(mlir::Value x, int64_t multiplier) {
    if (depth(x) == 1)
      return x;
    int64_t side = 2 * below(2) + 1;
    return conv(x, {side, side, 1, depth(x) * multiplier}, below(2) + 1, padding(x, side, side), depth(x));
  }
  mlir::Value product(mlir::Value x, int64_t units) {
    mlir::Value y = ir::MatmulOp::create(b, x, variable({depth(x), units}, "weight"), b.getBoolAttr(false), b.getBoolAttr(false));
    return below(2) ? y : mlir::Value(ir::AddOp::create(b, y, variable({units}, "weight")));
  }
  mlir::Value norm(mlir::Value x) {
    llvm::SmallVector<mlir::Value> vectors;
    for (const char *kind : {"weight", "weight", "statistic", "statistic"}) {
      bool absent = vectors.size() < 2 && below(4) == 0; // no scale, no centre
      auto type = mlir::RankedTensorType::get({depth(x)}, b.getF32Type());
      vectors.push_back(absent ? mlir::Value(ir::ConstantOp::create(b, mlir::DenseElementsAttr::get(type, vectors.empty() ? 1.0f : 0.0f)))
                               : variable({depth(x)}, kind));
    }
    return ir::BatchNormOp::create(b, x, vectors[0], vectors[1], vectors[2], vectors[3], llvm::APFloat(0.0009765625));
  }
  mlir::Value maybeNorm(mlir::Value x) { return below(2) ? norm(x) : x; }
  mlir::Value maybeActivation(mlir::Value x) {
    switch (below(3)) {
    case 0:
      return ir::ReluOp::create(b, x);
    case 1:
      return ir::TanhOp::create(b, x);
    default:
      return x;
    }
  }
  mlir::Value pool(mlir::Value x) {
    llvm::SmallVector<int64_t> window = {3, 2}, strides = {1, 1}, padding = {-1, -1, -1, -1};
    return below(2) ? mlir::Value(ir::MaxPoolOp::create(b, x, window, strides, padding))
                    : mlir::Value(ir::AvgPoolOp::create(b, x, window, strides, padding));
  }
  mlir::Value fork(mlir::Value x) {
    llvm::SmallVector<mlir::Value> branches;
    for (int64_t i = 0, n = below(3) + 2; i < n; ++i)
      switch (below(4)) {
      case 0:
        branches.push_back(ir::ReluOp::create(b, maybeNorm(convolution(x, 1, 1, 1, channels(), same))));
        break;
      case 1:
        branches.push_back(ir::ReluOp::create(
            b, norm(convolution(ir::ReluOp::create(b, norm(convolution(x, 1, 1, 1, channels(), none))), 3, 1, 1, channels(), same))));
        break;
      case 2:
        branches.push_back(pool(x));
        break;
      default:
        branches.push_back(below(2) ? x : mlir::Value(ir::TanhOp::create(b, x)));
      }
    return ir::ConcatOp::create(b, branches, 3);
  }
  mlir::Value siblings(mlir::Value x) {
    bool bias = below(2), normal = below(2), active = below(2);
    int64_t filters = channels();
    mlir::Value sum;
    for (int64_t i = 0, n = below(2) + 2; i < n; ++i) {
      int64_t width = channels();
      mlir::Value y = conv(x, {1, 2, depth(x), width}, 1, same, 1);
      if (bias)
        y = ir::AddOp::create(b, y, variable({width}, "weight"));
      if (normal)
        y = norm(y);
      if (active)
        y = ir::ReluOp::create(b, y);
      y = below(3) ? convolution(y, 2, 1, 1, filters, same) : pointwise(pool(y), filters);
      sum = sum ? mlir::Value(ir::AddOp::create(b, sum, y)) : y;
    }
    return sum;
  }

  mlir::ImplicitLocOpBuilder &b;
  mlir::ModuleOp module;
  mlir::func::FuncOp function;
  std::mt19937 &random;
  unsigned variables = 0;
};

/// A module with @predict; the seed decides everything. Every fourth image has sides of any size.
inline mlir::OwningOpRef<mlir::ModuleOp> randomImages(mlir::MLIRContext &context, unsigned seed) {
  std::mt19937 random(seed);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  mlir::ImplicitLocOpBuilder b(mlir::NameLoc::get(mlir::StringAttr::get(&context, "layer")), &context);
  b.setInsertionPointToEnd(module->getBody());
  int64_t any = mlir::ShapedType::kDynamic, sides = seed % 4 == 0 ? any : static_cast<int64_t>(4 + random() % 5);
  int64_t width = seed % 4 == 0 ? any : static_cast<int64_t>(4 + random() % 5);
  auto input = mlir::RankedTensorType::get({any, sides, width, static_cast<int64_t>(1 + random() % 4)}, b.getF32Type());
  auto function = mlir::func::FuncOp::create(b, "predict", b.getFunctionType({input}, {}));
  function.setArgAttr(0, "tenon.name", b.getStringAttr("image"));
  b.setInsertionPointToStart(function.addEntryBlock());
  ImageGraph graph(b, *module, function, random);
  mlir::Value x = function.getArgument(0);
  for (unsigned i = 0; i < 2 + seed % 4; ++i)
    x = graph.block(x);
  llvm::SmallVector<mlir::Value> results = {graph.dense(x), x};
  b.setInsertionPointToEnd(&function.getBody().front());
  mlir::func::ReturnOp::create(b, results);
  function.setFunctionType(b.getFunctionType({input}, mlir::TypeRange(mlir::ValueRange(results))));
  return module;
}

/// The shapes up to 12 by 12 of @predict's type that its entry checks take; none where the function can never run.
inline std::vector<llvm::SmallVector<int64_t>> imageShapes(mlir::func::FuncOp function, int64_t batch) {
  std::vector<llvm::SmallVector<int64_t>> taken;
  auto shapes = ir::SymbolicShapes::analyze(function);
  if (mlir::failed(shapes))
    return taken;
  auto type = mlir::cast<mlir::RankedTensorType>(function.getArgumentTypes()[0]);
  auto sizes = [&](int64_t axis) {
    return type.isDynamicDim(axis) ? llvm::to_vector(llvm::seq_inclusive<int64_t>(1, 12)) : llvm::SmallVector<int64_t>{type.getDimSize(axis)};
  };
  for (int64_t height : sizes(1))
    for (int64_t width : sizes(2)) {
      llvm::SmallVector<int64_t> shape = {batch, height, width, type.getShape().back()}, symbols;
      for (const std::string &name : shapes->symbols())
        symbols.push_back(shape[name == "batch" ? 0 : name.back() - '0']); // image_d1, image_d2
      if (llvm::all_of(shapes->checks(), [&](const ir::ShapeCheck &check) {
            int64_t value = ir::evaluate(check.value, symbols);
            return check.kind == ir::ShapeCheck::Equal ? value == 0 : value >= 0;
          }))
        taken.push_back(shape);
    }
  return taken;
}

} // namespace tenon::tests
