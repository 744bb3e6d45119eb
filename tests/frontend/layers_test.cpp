// SPDX-License-Identifier: Apache-2.0
// Every layer of the table: shape, weights, configuration, emission in both modes, a second call.
#include "frontend/graph/LayerTable.h"
#include "frontend/graph/Sharing.h"
#include "tests/frontend/Interpret.h"
#include "tests/frontend/LayerCases.h"
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
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
  SharedLayers shared;
  std::shared_ptr<LayerNode> copy = deserializeLayer(json, shared);
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
  for (int64_t i = 0; i < results[0].size(); ++i) // an index outside its table gives NaN
    EXPECT_TRUE(results[0][i] == results[1][i] || (std::isnan(results[0][i]) && std::isnan(results[1][i]))) << i;
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
  EXPECT_EQ(cppSignature(*findLayerClass("Dense")),
            "Dense({.units, .activation = \"linear\", .useBias = true, .kernelInitializer = \"glorot_uniform\", "
            ".biasInitializer = \"zeros\", .kernelRegularizer = std::nullopt, .biasRegularizer = std::nullopt, "
            ".activityRegularizer = std::nullopt, .kernelConstraint = std::nullopt, .biasConstraint = std::nullopt, "
            ".name = {}, .trainable = true})");
  EXPECT_EQ(cppSignature(*findLayerClass("MaxPooling2D")),
            "MaxPooling2D({.poolSize = {2,2}, .strides = std::nullopt, .padding = \"valid\", .dataFormat = "
            "\"channels_last\", .activityRegularizer = std::nullopt, .name = {}, .trainable = true})");
  EXPECT_EQ(kerasSignature(*findLayerClass("Conv1D")),
            "Conv1D(filters, kernel_size, strides=1, padding='valid', data_format='channels_last', dilation_rate=1, "
            "groups=1, activation='linear', use_bias=True, kernel_initializer='glorot_uniform', "
            "bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, "
            "kernel_constraint=None, bias_constraint=None, name=None, trainable=True)");
  EXPECT_EQ(kerasSignature(*findLayerClass("BatchNormalization")),
            "BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, "
            "beta_initializer='zeros', gamma_initializer='ones', moving_mean_initializer='zeros', "
            "moving_variance_initializer='ones', beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, "
            "gamma_constraint=None, renorm=False, renorm_clipping=None, renorm_momentum=0.99, synchronized=False, "
            "activity_regularizer=None, name=None, trainable=True)");
  EXPECT_EQ(findLayerClass("NoSuchLayer"), nullptr);
}

// Keras's own constructors, from tests/golden/signatures.py. What is not among a constructor's arguments Keras takes by
// name, as **kwargs.
TEST(LayerTable, SignaturesAreKerass) {
  std::ifstream file(TENON_SOURCE_DIR "/tests/golden/data/signatures.json");
  ASSERT_TRUE(file.good());
  const Json golden = Json::parse(file);
  const std::set<std::string> left = {"lora_rank", "lora_alpha", "ragged", "input_tensor"};
  const std::set<std::string> byName = {"activity_regularizer", "name", "trainable", "zero_output_for_mask", "input_length"};
  for (const LayerClass &row : layerTable()) {
    ASSERT_TRUE(golden.contains(row.name)) << row.name;
    std::vector<std::string> expected, actual;
    std::map<std::string, bool> required;
    for (const Json &argument : golden.at(row.name)) {
      const std::string name = argument[0].get<std::string>();
      if (left.count(name))
        continue;
      expected.push_back(name);
      required[name] = argument[1].is_null();
    }
    bool defaults = false;
    for (const LayerArgument &argument : row.arguments) {
      defaults |= !argument.kerasDefault.empty();
      EXPECT_EQ(argument.kerasDefault.empty(), !defaults) << row.name << ": Python wants defaults behind " << argument.name;
      if (!required.count(argument.name)) {
        EXPECT_TRUE(byName.count(argument.name)) << row.name << ": " << argument.name;
        continue;
      }
      actual.push_back(argument.name);
      EXPECT_EQ(argument.kerasDefault.empty(), required[argument.name]) << row.name << ": " << argument.name;
    }
    EXPECT_EQ(actual, expected) << row.name;
  }
}

/// The fields of every options struct of the public headers, in the order of their declaration.
std::map<std::string, std::vector<std::string>> declaredFields() {
  std::map<std::string, std::vector<std::string>> fields;
  std::vector<std::filesystem::path> headers = {TENON_SOURCE_DIR "/frontend/include/tenon/tensor.h"};
  for (const auto &entry : std::filesystem::directory_iterator(TENON_SOURCE_DIR "/frontend/include/tenon/layers"))
    headers.push_back(entry.path());
  const std::regex begin("(?:template <size_t Rank> )?struct (\\w+Options) \\{"), field("  [\\w:<>]+ (\\w+)( = .*)?;");
  for (const auto &path : headers) {
    std::ifstream file(path);
    std::vector<std::string> *list = nullptr;
    std::smatch match;
    for (std::string line; std::getline(file, line);)
      if (std::regex_match(line, match, begin))
        list = &fields[match[1]];
      else if (line == "};")
        list = nullptr;
      else if (list && std::regex_match(line, match, field))
        list->push_back(match[1]);
  }
  return fields;
}

TEST(LayerTable, DesignatorsFollowTheDeclaration) {
  const auto fields = declaredFields();
  const std::regex designator("\\.([a-z]\\w*)");
  for (const LayerClass &row : layerTable()) {
    const std::string text = cppSignature(row);
    std::vector<std::string> named;
    for (std::sregex_iterator i(text.begin(), text.end(), designator), end; i != end; ++i)
      named.push_back((*i)[1]);
    // The layer's own struct, or whichever has all of these fields in this order.
    auto follows = [&](const std::vector<std::string> &declared) {
      size_t next = 0;
      for (const std::string &name : declared)
        next += next < named.size() && named[next] == name;
      return next == named.size();
    };
    auto own = fields.find(row.name + "Options");
    if (own != fields.end()) {
      EXPECT_TRUE(follows(own->second)) << text;
    } else {
      EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [&](const auto &entry) { return follows(entry.second); })) << text;
    }
  }
}

TEST(LayerTable, EveryArgumentIsExplained) {
  for (const LayerClass &row : layerTable())
    for (const LayerArgument &argument : row.arguments)
      EXPECT_NE(argumentMeaning(argument.name), "") << row.name << " " << argument.name;
}

} // namespace
} // namespace tenon::graph
