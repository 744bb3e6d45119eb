// SPDX-License-Identifier: Apache-2.0
// Every layer of the table: shape, weights, configuration, emission in both modes, a second call.
#include "frontend/graph/LayerTable.h"
#include "tests/frontend/Interpret.h"
#include "tests/frontend/LayerCases.h"
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <set>
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

using testing::layerCases;
using Case = testing::LayerCase;
using Weights = testing::Weights;

std::vector<Tensor> inputsOf(const Case &testCase) {
  std::vector<Tensor> inputs;
  for (const Shape &shape : testCase.inputs)
    inputs.push_back(Input(shape));
  return inputs;
}
// Two samples; unknown dimensions are 4.
std::vector<Array> dataOf(const Case &testCase) {
  std::vector<Array> data;
  for (Shape shape : testCase.inputs) {
    shape.insert(shape.begin(), 2);
    std::replace(shape.begin(), shape.end(), None, int64_t(4));
    data.push_back(RandomNormal({.stddev = 1, .seed = 5})(shape));
  }
  return data;
}

class Layers : public ::testing::TestWithParam<Case> {};

TEST_P(Layers, GivesTheShapeAndKeepsKerassWeights) {
  Layer layer = GetParam().make();
  Tensor output = layer(inputsOf(GetParam()));
  EXPECT_EQ(output.shape(), GetParam().output);
  EXPECT_EQ(output.dtype(), DType::F32);
  Weights weights;
  std::vector<Array> values = layer.getWeights();
  for (size_t i = 0; i < values.size(); ++i)
    weights.push_back({layer.weightNames()[i], values[i].shape()});
  EXPECT_EQ(weights, GetParam().weights);
}

TEST_P(Layers, SurvivesItsConfiguration) {
  Layer layer = GetParam().make();
  layer(inputsOf(GetParam()));
  Json json = serializeLayer(*layer.node());
  std::shared_ptr<LayerNode> copy = deserializeLayer(json);
  copy->call(inputsOf(GetParam()));
  EXPECT_EQ(serializeLayer(*copy), json);
  EXPECT_EQ(copy->name(), layer.name());
  EXPECT_EQ(copy->trainable(), layer.trainable());
}

TEST_P(Layers, IsEmittedInBothModes) {
  std::vector<Tensor> inputs = inputsOf(GetParam());
  Layer layer = GetParam().make();
  Model model(inputs, layer(inputs));
  Interpreted program(model, "train", Mode::Training);
  ASSERT_TRUE(program.verifies());
  std::vector<Array> data = dataOf(GetParam());
  for (const char *function : {"predict", "train"}) {
    ir::Literal result = program.call(function, data)[0];
    ASSERT_EQ(result.rank(), static_cast<int64_t>(GetParam().output.size())) << function;
    EXPECT_EQ(result.dim(0), 2) << function;
    for (int64_t axis = 1; axis < result.rank(); ++axis)
      if (GetParam().output[axis] != None) {
        EXPECT_EQ(result.dim(axis), GetParam().output[axis]) << function << " axis " << axis;
      }
  }
  program.module->walk([&](ir::NodeInterface op) { EXPECT_EQ(ir::layerName(op->getLoc()), layer.name()); });
}

TEST_P(Layers, SharesItsWeightsWhenCalledTwice) {
  Layer layer = GetParam().make();
  std::vector<Tensor> first = inputsOf(GetParam()), second = inputsOf(GetParam()), all = first;
  all.insert(all.end(), second.begin(), second.end());
  Tensor a = layer(first), b = layer(second);
  Model model(all, {a, b});
  EXPECT_EQ(model.getWeights().size(), GetParam().weights.size());
  Interpreted program(model);
  ASSERT_TRUE(program.verifies());
  std::vector<Array> data = dataOf(GetParam()), twice = data;
  twice.insert(twice.end(), data.begin(), data.end());
  auto results = program.call("predict", twice);
  EXPECT_EQ(results[0].values(), results[1].values());
}

INSTANTIATE_TEST_SUITE_P(Table, Layers, ::testing::ValuesIn(layerCases()), [](const auto &info) { return info.param.title; });

TEST(LayerTable, IsSortedAndEveryLayerIsTested) {
  std::set<std::string> tested = {"InputLayer"}; // every test begins with one
  for (const Case &testCase : layerCases())
    tested.insert(testCase.make().className());
  std::set<std::string> known;
  std::vector<std::string> order;
  for (const LayerClass &row : layerTable()) {
    order.push_back(row.name);
    known.insert(row.name);
  }
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end(), [](std::string a, std::string b) {
    for (std::string *text : {&a, &b})
      std::transform(text->begin(), text->end(), text->begin(), ::tolower);
    return a < b;
  }));
  EXPECT_EQ(tested, known);
}

TEST(LayerTable, SignaturesNameOptionsInOrderWithDefaults) {
  EXPECT_EQ(findLayerClass("Dense")->signature,
            "Dense({.units, .activation = \"linear\", .useBias = true, .kernelInitializer = \"glorot_uniform\", "
            ".biasInitializer = \"zeros\", .name = \"\", .trainable = true})");
  EXPECT_EQ(findLayerClass("MaxPooling2D")->signature,
            "MaxPooling2D({.poolSize = {2,2}, .strides = std::nullopt, .padding = \"valid\", .name = \"\", "
            ".trainable = true})");
  EXPECT_EQ(findLayerClass("LSTM"), nullptr);
}

} // namespace
} // namespace tenon::graph
