// SPDX-License-Identifier: Apache-2.0
// Functions, variables and kernels in the interpreter, and what it says when they do not fit.
#include "OpCases.h"
#include "ir/Interpreter.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include <gmock/gmock.h>

using namespace mlir;
using namespace tenon::ir;
using testing::ElementsAre;

namespace {
class InterpreterTest : public testing::Test {
protected:
  ModuleOp parse(const char *text) {
    module = parseSourceString<ModuleOp>(text, context.get());
    EXPECT_TRUE(module);
    return *module;
  }
  Literal floats(ArrayRef<int64_t> shape, std::vector<double> values) {
    return Literal(Float32Type::get(context.get()), shape, std::move(values));
  }
  std::string error(StringRef function, ArrayRef<Literal> inputs, VariableState state) {
    std::string message;
    ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) { message += diagnostic.str(); });
    EXPECT_TRUE(failed(interpret(*module, function, inputs, state)));
    return message;
  }
  std::unique_ptr<MLIRContext> context = tenon::tests::makeContext();
  OwningOpRef<ModuleOp> module;
};

constexpr const char *counter = R"(
  tenon.variable @count : tensor<f32> "metric" = dense<2.0> : tensor<f32>
  tenon.variable @kernel : tensor<2x2xf32> "weight" trainable
  func.func @step(%x: tensor<?x2xf32>) -> (tensor<f32>, tensor<f32>) {
    %one = tenon.constant dense<1.0> : tensor<f32>
    %before = tenon.read @count : tensor<f32>
    %next = tenon.add %before, %one : tensor<f32>, tensor<f32>
    tenon.assign @count, %next : tensor<f32>
    %after = tenon.read @count : tensor<f32>
    return %before, %after : tensor<f32>, tensor<f32>
  })";

TEST_F(InterpreterTest, InitialStateIsGivenOrZero) {
  VariableState state = initialState(parse(counter));
  EXPECT_EQ(state.size(), 2u);
  EXPECT_THAT(state["count"].values(), ElementsAre(2));
  EXPECT_THAT(state["kernel"].values(), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(state["kernel"].shape(), ElementsAre(2, 2));
}

TEST_F(InterpreterTest, ReadsSeeTheStateAtEntry) {
  VariableState state = initialState(parse(counter));
  for (double expected : {2, 3}) {
    auto results = interpret(*module, "step", {floats({1, 2}, {0, 0})}, state);
    ASSERT_TRUE(succeeded(results));
    EXPECT_EQ((*results)[0][0], expected);
    EXPECT_EQ((*results)[1][0], expected);
    EXPECT_EQ(state["count"][0], expected + 1);
  }
}

TEST_F(InterpreterTest, RunsKernels) {
  parse(R"(
    func.func @f(%x: tensor<?x2xf32>, %w: tensor<2x1xf32>, %b: tensor<1xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
      %p = tenon.kernel "pack"(%w) : (tensor<2x1xf32>) -> tensor<2x1xf32, #tenon.packed<panel = 8, backward = false>> {
      ^bb0(%w0: tensor<2x1xf32>):
        %0 = tenon.pack %w0 as <panel = 8, backward = false> : tensor<2x1xf32>
        tenon.yield %0 : tensor<2x1xf32, #tenon.packed<panel = 8, backward = false>>
      }
      %y:2 = tenon.kernel "dense"(%x, %p, %b) schedule <"gemm", tile = 6 by 8> : (tensor<?x2xf32>, tensor<2x1xf32, #tenon.packed<panel = 8, backward = false>>, tensor<1xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
      ^bb0(%in: tensor<?x2xf32>, %packed: tensor<2x1xf32, #tenon.packed<panel = 8, backward = false>>, %bias: tensor<1xf32>):
        %0 = tenon.matmul %in, %packed {transpose_lhs = false, transpose_rhs = false} : tensor<?x2xf32>, tensor<2x1xf32, #tenon.packed<panel = 8, backward = false>>
        %1 = tenon.add %0, %bias : tensor<?x1xf32>, tensor<1xf32>
        %2 = tenon.relu %1 : tensor<?x1xf32>
        tenon.yield %1, %2 : tensor<?x1xf32>, tensor<?x1xf32>
      }
      return %y#0, %y#1 : tensor<?x1xf32>, tensor<?x1xf32>
    })");
  VariableState state;
  auto results =
      interpret(*module, "f", {floats({2, 2}, {1, 2, 3, 4}), floats({2, 1}, {1, -1}), floats({1}, {0.5})}, state);
  ASSERT_TRUE(succeeded(results));
  EXPECT_THAT((*results)[0].values(), ElementsAre(-0.5, -0.5));
  EXPECT_THAT((*results)[1].values(), ElementsAre(0, 0));
}

TEST_F(InterpreterTest, SaysWhatDoesNotFit) {
  VariableState state = initialState(parse(counter));
  EXPECT_EQ(error("gone", {}, state), "no function @gone to interpret");
  EXPECT_EQ(error("step", {}, state), "'func.func' op expected 1 inputs, got 0");
  EXPECT_EQ(error("step", {floats({1, 3}, {0, 0, 0})}, state),
            "'func.func' op expected input 0 to be a 'tensor<?x2xf32>', got (1, 3) of 'f32'");
  EXPECT_EQ(error("step", {floats({1, 2}, {0, 0})}, {}), "'tenon.read' op variable @count has no value");
  state["count"] = floats({2}, {1, 2});
  EXPECT_EQ(error("step", {floats({1, 2}, {0, 0})}, state),
            "'tenon.read' op variable @count is expected to be a 'tensor<f32>', got (2) of 'f32'");
}

// What the verifier cannot know of dynamic dimensions is checked with the sizes at hand.
TEST_F(InterpreterTest, ChecksDynamicDimensions) {
  parse(R"(
    func.func @add(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
      %0 = tenon.add %x, %y : tensor<?xf32>, tensor<?xf32>
      return %0 : tensor<?xf32>
    }
    func.func @matmul(%x: tensor<?x?xf32>, %y: tensor<3x2xf32>) -> tensor<?x2xf32> {
      %0 = tenon.matmul %x, %y {transpose_lhs = false, transpose_rhs = false} : tensor<?x?xf32>, tensor<3x2xf32>
      return %0 : tensor<?x2xf32>
    }
    func.func @reshape(%x: tensor<?xf32>) -> tensor<?x2xf32> {
      %0 = tenon.reshape %x {shape = array<i64: -1, 2>} : tensor<?xf32>
      return %0 : tensor<?x2xf32>
    })");
  Literal two = floats({2}, {0, 0}), three = floats({3}, {0, 0, 0});
  EXPECT_EQ(error("add", {two, three}, {}),
            "shapes (2,) and (3,) do not broadcast: dimensions must be equal or 1, got 2 and 3");
  EXPECT_EQ(error("matmul", {floats({1, 2}, {0, 0}), floats({3, 2}, {0, 0, 0, 0, 0, 0})}, {}),
            "the contracted dimensions must be equal, got 2 and 3");
  EXPECT_EQ(error("reshape", {three}, {}),
            "cannot reshape (3,) to (1, 2): the number of elements must stay, got 3 and 2");
}

TEST_F(InterpreterTest, RunsNothingForeign) {
  parse("func.func @f() {\n  func.call @f() : () -> ()\n  return\n}");
  EXPECT_EQ(error("f", {}, {}), "'func.call' op is nothing the interpreter can run");
  parse("func.func @f() {\n  %0 = tenon.constant dense_resource<gone> : tensor<2xf32>\n  return\n}");
  EXPECT_EQ(error("f", {}, {}), "'tenon.constant' op has a value the interpreter cannot read");
}

TEST_F(InterpreterTest, AFailedCallAssignsNothing) {
  parse(R"(
    tenon.variable @n : tensor<i64> "hyper"
    func.func @f(%x: tensor<i64>) -> tensor<i64> {
      tenon.assign @n, %x : tensor<i64>
      %0 = tenon.read @n : tensor<i64>
      %1 = tenon.divide %x, %0 : tensor<i64>, tensor<i64>
      return %1 : tensor<i64>
    })");
  VariableState state = initialState(*module);
  Literal five = Literal::scalar(IntegerType::get(context.get(), 64), 5);
  std::string message;
  {
    ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
    EXPECT_TRUE(failed(interpret(*module, "f", {five}, state)));
  }
  EXPECT_EQ(message, "'tenon.divide' op cannot be evaluated for these operands");
  EXPECT_EQ(state["n"][0], 0);
}

TEST_F(InterpreterTest, LiteralsGoToAttributesAndBack) {
  Builder b(context.get());
  for (Type type :
       {Type(b.getF32Type()), Type(b.getF64Type()), Type(b.getI32Type()), Type(b.getI64Type()), Type(b.getI8Type())}) {
    Literal literal(type, {2, 2}, {1, -2, 3, 100});
    auto back = Literal::fromAttribute(literal.toAttribute());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->values(), literal.values());
    EXPECT_EQ(back->shape(), literal.shape());
    EXPECT_EQ(back->elementType(), type);
  }
  EXPECT_EQ(floats({1}, {0.1}).rounded()[0], static_cast<double>(0.1f));
  EXPECT_EQ(Literal(b.getF64Type(), {1}, {0.1}).rounded()[0], 0.1);
  EXPECT_FALSE(Literal::fromAttribute(b.getUnitAttr()));
}
} // namespace
