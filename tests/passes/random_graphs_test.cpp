// SPDX-License-Identifier: Apache-2.0
// Fusion on random graphs: whatever is fused, the kernels come in an order that works and mean the same.
#include "ir/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Verifier.h"
#include "tests/passes/Helpers.h"
#include "tests/passes/KernelContract.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
class RandomGraphs : public testing::TestWithParam<unsigned> {};

/// Ops on values of (batch, 3), (3,), (batch, 1) and scalars, each drawn with random operands among those made before.
class Graph {
public:
  Graph(ImplicitLocOpBuilder &b, ValueRange arguments, std::mt19937 &random) : b(b), random(random) {
    for (Value argument : arguments)
      keep(argument);
  }

  void step() {
    Value x = pick(full), y = pick(full);
    switch (random() % 12) {
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
    default: {
      bool transpose = random() % 2;
      Value weights = ir::MatmulOp::create(b, x, y, b.getBoolAttr(true), b.getBoolAttr(false)); // (3, 3)
      auto third = ir::ConstantOp::create(b, DenseElementsAttr::get(RankedTensorType::get({}, b.getF32Type()), 0.01f));
      return keep(ir::MatmulOp::create(b, pick(full), ir::MultiplyOp::create(b, weights, third), b.getBoolAttr(false),
                                       b.getBoolAttr(transpose)));
    }
    }
  }

  /// A few values of every kind, so that some are used outside and some are not.
  SmallVector<Value> results() {
    SmallVector<Value> chosen;
    for (auto *values : {&full, &vectors, &rows, &scalars})
      chosen.append({pick(*values), values->back()});
    return chosen;
  }

private:
  Value sum(Value x, ArrayRef<int64_t> axes, bool keepdims) {
    return ir::ReduceSumOp::create(b, x, b.getDenseI64ArrayAttr(axes), b.getBoolAttr(keepdims));
  }
  Value pick(const std::vector<Value> &values) { return values[random() % values.size()]; }
  void keep(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    (type.getRank() == 0       ? scalars
     : type.getRank() == 1     ? vectors
     : type.getDimSize(1) == 1 ? rows
                               : full)
        .push_back(value);
  }

  ImplicitLocOpBuilder &b;
  std::mt19937 &random;
  std::vector<Value> full, vectors, rows, scalars;
};
} // namespace

TEST_P(RandomGraphs, MeanTheSameInKernels) {
  PassTest test(GetParam());
  auto make = [&] {
    std::mt19937 random(GetParam());
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&test.context));
    ImplicitLocOpBuilder b(module->getLoc(), &test.context);
    b.setInsertionPointToEnd(module->getBody());
    auto type = [&](ArrayRef<int64_t> shape) { return RankedTensorType::get(shape, b.getF32Type()); };
    int64_t any = ShapedType::kDynamic;
    auto function = func::FuncOp::create(
        b, "f", b.getFunctionType({type({any, 3}), type({any, 3}), type({3}), type({any, 1}), type({})}, {}));
    b.setInsertionPointToStart(function.addEntryBlock());
    Graph graph(b, function.getArguments(), random);
    for (unsigned i = 0; i < 10 + GetParam() % 40; ++i)
      graph.step();
    SmallVector<Value> results = graph.results();
    func::ReturnOp::create(b, results);
    function.setFunctionType(b.getFunctionType(function.getArgumentTypes(), TypeRange(ValueRange(results))));
    EXPECT_TRUE(succeeded(verify(*module))) << test.diagnostics();
    return module;
  };
  OwningOpRef<ModuleOp> before = make(), after = make();
  ASSERT_TRUE(test.run(*after, "func.func(fold-broadcasts),cse,func.func(form-kernels)")) << test.diagnostics();
  expectKernelContract(*after);
  for (int64_t batch : {1, 4}) {
    auto inputs = test.randomInputs(*before, "f", batch);
    ir::VariableState none;
    auto expected = test.call(*before, "f", inputs, none), actual = test.call(*after, "f", inputs, none);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); ++i)
      expectNear(expected[i], actual[i], 1e-12, "result " + std::to_string(i));
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomGraphs, testing::Range(0u, 200u));
