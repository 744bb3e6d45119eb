// SPDX-License-Identifier: Apache-2.0
// Initial weights by their distribution: mean, deviation, bounds, shape of the tails; seeds.
#include "frontend/graph/Initializers.h"
#include "frontend/graph/LayerNode.h"
#include "tests/frontend/Interpret.h"
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

struct Statistics {
  double mean = 0, deviation = 0, low = INFINITY, high = -INFINITY, kurtosis = 0;
  explicit Statistics(const Array &array) {
    for (int64_t i = 0; i < array.size(); ++i) {
      mean += array.at(i) / array.size();
      low = std::min(low, array.at(i));
      high = std::max(high, array.at(i));
    }
    double second = 0, fourth = 0;
    for (int64_t i = 0; i < array.size(); ++i) {
      double d = array.at(i) - mean;
      second += d * d / array.size();
      fourth += d * d * d * d / array.size();
    }
    deviation = std::sqrt(second);
    kurtosis = fourth / (second * second);
  }
};

// 100,000 numbers: a mean is off by more than 5 deviations / sqrt(n) about once in two million runs; the seed is fixed.
const Shape large = {5, 5, 40, 100};
const double fanIn = 25 * 40, fanOut = 25 * 100;
// Kurtosis of a uniform distribution, of a normal one, and of a normal one cut at two deviations.
const double uniformTails = 1.8, normalTails = 3.0, cutTails = 2.3655;

void expectUniform(const Array &array, double low, double high) {
  Statistics s(array);
  double deviation = (high - low) / std::sqrt(12.0);
  EXPECT_NEAR(s.mean, (low + high) / 2, deviation * 0.016);
  EXPECT_NEAR(s.deviation, deviation, deviation * 0.01);
  EXPECT_NEAR(s.kurtosis, uniformTails, 0.03);
  EXPECT_GE(s.low, low);
  EXPECT_LE(s.high, high);
  EXPECT_LT(s.low, low + 0.001 * (high - low));
  EXPECT_GT(s.high, high - 0.001 * (high - low));
}
void expectNormal(const Array &array, double mean, double deviation, double tails) {
  Statistics s(array);
  EXPECT_NEAR(s.mean, mean, deviation * 0.016);
  EXPECT_NEAR(s.deviation, deviation, deviation * 0.012);
  EXPECT_NEAR(s.kurtosis, tails, 0.1);
}

TEST(Initializers, Distributions) {
  expectUniform(GlorotUniform({.seed = 1})(large), -std::sqrt(6 / (fanIn + fanOut)), std::sqrt(6 / (fanIn + fanOut)));
  expectUniform(HeUniform({.seed = 2})(large), -std::sqrt(6 / fanIn), std::sqrt(6 / fanIn));
  expectUniform(RandomUniform({.minval = -1, .maxval = 3, .seed = 3})(large), -1, 3);
  expectNormal(GlorotNormal({.seed = 4})(large), 0, std::sqrt(2 / (fanIn + fanOut)), cutTails);
  expectNormal(HeNormal({.seed = 5})(large), 0, std::sqrt(2 / fanIn), cutTails);
  expectNormal(RandomNormal({.mean = 1, .stddev = 2, .seed = 6})(large), 1, 2, normalTails);
  Array cut = TruncatedNormal({.mean = 1, .stddev = 2, .seed = 7})(large);
  expectNormal(cut, 1, 2 * .87962566, cutTails);
  EXPECT_GE(Statistics(cut).low, -3);
  EXPECT_LE(Statistics(cut).high, 5);
  EXPECT_GT(Statistics(cut).high, 4.95);
}

TEST(Initializers, Constants) {
  EXPECT_EQ(Zeros()({2}).toVector<float>(), (std::vector<float>{0, 0}));
  EXPECT_EQ(Ones()({2}).toVector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(Constant({.value = 0.5})({2}).toVector<float>(), (std::vector<float>{0.5, 0.5}));
}

TEST(Initializers, SeedsDecide) {
  auto draw = [](const Initializer &initializer) { return initializer({4, 4}).toVector<float>(); };
  EXPECT_EQ(draw(HeNormal({.seed = 1})), draw(HeNormal({.seed = 1})));
  EXPECT_NE(draw(HeNormal({.seed = 1})), draw(HeNormal({.seed = 2})));
  setRandomSeed(9);
  auto first = draw("he_normal"), second = draw("he_normal");
  EXPECT_NE(first, second);
  setRandomSeed(9);
  EXPECT_EQ(draw("he_normal"), first);
  EXPECT_EQ(draw("he_normal"), second);
  setRandomSeed(10);
  EXPECT_NE(draw("he_normal"), first);
}

TEST(Initializers, NoTwoNumbersOfAStreamRepeat) {
  Array values = RandomUniform({.minval = 0, .maxval = 1, .seed = 1})({1000});
  std::set<float> distinct(values.data<float>(), values.data<float>() + values.size());
  EXPECT_GT(distinct.size(), 995u); // float32 has 2^24 numbers in [0.5, 1): a few may meet
}

TEST(Initializers, TableSurvivesJsonAndStrings) {
  for (const InitializerClass &row : initializerTable()) {
    Json json = {{"class_name", row.name}, {"config", Json::object()}};
    for (size_t i = 0; i < row.options.size(); ++i)
      json["config"][row.options[i].first] = 0.25 + static_cast<double>(i);
    if (row.random)
      json["config"]["seed"] = 3;
    Initializer initializer = deserializeInitializer(json);
    EXPECT_EQ(initializer, deserializeInitializer(serializeInitializer(initializer))) << row.name;
    EXPECT_EQ(initializer({3, 2}).toVector<float>(),
              deserializeInitializer(serializeInitializer(initializer))({3, 2}).toVector<float>());
    EXPECT_EQ(Initializer(row.name), Initializer(snakeCase(row.name)));
    if (row.random || !row.options.empty()) {
      EXPECT_FALSE(initializer == Initializer(row.name)) << row.name;
    }
  }
  EXPECT_EQ(messageOf([] {
              deserializeInitializer({{"class_name", "Zeros"}, {"config", {{"value", 3}}}});
            }),
            "initializer Zeros: option value does not take 3");
  EXPECT_EQ(messageOf([] { deserializeInitializer(3); }),
            "initializer: expected a name or an object with class_name, got 3");
}

TEST(Initializers, KerassShortNames) {
  EXPECT_EQ(Initializer("uniform"), RandomUniform());
  EXPECT_EQ(Initializer("normal"), RandomNormal());
  EXPECT_EQ(Initializer("zero"), Zeros());
  EXPECT_EQ(Initializer("one"), Ones());
}

TEST(Initializers, LayersUseThem) {
  Dense dense({.units = 2, .kernelInitializer = Constant({.value = 3}), .biasInitializer = "ones"});
  dense(Input({1}));
  EXPECT_EQ(dense.getWeights()[0].toVector<float>(), (std::vector<float>{3, 3}));
  EXPECT_EQ(dense.getWeights()[1].toVector<float>(), (std::vector<float>{1, 1}));
}

} // namespace
} // namespace tenon::graph
