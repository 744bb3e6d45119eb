// SPDX-License-Identifier: Apache-2.0
// Slices and concatenations along the last axis: no copies where the kernels around them can do without, and the right
// values in any case.
#include "../ir/OpCases.h"
#include "CompiledModule.h"
#include "ir/Dialect.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {
namespace {
struct Columns {
  const char *name, *text;
  int copies; // kernels of the family that copies
};
void PrintTo(const Columns &c, std::ostream *out) { *out << c.name; }

constexpr const char *direct = "{strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}";

const Columns cases[] = {
    {"branches", R"(
func.func @f(%x: tensor<?x5x6x6xf32> {tenon.name = "x"}, %k: tensor<3x3x6x10xf32>, %d: tensor<3x3x1x6xf32>, %p: tensor<1x1x29x4xf32>) -> tensor<?x5x6x4xf32> {
  %0 = tenon.conv %x, %k SAME : tensor<?x5x6x6xf32>, tensor<3x3x6x10xf32>
  %1 = tenon.relu %0 : tensor<?x5x6x10xf32>
  %2 = tenon.conv %x, %d {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 6 : i64} : tensor<?x5x6x6xf32>, tensor<3x3x1x6xf32>
  %3 = tenon.max_pool %x {window = array<i64: 3, 3>, strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>} : tensor<?x5x6x6xf32>
  %4 = tenon.exp %x : tensor<?x5x6x6xf32>
  %5 = tenon.slice %4 {axis = 3 : i64, start = 2 : i64, size = 1 : i64} : tensor<?x5x6x6xf32>
  %6 = tenon.tanh %5 : tensor<?x5x6x1xf32>
  %7 = tenon.concat %1, %2, %3, %4, %6 {axis = 3 : i64} : tensor<?x5x6x10xf32>, tensor<?x5x6x6xf32>, tensor<?x5x6x6xf32>, tensor<?x5x6x6xf32>, tensor<?x5x6x1xf32>
  %8 = tenon.conv %7, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x5x6x29xf32>, tensor<1x1x29x4xf32>
  return %8 : tensor<?x5x6x4xf32>
})", 0},
    {"nested", R"(
func.func @f(%x: tensor<?x6xf32> {tenon.name = "x"}, %k: tensor<6x5xf32>, %y: tensor<?x3xf32> {tenon.name = "y"}) -> (tensor<?x19xf32>, tensor<?xf32>) {
  %0 = tenon.matmul %x, %k {transpose_lhs = false, transpose_rhs = false} : tensor<?x6xf32>, tensor<6x5xf32>
  %1 = tenon.relu %0 : tensor<?x5xf32>
  %2 = tenon.tanh %1 : tensor<?x5xf32>
  %3 = tenon.exp %x : tensor<?x6xf32>
  %4 = tenon.concat %1, %2 {axis = 1 : i64} : tensor<?x5xf32>, tensor<?x5xf32>
  %5 = tenon.concat %y, %4, %3 {axis = 1 : i64} : tensor<?x3xf32>, tensor<?x10xf32>, tensor<?x6xf32>
  %6 = tenon.reduce_sum %4 {axes = array<i64: 1>, keepdims = false} : tensor<?x10xf32>
  return %5, %6 : tensor<?x19xf32>, tensor<?xf32>
})", 1}, // the input %y
    {"slices", R"(
func.func @f(%x: tensor<?x5x6x12xf32> {tenon.name = "x"}, %k: tensor<3x3x5x7xf32>, %d: tensor<3x3x1x4xf32>) -> (tensor<?x5x6x7xf32>, tensor<?x2x3x4xf32>, tensor<7xf32>, tensor<3x3x5x7xf32>, tensor<3x3x1x4xf32>) {
  %z = tenon.tanh %x : tensor<?x5x6x12xf32>
  %a = tenon.slice %z {axis = 3 : i64, start = 1 : i64, size = 5 : i64} : tensor<?x5x6x12xf32>
  %b = tenon.slice %z {axis = 3 : i64, start = 4 : i64, size = 7 : i64} : tensor<?x5x6x12xf32>
  %c = tenon.slice %x {axis = 3 : i64, start = 8 : i64, size = 4 : i64} : tensor<?x5x6x12xf32>
  %0 = tenon.conv %a, %k SAME : tensor<?x5x6x5xf32>, tensor<3x3x5x7xf32>
  %1 = tenon.add %0, %b : tensor<?x5x6x7xf32>, tensor<?x5x6x7xf32>
  %2 = tenon.conv %c, %d {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 4 : i64} : tensor<?x5x6x4xf32>, tensor<3x3x1x4xf32>
  %3 = tenon.max_pool %2 {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>} : tensor<?x5x6x4xf32>
  %4 = tenon.reduce_sum %b {axes = array<i64: 0, 1, 2>, keepdims = false} : tensor<?x5x6x7xf32>
  %5 = tenon.conv_filter_grad %a, %b like %k SAME : tensor<?x5x6x5xf32>, tensor<?x5x6x7xf32> like tensor<3x3x5x7xf32>
  %6 = tenon.conv_filter_grad %c, %2 like %d {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 4 : i64} : tensor<?x5x6x4xf32>, tensor<?x5x6x4xf32> like tensor<3x3x1x4xf32>
  return %1, %3, %4, %5, %6 : tensor<?x5x6x7xf32>, tensor<?x2x3x4xf32>, tensor<7xf32>, tensor<3x3x5x7xf32>, tensor<3x3x1x4xf32>
})", 0},
    {"cell", R"(
func.func @f(%z: tensor<?x36xf32> {tenon.name = "z"}, %c: tensor<?x9xf32> {tenon.name = "c"}, %u: tensor<36x9xf32>) -> (tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>) {
  %i = tenon.slice %z {axis = 1 : i64, start = 0 : i64, size = 9 : i64} : tensor<?x36xf32>
  %f = tenon.slice %z {axis = 1 : i64, start = 9 : i64, size = 9 : i64} : tensor<?x36xf32>
  %g = tenon.slice %z {axis = 1 : i64, start = 18 : i64, size = 9 : i64} : tensor<?x36xf32>
  %o = tenon.slice %z {axis = 1 : i64, start = 27 : i64, size = 9 : i64} : tensor<?x36xf32>
  %0 = tenon.sigmoid %i : tensor<?x9xf32>
  %1 = tenon.sigmoid %f : tensor<?x9xf32>
  %2 = tenon.tanh %g : tensor<?x9xf32>
  %3 = tenon.sigmoid %o : tensor<?x9xf32>
  %4 = tenon.multiply %0, %2 : tensor<?x9xf32>, tensor<?x9xf32>
  %5 = tenon.multiply %1, %c : tensor<?x9xf32>, tensor<?x9xf32>
  %6 = tenon.add %4, %5 : tensor<?x9xf32>, tensor<?x9xf32>
  %7 = tenon.tanh %6 : tensor<?x9xf32>
  %8 = tenon.multiply %3, %7 : tensor<?x9xf32>, tensor<?x9xf32>
  %9 = tenon.concat %4, %5, %6, %8 {axis = 1 : i64} : tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>
  %10 = tenon.matmul %9, %u {transpose_lhs = false, transpose_rhs = false} : tensor<?x36xf32>, tensor<36x9xf32>
  return %6, %8, %10 : tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>
})", 0},
    {"returned_part", R"(
func.func @f(%x: tensor<?x3x6xf32> {tenon.name = "x"}) -> (tensor<?x3x6xf32>, tensor<?x3x12xf32>, tensor<?x3x12xf32>) {
  %0 = tenon.exp %x : tensor<?x3x6xf32>
  %1 = tenon.softmax %x : tensor<?x3x6xf32>
  %2 = tenon.concat %0, %0 {axis = 2 : i64} : tensor<?x3x6xf32>, tensor<?x3x6xf32>
  %3 = tenon.concat %1, %0 {axis = 2 : i64} : tensor<?x3x6xf32>, tensor<?x3x6xf32>
  return %0, %2, %3 : tensor<?x3x6xf32>, tensor<?x3x12xf32>, tensor<?x3x12xf32>
})", 1}};

class ColumnViews : public testing::TestWithParam<std::tuple<Columns, const char *>> {};
} // namespace

TEST_P(ColumnViews, equalTheInterpreter) {
  auto [c, target] = GetParam();
  auto context = makeContext();
  std::string text = c.text;
  for (size_t at; (at = text.find("SAME")) != std::string::npos;)
    text.replace(at, 4, direct);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(context.get()));
  ASSERT_TRUE(module) << text;
  CompiledModule compiled(*module, target, false, 2);
  ASSERT_TRUE(compiled);
  int copies = 0;
  for (const codegen::Explanation::Entry &entry : compiled.compiled->explanation.entries)
    for (const codegen::Explanation::Kernel &kernel : entry.kernels)
      copies += kernel.symbol.starts_with("copy_");
  EXPECT_EQ(copies, c.copies);
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1, 1);
  auto function = *module->getOps<func::FuncOp>().begin();
  for (int64_t batch : {1, 2, 19}) {
    SmallVector<ir::Literal> inputs;
    for (Type type : function.getArgumentTypes()) {
      SmallVector<int64_t> shape(cast<RankedTensorType>(type).getShape());
      for (int64_t &dim : shape)
        dim = ShapedType::isDynamic(dim) ? batch : dim;
      ir::Literal literal(Float32Type::get(context.get()), shape);
      for (double &value : literal.values())
        value = uniform(random);
      inputs.push_back(literal);
    }
    ir::VariableState state;
    auto expected = ir::interpret(*module, "f", inputs, state);
    ASSERT_TRUE(succeeded(expected));
    auto actual = compiled.call("f", inputs);
    for (size_t i = 0; i < actual.size(); ++i)
      EXPECT_EQ(compare(actual[i], (*expected)[i], 1e-5, 1), "") << "result " << i << " at batch " << batch;
  }
}
INSTANTIATE_TEST_SUITE_P(all, ColumnViews,
                         testing::Combine(testing::ValuesIn(cases), testing::Values("host", "x86-64-v3", "x86-64-v2")),
                         [](const auto &info) {
                           std::string name = std::string(std::get<0>(info.param).name) + "_" + std::get<1>(info.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace tenon::tests
