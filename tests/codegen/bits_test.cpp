// SPDX-License-Identifier: Apache-2.0
// The bits of a prediction depend on the sample alone: not on the batch it stands in, its place there, or the threads.
#include "../ir/OpCases.h"
#include "CompiledModule.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

// A convolution of every kind the tile meets (padded, strided, 1x1), a pool, a dense layer of 10 columns.
static const char *net = R"(
tenon.variable @k1 : tensor<3x3x3x24xf32> "weight"
tenon.variable @b1 : tensor<24xf32> "weight"
tenon.variable @k2 : tensor<3x3x24x40xf32> "weight"
tenon.variable @k3 : tensor<1x1x40x17xf32> "weight"
tenon.variable @d : tensor<68x10xf32> "weight"
func.func @predict(%x: tensor<?x9x9x3xf32> {tenon.name = "x"}) -> (tensor<?x10xf32> {tenon.name = "y"}) {
  %k1 = tenon.read @k1 : tensor<3x3x3x24xf32>
  %b1 = tenon.read @b1 : tensor<24xf32>
  %k2 = tenon.read @k2 : tensor<3x3x24x40xf32>
  %k3 = tenon.read @k3 : tensor<1x1x40x17xf32>
  %d = tenon.read @d : tensor<68x10xf32>
  %0 = tenon.conv %x, %k1 {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x9x9x3xf32>, tensor<3x3x3x24xf32>
  %1 = tenon.add %0, %b1 : tensor<?x9x9x24xf32>, tensor<24xf32>
  %2 = tenon.relu %1 : tensor<?x9x9x24xf32>
  %3 = tenon.conv %2, %k2 {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x9x9x24xf32>, tensor<3x3x24x40xf32>
  %4 = tenon.tanh %3 : tensor<?x5x5x40xf32>
  %5 = tenon.conv %4, %k3 {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x5x5x40xf32>, tensor<1x1x40x17xf32>
  %6 = tenon.max_pool %5 {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>} : tensor<?x5x5x17xf32>
  %7 = tenon.reshape %6 {shape = array<i64: 0, 68>} : tensor<?x2x2x17xf32>
  %8 = tenon.matmul %7, %d {transpose_lhs = false, transpose_rhs = false} : tensor<?x68xf32>, tensor<68x10xf32>
  %9 = tenon.softmax %8 : tensor<?x10xf32>
  return %9 : tensor<?x10xf32>
}
)";

static ir::VariableState drawState(ModuleOp module, std::mt19937 &random) {
  ir::VariableState state = ir::initialState(module);
  std::uniform_real_distribution<float> uniform(-0.3f, 0.3f);
  for (auto &variable : state)
    for (double &value : variable.second.values())
      value = uniform(random);
  return state;
}

class Bits : public testing::TestWithParam<const char *> {};

TEST_P(Bits, doNotDependOnBatchOrThreads) {
  auto context = makeContext();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(net, ParserConfig(context.get()));
  ASSERT_TRUE(module);
  std::mt19937 random(3);
  ir::VariableState state = drawState(*module, random);
  constexpr int64_t most = 2 * 14 + 1, features = 9 * 9 * 3; // twice the tallest tile and one more
  std::vector<float> samples(most * features);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (float &value : samples)
    value = uniform(random);
  Array all(samples, {most, 9, 9, 3});

  std::vector<float> reference;
  for (int threads : {1, 2, 4}) {
    CompiledModule compiled(*module, GetParam(), false, threads);
    ASSERT_TRUE(compiled);
    compiled.setState(state);
    Array whole = compiled.session->call("predict", {all})[0];
    if (reference.empty()) {
      reference = whole.toVector<float>();
      auto expected = ir::interpret(*module, "predict", {toLiteral(all, context.get())}, state);
      ASSERT_TRUE(succeeded(expected));
      EXPECT_EQ(compare(toLiteral(whole, context.get()), (*expected)[0], 1e-5), "");
    }
    EXPECT_EQ(whole.toVector<float>(), reference) << threads << " threads";
    for (int64_t batch = 1; batch <= most; ++batch) {
      int64_t first = (batch * 5) % (most - batch + 1);
      Array part = compiled.session->call("predict", {all.rows(first, first + batch)})[0];
      ASSERT_EQ(part.toVector<float>(), std::vector<float>(reference.begin() + first * 10, reference.begin() + (first + batch) * 10))
          << "batch " << batch << ", " << threads << " threads";
    }
  }
}
INSTANTIATE_TEST_SUITE_P(targets, Bits, testing::Values("host", "x86-64-v3", "x86-64-v2"),
                         [](const auto &info) { return info.param[0] == 'h' ? std::string("host") : std::string(info.param).replace(3, 1, "_").replace(6, 1, "_"); });

} // namespace tenon::tests
