// SPDX-License-Identifier: Apache-2.0
// Random elementwise, reduction and matrix graphs: what fusion meets, and more.
#pragma once
#include "ir/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OwningOpRef.h"
#include <random>

namespace tenon::tests {

/// Ops on values of (batch, n), (n,), (batch, 1) and scalars, each drawn with random operands among those made before.
class Graph {
public:
  Graph(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange arguments, std::mt19937 &random) : b(b), random(random) {
    for (mlir::Value argument : arguments)
      keep(argument);
  }

  void step() {
    mlir::Value x = pick(full), y = pick(full);
    switch (random() % 15) {
    case 0:
      return keep(ir::TanhOp::create(b, x));
    case 1:
      return keep(ir::ReluOp::create(b, x));
    case 2:
      return keep(ir::AddOp::create(b, x, y));
    case 3:
      return keep(ir::MultiplyOp::create(b, x, pick(vectors)));
    case 4:
      return keep(ir::SubtractOp::create(b, pick(rows), x));
    case 5:
      return keep(ir::SelectOp::create(b, ir::GreaterOp::create(b, x, pick(scalars)), y, pick(scalars)));
    case 6:
      return keep(sum(x, {0}, false));
    case 7:
      return keep(sum(x, {1}, true));
    case 8:
      return keep(
          ir::DivideOp::create(b, sum(x, {0, 1}, false), ir::CountOp::create(b, y, b.getDenseI64ArrayAttr({0, 1}))));
    case 9:
      return keep(ir::SoftmaxOp::create(b, x));
    case 10:
      return keep(ir::BroadcastLikeOp::create(b, pick(vectors), b.getDenseI64ArrayAttr({0}), x));
    case 11: { // columns of values side by side
      mlir::Value wide = ir::ConcatOp::create(b, mlir::ValueRange{x, ir::TanhOp::create(b, y)}, 1);
      int64_t n = mlir::cast<mlir::RankedTensorType>(x.getType()).getDimSize(1);
      return keep(ir::SliceOp::create(b, wide, 1, random() % (n + 1), n));
    }
    case 12: { // gates: all from one map, read back by another
      mlir::Value gates = ir::ConcatOp::create(
          b, mlir::ValueRange{ir::SigmoidOp::create(b, x), ir::ReluOp::create(b, y), ir::MultiplyOp::create(b, x, y)}, 1);
      int64_t n = mlir::cast<mlir::RankedTensorType>(x.getType()).getDimSize(1);
      mlir::Value sum = ir::AddOp::create(b, ir::SliceOp::create(b, gates, 1, 2 * n, n), ir::SliceOp::create(b, gates, 1, 0, n));
      keep(ir::SliceOp::create(b, gates, 1, 1, 1)); // a column
      return keep(ir::MultiplyOp::create(b, sum, ir::SliceOp::create(b, pick(vectors), 0, 0, n)));
    }
    case 13: {
      auto word = [&](int64_t value) -> mlir::Value {
        auto type = mlir::RankedTensorType::get({}, b.getI64Type());
        return ir::ConstantOp::create(b, mlir::DenseElementsAttr::get(type, b.getI64IntegerAttr(value).getValue()));
      };
      mlir::Value seed = word(static_cast<int64_t>(random())), step = word(static_cast<int64_t>(random() % 9));
      return keep(ir::DropoutOp::create(b, x, seed, step, b.getF64FloatAttr(0.3), b.getI64IntegerAttr(random() % 3)));
    }
    default: {
      bool transpose = random() % 2;
      mlir::Value weights = ir::MatmulOp::create(b, x, y, b.getBoolAttr(true), b.getBoolAttr(false)); // (n, n)
      auto third = ir::ConstantOp::create(b, mlir::DenseElementsAttr::get(mlir::RankedTensorType::get({}, b.getF32Type()), 0.01f));
      return keep(ir::MatmulOp::create(b, pick(full), ir::MultiplyOp::create(b, weights, third), b.getBoolAttr(false),
                                       b.getBoolAttr(transpose)));
    }
    }
  }

  /// A few values of every kind, so that some are used outside and some are not.
  mlir::SmallVector<mlir::Value> results() {
    mlir::SmallVector<mlir::Value> chosen;
    for (auto *values : {&full, &vectors, &rows, &scalars})
      chosen.append({pick(*values), values->back()});
    return chosen;
  }

private:
  mlir::Value sum(mlir::Value x, mlir::ArrayRef<int64_t> axes, bool keepdims) {
    return ir::ReduceSumOp::create(b, x, b.getDenseI64ArrayAttr(axes), b.getBoolAttr(keepdims));
  }
  mlir::Value pick(const std::vector<mlir::Value> &values) { return values[random() % values.size()]; }
  void keep(mlir::Value value) {
    auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
    (type.getRank() == 0       ? scalars
     : type.getRank() == 1     ? vectors
     : type.getDimSize(1) == 1 ? rows
                               : full)
        .push_back(value);
  }

  mlir::ImplicitLocOpBuilder &b;
  std::mt19937 &random;
  std::vector<mlir::Value> full, vectors, rows, scalars;
};

/// A module with @f of (batch, width) x2, (width,), (batch, 1) and a scalar; the seed decides everything.
inline mlir::OwningOpRef<mlir::ModuleOp> randomGraph(mlir::MLIRContext &context, unsigned seed, int64_t width) {
  std::mt19937 random(seed);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  mlir::ImplicitLocOpBuilder b(module->getLoc(), &context);
  b.setInsertionPointToEnd(module->getBody());
  auto type = [&](llvm::ArrayRef<int64_t> shape) { return mlir::RankedTensorType::get(shape, b.getF32Type()); };
  int64_t any = mlir::ShapedType::kDynamic;
  auto function = mlir::func::FuncOp::create(
      b, "f", b.getFunctionType({type({any, width}), type({any, width}), type({width}), type({any, 1}), type({})}, {}));
  b.setInsertionPointToStart(function.addEntryBlock());
  Graph graph(b, function.getArguments(), random);
  for (unsigned i = 0; i < 10 + seed % 40; ++i)
    graph.step();
  llvm::SmallVector<mlir::Value> results = graph.results();
  mlir::func::ReturnOp::create(b, results);
  function.setFunctionType(b.getFunctionType(function.getArgumentTypes(), mlir::TypeRange(mlir::ValueRange(results))));
  return module;
}

} // namespace tenon::tests
