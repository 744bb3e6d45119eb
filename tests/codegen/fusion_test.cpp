// SPDX-License-Identifier: Apache-2.0
// Fused kernels, compiled: random graphs, and reductions of broadcast products over every run of axes.
#include "../ir/OpCases.h"
#include "../passes/RandomGraph.h"
#include "CompiledModule.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

static ir::Literal draw(MLIRContext &context, ArrayRef<int64_t> shape, std::mt19937 &random) {
  ir::Literal literal(Float32Type::get(&context), shape);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (double &value : literal.values())
    value = uniform(random);
  return literal;
}

class CompiledGraph : public testing::TestWithParam<std::tuple<unsigned, const char *>> {};

TEST_P(CompiledGraph, equalsTheInterpreter) {
  auto [seed, target] = GetParam();
  int64_t width = std::array<int64_t, 4>{3, 16, 21, 40}[seed % 4];
  auto context = makeContext();
  OwningOpRef<ModuleOp> module = randomGraph(*context, seed, width);
  CompiledModule compiled(*module, target);
  ASSERT_TRUE(compiled);
  std::mt19937 random(seed);
  for (int64_t batch : {1, 11}) {
    SmallVector<ir::Literal> inputs = {draw(*context, {batch, width}, random), draw(*context, {batch, width}, random),
                                       draw(*context, {width}, random), draw(*context, {batch, 1}, random),
                                       draw(*context, {}, random)};
    ir::VariableState state;
    auto expected = ir::interpret(*module, "f", inputs, state);
    ASSERT_TRUE(succeeded(expected));
    auto actual = compiled.call("f", inputs);
    for (size_t i = 0; i < actual.size(); ++i) {
      bool tame = llvm::all_of((*expected)[i].values(), [](double v) { return std::abs(v) < 1e6; });
      if (!tame) // errors of long chains that blow up say nothing
        continue;
      EXPECT_EQ(compare(actual[i], (*expected)[i], 1e-4, 1), "") << "result " << i << " at batch " << batch;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(seeds, CompiledGraph,
                         testing::Combine(testing::Range(0u, 60u), testing::Values("host", "x86-64-v2")));

struct Product {
  const char *x, *y, *sum; // types and axes
  SmallVector<int64_t> shapeX, shapeY;
};

TEST(FusedReductions, vectorsStayWithinTheirLine) {
  const Product products[] = {
      {"?x3x5", "5", "0", {9, 3, 5}, {5}},           {"?x3x5", "3x1", "0", {9, 3, 5}, {3, 1}},
      {"?x3x16", "16", "0", {9, 3, 16}, {16}},       {"?x4x7x6", "7x1", "0", {9, 4, 7, 6}, {7, 1}},
      {"?x4x7x6", "6", "0, 1", {9, 4, 7, 6}, {6}},   {"?x4x7x6", "?x1x7x1", "1", {9, 4, 7, 6}, {9, 1, 7, 1}},
      {"?x4x7x6", "7x1", "1, 2", {9, 4, 7, 6}, {7, 1}}, {"?x4x7x21", "4x1x1", "0, 1, 2", {9, 4, 7, 21}, {4, 1, 1}},
      {"?x4x33", "4x1", "2", {9, 4, 33}, {4, 1}},    {"?x4x33", "33", "1", {9, 4, 33}, {33}},
      {"?x4x3", "4x1", "0, 1, 2", {9, 4, 3}, {4, 1}}};
  for (const Product &p : products)
    for (const char *target : {"host", "x86-64-v3", "x86-64-v2"}) {
      auto context = makeContext();
      std::string x = std::string("tensor<") + p.x + "xf32>", y = std::string("tensor<") + p.y + "xf32>";
      std::string result;
      for (size_t axis = 0; axis < p.shapeX.size(); ++axis)
        if (!StringRef(p.sum).contains(std::to_string(axis)))
          result += (axis == 0 ? "?" : std::to_string(p.shapeX[axis])) + "x";
      std::string text = "func.func @f(%x: " + x + " {tenon.name = \"x\"}, %y: " + y + " {tenon.name = \"y\"}) -> tensor<" + result +
                         "f32> {\n  %p = tenon.multiply %x, %y : " + x + ", " + y +
                         "\n  %s = tenon.reduce_sum %p {axes = array<i64: " + p.sum + ">, keepdims = false} : " + x +
                         "\n  return %s : tensor<" + result + "f32>\n}\n";
      OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(context.get()));
      ASSERT_TRUE(module) << text;
      CompiledModule compiled(*module, target);
      ASSERT_TRUE(compiled);
      std::mt19937 random(2);
      SmallVector<ir::Literal> inputs = {draw(*context, p.shapeX, random), draw(*context, p.shapeY, random)};
      ir::VariableState state;
      auto expected = ir::interpret(*module, "f", inputs, state);
      ASSERT_TRUE(succeeded(expected));
      EXPECT_EQ(compare(compiled.call("f", inputs)[0], (*expected)[0], 1e-5, 3), "") << p.x << " * " << p.y << " over " << p.sum << " on " << target;
    }
}

} // namespace tenon::tests
