// SPDX-License-Identifier: Apache-2.0
// A scan's bits depend neither on the batch nor on the threads, whether blocks of rows loop each on its own or every step
// is cut into tasks.
#include "../ir/OpCases.h"
#include "CompiledModule.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {
namespace {
// A recurrent layer of `units` over a batch of sequences of any length; its last state and all its states.
std::string network(int64_t units) {
  std::string text = R"(
tenon.variable @w : tensor<5xUxf32> "weight"
tenon.variable @u : tensor<UxUxf32> "weight"
tenon.variable @b : tensor<Uxf32> "weight"
func.func @predict(%x: tensor<?x?x5xf32> {tenon.name = "x"}, %h: tensor<?xUxf32> {tenon.name = "h"})
    -> (tensor<?xUxf32> {tenon.name = "last"}, tensor<?x?xUxf32> {tenon.name = "all"}) {
  %w = tenon.read @w : tensor<5xUxf32>
  %u = tenon.read @u : tensor<UxUxf32>
  %b = tenon.read @b : tensor<Uxf32>
  %t = tenon.transpose %x {permutation = array<i64: 1, 0, 2>} : tensor<?x?x5xf32>
  %p = tenon.matmul %t, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x5xf32>, tensor<5xUxf32>
  %last, %all = tenon.scan over(%p) carry(%h) with(%u, %b) : (tensor<?x?xUxf32>, tensor<?xUxf32>, tensor<UxUxf32>, tensor<Uxf32>) -> (tensor<?xUxf32>, tensor<?x?xUxf32>) {
  ^bb0(%in: tensor<?xUxf32>, %state: tensor<?xUxf32>, %k: tensor<UxUxf32>, %bias: tensor<Uxf32>):
    %0 = tenon.matmul %state, %k {transpose_lhs = false, transpose_rhs = false} : tensor<?xUxf32>, tensor<UxUxf32>
    %1 = tenon.add %0, %in : tensor<?xUxf32>, tensor<?xUxf32>
    %2 = tenon.add %1, %bias : tensor<?xUxf32>, tensor<Uxf32>
    %3 = tenon.tanh %2 : tensor<?xUxf32>
    tenon.yield %3, %3 : tensor<?xUxf32>, tensor<?xUxf32>
  }
  %back = tenon.transpose %all {permutation = array<i64: 1, 0, 2>} : tensor<?x?xUxf32>
  return %last, %back : tensor<?xUxf32>, tensor<?x?xUxf32>
}
)";
  for (size_t at; (at = text.find('U')) != std::string::npos;)
    text.replace(at, 1, std::to_string(units));
  return text;
}

// 24: blocks of rows. 480: a step of one row is cut into tasks. 800: the weights outgrow the cache.
class ScanBits : public testing::TestWithParam<std::tuple<const char *, int64_t>> {};

TEST_P(ScanBits, doNotDependOnBatchOrThreads) {
  auto [target, units] = GetParam();
  auto context = makeContext();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(network(units), ParserConfig(context.get()));
  ASSERT_TRUE(module);
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-0.2f, 0.2f);
  ir::VariableState state = ir::initialState(*module);
  for (auto &variable : state)
    for (double &value : variable.second.values())
      value = uniform(random);
  constexpr int64_t most = 37, steps = 4; // more rows than two blocks hold
  auto draw = [&](std::vector<int64_t> shape, int64_t size) {
    std::vector<float> values(size);
    for (float &value : values)
      value = uniform(random);
    return Array(values, shape);
  };
  Array x = draw({most, steps, 5}, most * steps * 5), h = draw({most, units}, most * units);

  std::vector<std::vector<float>> reference;
  for (int threads : {1, 2, 4}) {
    CompiledModule compiled(*module, target, false, threads);
    ASSERT_TRUE(compiled);
    compiled.setState(state);
    auto whole = compiled.session->call("predict", {x, h});
    if (reference.empty()) {
      auto expected = ir::interpret(*module, "predict", {toLiteral(x, context.get()), toLiteral(h, context.get())}, state);
      ASSERT_TRUE(succeeded(expected));
      for (int result : {0, 1}) {
        reference.push_back(whole[result].toVector<float>());
        EXPECT_EQ(compare(toLiteral(whole[result], context.get()), (*expected)[result], 1e-5, 1), "");
      }
    }
    for (int result : {0, 1})
      EXPECT_EQ(whole[result].toVector<float>(), reference[result]) << threads << " threads";
    for (int64_t batch : {1, 2, 15, 16, 17, 33}) {
      int64_t first = (batch * 5) % (most - batch + 1);
      auto part = compiled.session->call("predict", {x.rows(first, first + batch), h.rows(first, first + batch)});
      for (int result : {0, 1}) {
        int64_t width = reference[result].size() / most;
        auto from = reference[result].begin();
        ASSERT_EQ(part[result].toVector<float>(), std::vector<float>(from + first * width, from + (first + batch) * width))
            << "result " << result << ", batch " << batch << ", " << threads << " threads";
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(all, ScanBits,
                         testing::Combine(testing::Values("host", "x86-64-v3"), testing::Values<int64_t>(24, 480, 800)),
                         [](const auto &info) {
                           std::string name = std::get<0>(info.param);
                           return (name == "host" ? "host" : "avx2") + std::string("_") + std::to_string(std::get<1>(info.param));
                         });
} // namespace
} // namespace tenon::tests
