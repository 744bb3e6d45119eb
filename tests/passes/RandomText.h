// SPDX-License-Identifier: Apache-2.0
// Random layers on an embedding: what folding it meets, and the windows its kernels must get right.
#pragma once
#include "ir/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OwningOpRef.h"
#include <random>

namespace tenon::tests {

/// A module with @predict and @loss (the sum of the squares of all that @predict gives) of indices (batch, time); the seed
/// decides everything. Every third text may have any length; `words` is the size of the vocabulary, 5 or more.
class RandomText {
public:
  RandomText(mlir::MLIRContext &context, unsigned seed) : random(seed), anyLength(seed % 3 == 0) {
    module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
    words = 5 + below(40);
    length = 8 + below(12);
    channels = 2 + below(23);
    variable("table", {words, channels});
    for (int64_t i = 0, n = below(3) + 1; i < n; ++i)
      layers.push_back(layer(i));
    takesPositions = !anyLength && below(3) == 0; // a slice along an unknown side has no gradient
    function("predict");
    function("loss");
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  int64_t words, length; // a length that every window fits into

private:
  struct Layer {
    std::string name;
    int64_t window, filters, stride = 1, dilation = 1;
    llvm::SmallVector<int64_t, 2> padding = {0, 0};
    bool isProduct, bias;
    int64_t activation;
  };

  int64_t below(int64_t n) { return static_cast<int64_t>(random() % n); }

  void variable(const std::string &name, llvm::ArrayRef<int64_t> shape) {
    mlir::ImplicitLocOpBuilder b(module->getLoc(), module->getContext());
    b.setInsertionPointToEnd(module->getBody());
    auto type = mlir::RankedTensorType::get(shape, b.getF32Type());
    ir::VariableOp::create(b, b.getStringAttr(name), nullptr, mlir::TypeAttr::get(type), b.getStringAttr("weight"),
                           below(4) ? b.getUnitAttr() : mlir::UnitAttr(), nullptr);
  }

  Layer layer(int64_t number) {
    const int64_t widths[] = {1, 3, 8, 16, 21, 33, 70, 150};
    Layer l;
    l.name = "layer" + std::to_string(number);
    l.isProduct = below(4) == 0;
    l.window = l.isProduct ? 1 : 1 + below(7);
    l.filters = widths[below(8)];
    (below(2) ? l.stride : l.dilation) = 1 + below(3); // Keras takes one of them
    if (int64_t span = l.dilation * (l.window - 1) + 1, kind = below(4); kind == 0 || span > length)
      l.padding = {-1, -1};
    else if (kind == 1)
      l.padding = {span - 1, 0};
    else if (kind == 2)
      l.padding = {below(span), below(span)};
    l.bias = below(2);
    l.activation = below(3);
    variable(l.name + "/kernel", l.isProduct ? llvm::SmallVector<int64_t>{channels, l.filters}
                                             : llvm::SmallVector<int64_t>{l.window, channels, l.filters});
    variable(l.name + "/bias", {l.filters});
    return l;
  }

  void function(llvm::StringRef name) {
    mlir::ImplicitLocOpBuilder b(mlir::NameLoc::get(mlir::StringAttr::get(module->getContext(), "layer")), module->getContext());
    b.setInsertionPointToEnd(module->getBody());
    int64_t any = mlir::ShapedType::kDynamic;
    auto type = mlir::RankedTensorType::get({any, anyLength ? any : length}, b.getI32Type());
    auto f = mlir::func::FuncOp::create(b, name, b.getFunctionType({type}, {}));
    f.setArgAttr(0, "tenon.name", b.getStringAttr("words"));
    b.setInsertionPointToStart(f.addEntryBlock());
    auto read = [&](const std::string &variable) {
      auto found = module->lookupSymbol<ir::VariableOp>(variable);
      return ir::ReadOp::create(b, found.getType(), variable).getResult();
    };
    mlir::Value rows = ir::GatherOp::create(b, read("table"), f.getArgument(0));
    llvm::SmallVector<mlir::Value> results;
    for (const Layer &l : layers) {
      mlir::Value kernel = read(l.name + "/kernel");
      mlir::Value y = l.isProduct ? ir::MatmulOp::create(b, rows, kernel, false, false).getResult()
                                  : ir::ConvOp::create(b, rows, kernel, llvm::ArrayRef<int64_t>{l.stride}, l.padding,
                                                       llvm::ArrayRef<int64_t>{l.dilation}, 1).getResult();
      if (l.bias)
        y = ir::AddOp::create(b, y, read(l.name + "/bias"));
      results.push_back(l.activation == 0   ? y
                        : l.activation == 1 ? mlir::Value(ir::ReluOp::create(b, y))
                                            : mlir::Value(ir::TanhOp::create(b, y)));
    }
    if (takesPositions)
      results.push_back(ir::SliceOp::create(b, rows, 1, 1, 2));
    if (name == "loss") {
      mlir::Value total;
      for (mlir::Value y : results) {
        mlir::Value squares = ir::MultiplyOp::create(b, y, y);
        mlir::Value sum = ir::ReduceSumOp::create(b, squares, b.getDenseI64ArrayAttr({0, 1, 2}), b.getBoolAttr(false));
        total = total ? mlir::Value(ir::AddOp::create(b, total, sum)) : sum;
      }
      results = {total};
    }
    mlir::func::ReturnOp::create(b, results);
    f.setFunctionType(b.getFunctionType({type}, mlir::TypeRange(mlir::ValueRange(results))));
  }

  std::mt19937 random;
  bool anyLength, takesPositions;
  int64_t channels;
  std::vector<Layer> layers;
};

} // namespace tenon::tests
