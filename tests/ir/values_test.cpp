// SPDX-License-Identifier: Apache-2.0
// Values computed by hand: what the ops mean, apart from any other code of ours.
#include "OpCases.h"
#include "ir/Dialect.h"
#include "ir/Interpreter.h"
#include "ir/Philox.h"
#include "mlir/Parser/Parser.h"
#include <cmath>
#include <gmock/gmock.h>
#include <limits>

using namespace mlir;
using namespace tenon::ir;
using testing::ElementsAre;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

class Values : public testing::Test {
protected:
  // Parses @f(arguments) { %r = op; return %r } and runs it.
  Literal run(const std::string &arguments, const std::string &op, const std::string &result,
              ArrayRef<Literal> inputs) {
    std::string text =
        "func.func @f(" + arguments + ") -> " + result + " {\n  %r = " + op + "\n  return %r : " + result + "\n}\n";
    auto module = parseSourceString<ModuleOp>(text, context.get());
    EXPECT_TRUE(module) << text;
    VariableState state;
    auto results = interpret(*module, "f", inputs, state);
    EXPECT_TRUE(succeeded(results)) << text;
    return (*results)[0];
  }
  Literal floats(ArrayRef<int64_t> shape, std::vector<double> values) {
    return Literal(Float32Type::get(context.get()), shape, std::move(values));
  }
  Literal step(double value) { return Literal::scalar(IntegerType::get(context.get(), 64), value); }

  std::unique_ptr<MLIRContext> context = tenon::tests::makeContext();
};

// Input 1 .. 9 in a 3x3 image, filter [[1, 2], [3, 4]]: 1*1 + 2*2 + 4*3 + 5*4 = 37 and so on.
TEST_F(Values, ConvValid) {
  Literal image = floats({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}), filter = floats({2, 2, 1, 1}, {1, 2, 3, 4});
  Literal y = run("%x: tensor<1x3x3x1xf32>, %k: tensor<2x2x1x1xf32>",
                  "tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = "
                  "array<i64: 1, 1>, groups = 1 : i64} : tensor<1x3x3x1xf32>, tensor<2x2x1x1xf32>",
                  "tensor<1x2x2x1xf32>", {image, filter});
  EXPECT_THAT(y.values(), ElementsAre(37, 47, 67, 77));
}
// 'same' with stride 2 on size 3 and window 2: total padding (2 - 1) 2 + 2 - 3 = 1, all of it after.
TEST_F(Values, ConvSameStridedPadsAfterFirst) {
  Literal image = floats({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}), filter = floats({2, 2, 1, 1}, {1, 2, 3, 4});
  Literal y = run("%x: tensor<1x3x3x1xf32>, %k: tensor<2x2x1x1xf32>",
                  "tenon.conv %x, %k {strides = array<i64: 2, 2>, padding = array<i64: -1, -1, -1, -1>, dilations = "
                  "array<i64: 1, 1>, groups = 1 : i64} : tensor<1x3x3x1xf32>, tensor<2x2x1x1xf32>",
                  "tensor<1x2x2x1xf32>", {image, filter});
  EXPECT_THAT(y.values(), ElementsAre(37, 3 * 1 + 6 * 3, 7 * 1 + 8 * 2, 9));
}
// Padding (2, 0) on an axis of 3 with window 2: windows stand at -2, -1, 0, 1.
TEST_F(Values, ConvAsymmetricPadding) {
  Literal y = run("%x: tensor<1x3x1xf32>, %k: tensor<2x1x1xf32>",
                  "tenon.conv %x, %k {strides = array<i64: 1>, padding = array<i64: 2, 0>, dilations = array<i64: 1>, "
                  "groups = 1 : i64} : tensor<1x3x1xf32>, tensor<2x1x1xf32>",
                  "tensor<1x4x1xf32>", {floats({1, 3, 1}, {1, 2, 3}), floats({2, 1, 1}, {10, 1})});
  EXPECT_THAT(y.values(), ElementsAre(0, 1, 12, 23));
}
// Two groups of one channel: each filter sees its own channel only.
TEST_F(Values, ConvGroups) {
  Literal y = run("%x: tensor<1x2x2xf32>, %k: tensor<1x1x2xf32>",
                  "tenon.conv %x, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, "
                  "groups = 2 : i64} : tensor<1x2x2xf32>, tensor<1x1x2xf32>",
                  "tensor<1x2x2xf32>", {floats({1, 2, 2}, {1, 2, 3, 4}), floats({1, 1, 2}, {10, 100})});
  EXPECT_THAT(y.values(), ElementsAre(10, 200, 30, 400));
}
// 'same' on size 3, window 3: the windows at the edges hold two elements.
TEST_F(Values, AvgPoolDoesNotCountPadding) {
  std::string attributes = "{window = array<i64: 3>, strides = array<i64: 1>, padding = array<i64: -1, -1>}";
  Literal y = run("%x: tensor<1x3x1xf32>", "tenon.avg_pool %x " + attributes + " : tensor<1x3x1xf32>",
                  "tensor<1x3x1xf32>", {floats({1, 3, 1}, {1, 3, 8})});
  EXPECT_THAT(y.values(), ElementsAre(2, 4, 5.5));
  Literal dx = run("%g: tensor<1x3x1xf32>, %x: tensor<1x3x1xf32>",
                   "tenon.avg_pool_grad %g like %x " + attributes + " : tensor<1x3x1xf32> like tensor<1x3x1xf32>",
                   "tensor<1x3x1xf32>", {floats({1, 3, 1}, {2, 3, 4}), floats({1, 3, 1}, {0, 0, 0})});
  EXPECT_THAT(dx.values(), ElementsAre(1 + 1, 1 + 1 + 2, 1 + 2));
}
TEST_F(Values, MaxPoolGradGoesToTheFirstLargest) {
  std::string attributes = "{window = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>}";
  Literal x = floats({1, 2, 4, 1}, {5, 5, -1, -2, 5, 5, 0, 0});
  Literal y = run("%x: tensor<1x2x4x1xf32>", "tenon.max_pool %x " + attributes + " : tensor<1x2x4x1xf32>",
                  "tensor<1x1x2x1xf32>", {x});
  EXPECT_THAT(y.values(), ElementsAre(5, 0));
  Literal dx = run("%x: tensor<1x2x4x1xf32>, %g: tensor<1x1x2x1xf32>",
                   "tenon.max_pool_grad %x, %g " + attributes + " : tensor<1x2x4x1xf32>, tensor<1x1x2x1xf32>",
                   "tensor<1x2x4x1xf32>", {x, floats({1, 1, 2, 1}, {3, 7})});
  EXPECT_THAT(dx.values(), ElementsAre(3, 0, 0, 0, 0, 0, 7, 0));
}
TEST_F(Values, MaxPoolPaddingNeverWins) {
  Literal y = run("%x: tensor<1x2x1xf32>",
                  "tenon.max_pool %x {window = array<i64: 2>, strides = array<i64: 1>, padding = array<i64: 1, 1>} : "
                  "tensor<1x2x1xf32>",
                  "tensor<1x3x1xf32>", {floats({1, 2, 1}, {-3, -4})});
  EXPECT_THAT(y.values(), ElementsAre(-3, -3, -4));
}
TEST_F(Values, SoftmaxOfLargeValuesStaysFinite) {
  Literal y = run("%x: tensor<2x2xf32>", "tenon.softmax %x : tensor<2x2xf32>", "tensor<2x2xf32>",
                  {floats({2, 2}, {1000, 1000, -1000, 1000})});
  EXPECT_THAT(y.values(), ElementsAre(0.5, 0.5, 0, 1));
}
TEST_F(Values, BatchNorm) {
  Literal y =
      run("%x: tensor<1x2xf32>, %a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<2xf32>, %d: tensor<2xf32>",
          "tenon.batch_norm %x, %a, %b, %c, %d {epsilon = 1.0 : f64} : tensor<1x2xf32>, tensor<2xf32>, "
          "tensor<2xf32>, tensor<2xf32>, tensor<2xf32>",
          "tensor<1x2xf32>",
          {floats({1, 2}, {5, 5}), floats({2}, {2, 1}), floats({2}, {1, 0}), floats({2}, {1, 2}), floats({2}, {3, 8})});
  EXPECT_THAT(y.values(), ElementsAre(4 / 2.0 * 2 + 1, 3 / 3.0));
}
TEST_F(Values, MatmulTransposed) {
  Literal a = floats({2, 2}, {1, 2, 3, 4}), b = floats({2, 2}, {5, 6, 7, 8});
  auto product = [&](const std::string &flags) {
    return run("%x: tensor<2x2xf32>, %y: tensor<2x2xf32>",
               "tenon.matmul %x, %y {" + flags + "} : tensor<2x2xf32>, tensor<2x2xf32>", "tensor<2x2xf32>", {a, b})
        .values();
  };
  EXPECT_THAT(product("transpose_lhs = false, transpose_rhs = false"), ElementsAre(19, 22, 43, 50));
  EXPECT_THAT(product("transpose_lhs = true, transpose_rhs = false"), ElementsAre(26, 30, 38, 44));
  EXPECT_THAT(product("transpose_lhs = false, transpose_rhs = true"), ElementsAre(17, 23, 39, 53));
}
TEST_F(Values, ReductionsAndArgmax) {
  Literal x = floats({2, 3}, {1, 4, 4, -2, -2, -5});
  EXPECT_THAT(run("%x: tensor<2x3xf32>",
                  "tenon.reduce_sum %x {axes = array<i64: 0>, keepdims = false} : tensor<2x3xf32>", "tensor<3xf32>",
                  {x})
                  .values(),
              ElementsAre(-1, 2, -1));
  EXPECT_THAT(run("%x: tensor<2x3xf32>",
                  "tenon.reduce_max %x {axes = array<i64: 1>, keepdims = true} : tensor<2x3xf32>", "tensor<2x1xf32>",
                  {x})
                  .values(),
              ElementsAre(4, -2));
  EXPECT_THAT(run("%x: tensor<2x3xf32>", "tenon.argmax %x : tensor<2x3xf32>", "tensor<2xi32>", {x}).values(),
              ElementsAre(1, 0));
}
TEST_F(Values, MovesElements) {
  Literal x = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(run("%x: tensor<2x3xf32>", "tenon.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x3xf32>",
                  "tensor<3x2xf32>", {x})
                  .values(),
              ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(run("%x: tensor<2x3xf32>",
                  "tenon.slice %x {axis = 1 : i64, start = 1 : i64, size = 2 : i64} : tensor<2x3xf32>",
                  "tensor<2x2xf32>", {x})
                  .values(),
              ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(run("%x: tensor<2x3xf32>",
                  "tenon.pad %x {low = array<i64: 0, 1>, high = array<i64: 1, 0>, value = 9.0 : f64} : tensor<2x3xf32>",
                  "tensor<3x4xf32>", {x})
                  .values(),
              ElementsAre(9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9));
  EXPECT_THAT(run("%x: tensor<2x3xf32>, %y: tensor<2x1xf32>",
                  "tenon.concat %x, %y {axis = 1 : i64} : tensor<2x3xf32>, tensor<2x1xf32>", "tensor<2x4xf32>",
                  {x, floats({2, 1}, {7, 8})})
                  .values(),
              ElementsAre(1, 2, 3, 7, 4, 5, 6, 8));
}
TEST_F(Values, OneHotIgnoresIndicesOutside) {
  Literal index(IntegerType::get(context.get(), 32), {4}, {1, -1, 2, 0});
  EXPECT_THAT(
      run("%i: tensor<4xi32>", "tenon.one_hot %i {classes = 2 : i64} : tensor<4xi32>", "tensor<4x2xf32>", {index})
          .values(),
      ElementsAre(0, 1, 0, 0, 0, 0, 1, 0));
}
TEST_F(Values, GatherConvAddsTheRowsOfAWindow) {
  // Two taps over three words of two filters: tap 0 gives 1, 2, 3 and 10, 20, 30, tap 1 a hundred times as much.
  Literal table = floats({3, 2, 2}, {1, 10, 100, 1000, 2, 20, 200, 2000, 3, 30, 300, 3000});
  Literal words(IntegerType::get(context.get(), 32), {1, 4}, {2, 0, 1, 1});
  auto windows = [&](const char *move, const char *type, Literal met) {
    return run("%t: tensor<3x2x2xf32>, %i: tensor<1x4xi32>",
               std::string("tenon.gather_conv %t at %i {") + move + "} : tensor<3x2x2xf32>, tensor<1x4xi32>", type, {table, met})
        .values();
  };
  EXPECT_THAT(windows("strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>", "tensor<1x3x2xf32>", words),
              ElementsAre(103, 1030, 201, 2010, 202, 2020));
  EXPECT_THAT(windows("strides = array<i64: 2>, padding = array<i64: 2, 0>, dilations = array<i64: 2>", "tensor<1x2x2xf32>", words),
              ElementsAre(300, 3000, 203, 2030));
  Literal outside(IntegerType::get(context.get(), 32), {1, 4}, {2, 3, 1, 1}); // three words: 0, 1, 2
  auto values = windows("strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>", "tensor<1x3x2xf32>", outside);
  EXPECT_TRUE(std::isnan(values[0]) && std::isnan(values[3]));
  EXPECT_EQ(values[4], 202);
}
TEST_F(Values, ConvertTruncatesAndSaturates) {
  Literal x = floats({6}, {1.9, -1.9, 3e9, -3e9, nan, infinity});
  EXPECT_THAT(run("%x: tensor<6xf32>", "tenon.convert %x to i32 : tensor<6xf32>", "tensor<6xi32>", {x}).values(),
              ElementsAre(1, -1, 2147483647, -2147483648.0, 0, 2147483647));
}
TEST_F(Values, NaNPassesThrough) {
  Literal x = floats({2}, {nan, 1}), y = floats({2}, {1, nan});
  for (const char *op : {"maximum", "minimum"}) {
    Literal z = run("%x: tensor<2xf32>, %y: tensor<2xf32>",
                    std::string("tenon.") + op + " %x, %y : tensor<2xf32>, tensor<2xf32>", "tensor<2xf32>", {x, y});
    EXPECT_TRUE(std::isnan(z[0]) && std::isnan(z[1])) << op;
  }
  for (const char *op : {"greater", "greater_equal", "equal"})
    EXPECT_THAT(run("%x: tensor<2xf32>, %y: tensor<2xf32>",
                    std::string("tenon.") + op + " %x, %y : tensor<2xf32>, tensor<2xf32>", "tensor<2xi8>", {x, y})
                    .values(),
                ElementsAre(0, 0));
  EXPECT_TRUE(std::isnan(run("%x: tensor<2xf32>", "tenon.relu %x : tensor<2xf32>", "tensor<2xf32>", {x})[0]));
}
TEST_F(Values, SigmoidOfLargeValuesStaysFinite) {
  EXPECT_THAT(
      run("%x: tensor<2xf32>", "tenon.sigmoid %x : tensor<2xf32>", "tensor<2xf32>", {floats({2}, {-1000, 1000})})
          .values(),
      ElementsAre(0, 1));
}

// The published known answers of Random123 (kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswers) {
  EXPECT_THAT(philox({0, 0, 0, 0}, {0, 0}), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  EXPECT_THAT(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST_F(Values, DropoutKeepsItsShareAndScale) {
  constexpr int64_t count = 20000;
  auto mask = [&](double seed, double stepValue, const std::string &site) {
    return run("%x: tensor<20000xf32>, %seed: tensor<i64>, %step: tensor<i64>",
               "tenon.dropout %x, %seed, %step {rate = 0.25 : f64, site = " + site +
                   " : i64} : tensor<20000xf32>, tensor<i64>, tensor<i64>",
               "tensor<20000xf32>", {floats({count}, std::vector<double>(count, 3)), step(seed), step(stepValue)})
        .values();
  };
  std::vector<double> first = mask(1, 1, "0");
  int64_t kept = llvm::count(first, 4.0);
  EXPECT_EQ(kept + llvm::count(first, 0.0), count);
  EXPECT_NEAR(kept, 0.75 * count, 4 * std::sqrt(count * 0.25 * 0.75)); // four standard deviations
  EXPECT_EQ(mask(1, 1, "0"), first);
  // Another seed, step or site is another mask: about 2 * 0.25 * 0.75 of the elements differ.
  for (const std::vector<double> &other :
       {mask(2, 1, "0"), mask(1, 2, "0"), mask(1, 1, "1"), mask(4294967297.0, 1, "0")}) {
    int64_t differ = 0;
    for (int64_t i = 0; i < count; ++i)
      differ += first[i] != other[i];
    EXPECT_NEAR(differ, 0.375 * count, 4 * std::sqrt(count * 0.375 * 0.625));
  }
}
// Element i of a batch draws the same number however many follow it.
TEST_F(Values, DropoutDependsOnTheIndexAlone) {
  auto mask = [&](int64_t rows) {
    return run("%x: tensor<?x3xf32>, %seed: tensor<i64>, %step: tensor<i64>",
               "tenon.dropout %x, %seed, %step {rate = 0.5 : f64, site = 3 : i64} : tensor<?x3xf32>, tensor<i64>, "
               "tensor<i64>",
               "tensor<?x3xf32>", {floats({rows, 3}, std::vector<double>(rows * 3, 1)), step(-5), step(9)})
        .values();
  };
  std::vector<double> few = mask(5), many = mask(40);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}
} // namespace
