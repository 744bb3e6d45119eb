// SPDX-License-Identifier: Apache-2.0
// The module a model becomes: its text, its values against real Keras's, the semantics of training.
#include "tests/frontend/Interpret.h"
#include <cmath>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

using ::testing::HasSubstr;

std::string textOf(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, mlir::OpPrintingFlags().enableDebugInfo(true, true).useLocalScope());
  return text;
}

TEST(EmitModule, WritesVariablesAndPredict) {
  Tensor x = Input({3}, {.name = "image"});
  Model model(x, Dense({.units = 2, .activation = "relu", .name = "digit"})(x), {.name = "m"});
  Interpreted program(model);
  ASSERT_TRUE(program.verifies());
  std::string text = textOf(*program.module);
  for (const char *part :
       {"module @m", "tenon.variable @\"digit/kernel\" : tensor<3x2xf32> \"weight\" trainable",
        "tenon.variable @\"digit/bias\" : tensor<2xf32> \"weight\" trainable",
        "func.func @predict(%arg0: tensor<?x3xf32> {tenon.name = \"image\"}",
        "-> (tensor<?x2xf32> {tenon.name = \"digit\"})", "tenon.read @\"digit/kernel\"", "tenon.matmul", "tenon.relu"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(text.find("initial"), std::string::npos);
}

// Reads stand at the entry, one per variable, though the layer is called twice.
TEST(EmitModule, ReadsEachVariableOnceAtEntry) {
  Tensor a = Input({2}), b = Input({2});
  Dense dense({.units = 2});
  Model model({a, b}, add({ReLU()(dense(a)), dense(b)}));
  Interpreted program(model);
  auto predict = program.module->lookupSymbol<mlir::func::FuncOp>("predict");
  std::vector<bool> isRead;
  for (mlir::Operation &op : predict.getBody().front())
    isRead.push_back(mlir::isa<ir::ReadOp>(op));
  EXPECT_TRUE(std::is_partitioned(isRead.begin(), isRead.end(), [](bool read) { return read; }));
  EXPECT_EQ(std::count(isRead.begin(), isRead.end(), true), 2);
}

TEST(EmitModule, IntegersBecomeFloatsWhereLayersCompute) {
  Tensor x = Input({3}, {.dtype = "int32"});
  Model scaled(x, Rescaling({.scale = 0.5})(x)), kept(x, Flatten()(x));
  EXPECT_EQ(scaled.outputs()[0].dtype(), DType::F32);
  EXPECT_EQ(kept.outputs()[0].dtype(), DType::I32);
  Array data(std::vector<int32_t>{1, 2, 3}, {1, 3});
  EXPECT_EQ(Interpreted(scaled).predict({data}), (std::vector<double>{0.5, 1, 1.5}));
  EXPECT_EQ(Interpreted(kept).predict({data}), (std::vector<double>{1, 2, 3}));
}

TEST(EmitModule, AnInputMayBeAnOutput) {
  Tensor x = Input({2}, {.name = "x"});
  Model model(x, x);
  Interpreted program(model);
  EXPECT_TRUE(program.verifies());
  EXPECT_EQ(program.predict({Array({1, 2}, {1, 2})}), (std::vector<double>{1, 2}));
}

Array arrayOf(const Json &json) { return Array(json.at("values").get<std::vector<float>>(), json.at("shape")); }

// What real Keras computes for every layer and its options (tests/golden/golden.py).
TEST(EmitModule, GivesKerassValues) {
  std::ifstream file(TENON_SOURCE_DIR "/tests/golden/data/layers.json");
  ASSERT_TRUE(file.good());
  int cases = 0;
  for (const Json &golden : Json::parse(file)) {
    SCOPED_TRACE(golden.at("name").get<std::string>());
    Model model = modelFromJson(golden.at("model").dump());
    std::vector<Array> weights, inputs;
    for (const Json &weight : golden.at("weights"))
      weights.push_back(arrayOf(weight));
    for (const Json &input : golden.at("inputs"))
      inputs.push_back(arrayOf(input));
    model.setWeights(weights);
    Interpreted program(model);
    ASSERT_TRUE(program.verifies());
    std::vector<ir::Literal> results = program.call("predict", inputs);
    ASSERT_EQ(results.size(), golden.at("outputs").size());
    for (size_t i = 0; i < results.size(); ++i) {
      Array expected = arrayOf(golden.at("outputs")[i]);
      ASSERT_EQ(results[i].shape().vec(), expected.shape());
      double worst = 0;
      for (int64_t k = 0; k < expected.size(); ++k)
        worst = std::max(worst, std::abs(results[i][k] - expected.at(k)) / (1 + std::abs(expected.at(k))));
      EXPECT_LT(worst, 2e-6);
    }
    ++cases;
  }
  EXPECT_GE(cases, 60);
}

class BatchNorm : public ::testing::Test {
protected:
  Tensor x = Input({1}, {.name = "x"});
  BatchNormalization norm{{.momentum = 0.75, .epsilon = 1e-12, .name = "n"}};
  double mean(Interpreted &program) { return program.state["n/moving_mean"][0]; }
  double variance(Interpreted &program) { return program.state["n/moving_variance"][0]; }
};

TEST_F(BatchNorm, NormalisesByTheBatchAndFollowsItInTraining) {
  Model model(x, norm(x));
  Interpreted program(model, "train", Mode::Training);
  Array batch({1, 3, 5, 7}, {4, 1}); // mean 4, biased variance 5
  auto result = program.call("train", {batch})[0];
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(result[i], (2.0 * i - 3) / std::sqrt(5.0), 1e-9);
  EXPECT_NEAR(mean(program), 0.75 * 0 + 0.25 * 4, 1e-12);
  EXPECT_NEAR(variance(program), 0.75 * 1 + 0.25 * 5, 1e-12);
  auto inference = program.call("predict", {batch})[0];
  EXPECT_NEAR(inference[3], (7 - 1) / std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(mean(program), 1, 1e-12);
}

TEST_F(BatchNorm, CalledTwiceChainsItsStatistics) {
  Tensor y = Input({1}, {.name = "y"});
  Model model({x, y}, add({norm(x), norm(y)}));
  Interpreted program(model, "train", Mode::Training);
  ASSERT_TRUE(program.verifies());
  program.call("train", {Array({2, 2}, {2, 1}), Array({10, 10}, {2, 1})});
  EXPECT_NEAR(mean(program), 0.75 * (0.25 * 2) + 0.25 * 10, 1e-12);
  EXPECT_NEAR(variance(program), 0.75 * 0.75, 1e-12);
}

TEST_F(BatchNorm, FrozenUsesItsStatisticsInTraining) {
  Model model(x, norm(x));
  norm.setTrainable(false);
  Interpreted program(model, "train", Mode::Training);
  Array batch({1, 3}, {2, 1});
  EXPECT_EQ(program.call("train", {batch})[0].values(), program.call("predict", {batch})[0].values());
  EXPECT_EQ(mean(program), 0);
  EXPECT_EQ(variance(program), 1);
}

TEST(DropoutLayer, EachCallHasASiteOfItsOwn) {
  Tensor x = Input({50}, {.name = "x"});
  Dropout drop({.rate = 0.5});
  Model model(x, {drop(x), drop(x), Dropout({.rate = 0})(x)});
  Interpreted program(model, "train", Mode::Training);
  ASSERT_TRUE(program.verifies());
  Array ones = Ones()({4, 50});
  auto run = [&] { return program.call("train", {ones}); };
  auto results = run();
  EXPECT_NE(results[0].values(), results[1].values());
  EXPECT_EQ(results[2].values(), std::vector<double>(200, 1.0));
  int kept = 0;
  for (double value : results[0].values()) {
    EXPECT_TRUE(value == 0 || value == 2);
    kept += value != 0;
  }
  EXPECT_NEAR(kept, 100, 30); // four deviations
  EXPECT_EQ(run()[0].values(), results[0].values());
  program.state["optimizer/iteration"] =
      ir::Literal::scalar(elementType(&program.context, DType::I64), 1); // the next step drops others
  EXPECT_NE(run()[0].values(), results[0].values());
  EXPECT_EQ(program.call("predict", {ones})[0].values(), std::vector<double>(200, 1.0));
}

TEST(DropoutLayer, NoiseIsSharedWhereItsShapeIsOne) {
  Tensor x = Input({5, 3}, {.name = "x"});
  Interpreted program(Model(x, Dropout({.rate = 0.5, .noiseShape = {None, 1, 3}})(x)), "train", Mode::Training);
  ASSERT_TRUE(program.verifies());
  ir::Literal result = program.call("train", {Ones()({8, 5, 3})})[0];
  int kept = 0;
  for (int64_t sample = 0; sample < 8; ++sample)
    for (int64_t channel = 0; channel < 3; ++channel) {
      double first = result[sample * 15 + channel];
      EXPECT_TRUE(first == 0 || first == 2);
      kept += first != 0;
      for (int64_t step = 1; step < 5; ++step)
        EXPECT_EQ(result[sample * 15 + step * 3 + channel], first);
    }
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 24);
}

} // namespace
} // namespace tenon::graph
