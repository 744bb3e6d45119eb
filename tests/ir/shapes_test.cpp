// SPDX-License-Identifier: Apache-2.0
// Shapes as expressions over a function's symbols, and the entry checks they lead to.
#include "OpCases.h"
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include "mlir/Parser/Parser.h"
#include <gmock/gmock.h>

using namespace mlir;
using namespace tenon::ir;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {
class Shapes : public testing::Test {
protected:
  func::FuncOp parse(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, context.get());
    EXPECT_TRUE(module) << text;
    return module->lookupSymbol<func::FuncOp>("f");
  }
  // The shape of the first returned value.
  std::string shape(func::FuncOp function, const SymbolicShapes &shapes) {
    return printShape(shapes[function.getBody().front().getTerminator()->getOperand(0)],
                      std::vector<std::string>(shapes.symbols()));
  }
  std::unique_ptr<MLIRContext> context = tenon::tests::makeContext();
  OwningOpRef<ModuleOp> module;
};

TEST_F(Shapes, AreExpressionsOverTheInputs) {
  auto function = parse(
      R"(func.func @f(%x: tensor<?x?x8x1xf32> {tenon.name = "image"}, %k: tensor<3x3x1x4xf32>) -> tensor<?x?xf32> {
    %0 = tenon.conv %x, %k {strides = array<i64: 2, 1>, padding = array<i64: -1, -1, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x8x1xf32>, tensor<3x3x1x4xf32>
    %1 = tenon.reshape %0 {shape = array<i64: 0, -1>} : tensor<?x?x6x4xf32>
    return %1 : tensor<?x?xf32>
  })");
  auto shapes = SymbolicShapes::analyze(function);
  ASSERT_TRUE(succeeded(shapes));
  EXPECT_THAT(shapes->symbols(), ElementsAre("batch", "image_d1"));
  EXPECT_EQ(shape(function, *shapes), "(batch, (image_d1 + 1) / 2 * 24)");
}

TEST_F(Shapes, ReshapesBackAreExact) {
  auto function = parse(R"(func.func @f(%x: tensor<?x8x8x4xf32>) -> tensor<?x8x8x4xf32> {
    %0 = tenon.reshape %x {shape = array<i64: 0, -1>} : tensor<?x8x8x4xf32>
    %1 = tenon.reshape_like %0 like %x : tensor<?x256xf32> like tensor<?x8x8x4xf32>
    %2 = tenon.reshape %1 {shape = array<i64: -1, 256>} : tensor<?x8x8x4xf32>
    %3 = tenon.reshape %2 {shape = array<i64: -1, 8, 8, 4>} : tensor<?x256xf32>
    return %3 : tensor<?x8x8x4xf32>
  })");
  auto shapes = SymbolicShapes::analyze(function);
  ASSERT_TRUE(succeeded(shapes));
  EXPECT_EQ(shape(function, *shapes), "(batch, 8, 8, 4)");
  EXPECT_THAT(shapes->checks(), IsEmpty());
}

TEST_F(Shapes, UnequalSymbolsBecomeOneCheck) {
  auto function = parse(
      R"(func.func @f(%x: tensor<?x?x3xf32> {tenon.name = "x"}, %y: tensor<?x?x3xf32> {tenon.name = "y"}) -> tensor<?x?x3xf32> {
    %0 = tenon.add %x, %y : tensor<?x?x3xf32>, tensor<?x?x3xf32> loc("sum")
    %1 = tenon.multiply %0, %y : tensor<?x?x3xf32>, tensor<?x?x3xf32> loc("product")
    return %1 : tensor<?x?x3xf32>
  })");
  auto shapes = SymbolicShapes::analyze(function);
  ASSERT_TRUE(succeeded(shapes));
  ASSERT_EQ(shapes->checks().size(), 1u);
  const ShapeCheck &check = shapes->checks()[0];
  EXPECT_EQ(check.kind, ShapeCheck::Equal);
  EXPECT_EQ(check.message, "sum: shapes (?, ?, 3) and (?, ?, 3) do not broadcast: dimensions must be equal or 1");
  EXPECT_EQ(evaluate(check.value, {4, 7, 7}), 0);
  EXPECT_NE(evaluate(check.value, {4, 7, 6}), 0);
}

TEST_F(Shapes, WindowsThatMightNotFitAreChecked) {
  auto function = parse(R"(func.func @f(%x: tensor<?x?x1xf32> {tenon.name = "x"}) -> tensor<?x?x1xf32> {
    %0 = tenon.max_pool %x {window = array<i64: 5>, strides = array<i64: 2>, padding = array<i64: 0, 0>} : tensor<?x?x1xf32> loc("pool")
    return %0 : tensor<?x?x1xf32>
  })");
  auto shapes = SymbolicShapes::analyze(function);
  ASSERT_TRUE(succeeded(shapes));
  ASSERT_EQ(shapes->checks().size(), 1u);
  EXPECT_EQ(shapes->checks()[0].message, "pool: the output size would be zero or negative: a window of 5 does not fit "
                                         "into an input of size ? (padding included)");
  EXPECT_LT(evaluate(shapes->checks()[0].value, {1, 4}), 0);
  EXPECT_GE(evaluate(shapes->checks()[0].value, {1, 5}), 0);
  EXPECT_EQ(shape(function, *shapes), "(batch, (x_d1 - 5) / 2 + 1, 1)");
}

TEST_F(Shapes, KernelsPassShapesThrough) {
  auto function = parse(R"(func.func @f(%x: tensor<?x6xf32>) -> tensor<?xf32> {
    %0 = tenon.kernel "sum"(%x) : (tensor<?x6xf32>) -> tensor<?xf32> {
    ^bb0(%in: tensor<?x6xf32>):
      %1 = tenon.reduce_sum %in {axes = array<i64: 1>, keepdims = false} : tensor<?x6xf32>
      tenon.yield %1 : tensor<?xf32>
    }
    return %0 : tensor<?xf32>
  })");
  auto shapes = SymbolicShapes::analyze(function);
  ASSERT_TRUE(succeeded(shapes));
  EXPECT_EQ(shape(function, *shapes), "(batch,)");
  EXPECT_EQ(printExpr(shapes->elements(function.getArgument(0)), std::vector<std::string>{"n"}), "n * 6");
}

TEST_F(Shapes, ExpressionsRoundDown) {
  AffineExpr n = getAffineSymbolExpr(0, context.get());
  for (int64_t value : {-7, -6, -1, 0, 1, 6, 7}) {
    EXPECT_EQ(evaluate(n.floorDiv(3), {value}), static_cast<int64_t>(std::floor(value / 3.0)));
    EXPECT_EQ(evaluate(n.ceilDiv(3), {value}), static_cast<int64_t>(std::ceil(value / 3.0)));
    EXPECT_EQ(evaluate(n % 3, {value}), value - 3 * static_cast<int64_t>(std::floor(value / 3.0)));
  }
}

TEST_F(Shapes, LayerNamesComeFromLocations) {
  Builder b(context.get());
  Location named = NameLoc::get(b.getStringAttr("dense"));
  EXPECT_EQ(layerName(named), "dense");
  EXPECT_EQ(layerName(b.getFusedLoc({b.getUnknownLoc(), named})), "dense");
  EXPECT_EQ(layerName(CallSiteLoc::get(named, b.getUnknownLoc())), "dense");
  EXPECT_EQ(layerName(b.getUnknownLoc()), "op");
}
} // namespace
