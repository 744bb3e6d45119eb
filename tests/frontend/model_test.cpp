// SPDX-License-Identifier: Apache-2.0
// Models: order and names of layers, sharing, nesting, several inputs and outputs, Sequential, parts of graphs.
#include "frontend/graph/ModelNode.h"
#include "tests/frontend/Interpret.h"
#include <gmock/gmock.h>
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

using ::testing::ElementsAre;

class Models : public ::testing::Test {
protected:
  void SetUp() override { clearSession(); }
};

std::vector<std::string> layerNames(const Model &model) {
  std::vector<std::string> names;
  for (const Layer &layer : model.layers())
    names.push_back(layer.name());
  return names;
}

TEST_F(Models, AutomaticNamesAreKerass) {
  for (auto [className, name] : {std::pair("ReLU", "re_lu"),
                                 {"PReLU", "p_re_lu"},
                                 {"RMSprop", "rm_sprop"},
                                 {"SeparableConv2D", "separable_conv2d"},
                                 {"GlobalMaxPooling1D", "global_max_pooling1d"},
                                 {"LSTM", "lstm"},
                                 {"Conv2DTranspose", "conv2d_transpose"},
                                 {"InputLayer", "input_layer"}})
    EXPECT_EQ(snakeCase(className), name);
  EXPECT_EQ(Dense({.units = 1}).name(), "dense");
  EXPECT_EQ(Dense({.units = 1}).name(), "dense_1");
  EXPECT_EQ(Dense({.units = 1, .name = "mine"}).name(), "mine");
  EXPECT_EQ(Dense({.units = 1}).name(), "dense_2");
  EXPECT_EQ(Input({3}).name(), "input_layer");
  EXPECT_EQ(Input({3}).name(), "input_layer_1");
  clearSession();
  EXPECT_EQ(Dense({.units = 1}).name(), "dense");
}

// Branches of different depth: by depth from the outputs, then in the order of the walk, not of creation.
TEST_F(Models, LayersComeInKerassOrder) {
  Tensor x = Input({8}, {.name = "x"});
  Tensor late = Dense({.units = 4, .name = "late"})(x);
  Tensor a = Dense({.units = 4, .name = "a"})(x);
  Tensor b = Dense({.units = 4, .name = "b"})(a);
  Model model(x, add({b, late}, {.name = "sum"}));
  EXPECT_THAT(layerNames(model), ElementsAre("x", "a", "b", "late", "sum"));
}

TEST_F(Models, InputsThatNothingNeedsAreKept) {
  Tensor a = Input({2}, {.name = "a"}), b = Input({3}, {.name = "b"});
  Model model({a, b}, Flatten({.name = "f"})(a));
  EXPECT_THAT(layerNames(model), ElementsAre("a", "b", "f"));
  Interpreted program(model);
  EXPECT_EQ(program.predict({Array({1, 2}, {1, 2}), Array({1, 3}, DType::F32)}), (std::vector<double>{1, 2}));
}

TEST_F(Models, LayersAreFound) {
  Tensor x = Input({8}, {.name = "x"});
  Dense dense({.units = 4});
  Tensor y = dense(x);
  Model model(x, ReLU()(y));
  EXPECT_EQ(model.getLayer("dense"), dense);
  EXPECT_EQ(model.getLayer(1), dense);
  EXPECT_EQ(model.getLayer(-2), dense);
  EXPECT_EQ(dense.output(), y);
  EXPECT_EQ(dense.input(), x);
  EXPECT_EQ(model.getLayer("dense").countParams(), 36);
  Model features(model.inputs(), model.getLayer("dense").output(), {.name = "features"});
  EXPECT_THAT(layerNames(features), ElementsAre("x", "dense"));
  EXPECT_EQ(features.node()->name(), "features");
}

TEST_F(Models, ASharedLayerHasOneSetOfWeights) {
  Tensor a = Input({3}, {.name = "a"}), b = Input({3}, {.name = "b"});
  Dense shared({.units = 2, .name = "shared"});
  Model model({a, b}, concatenate({shared(a), shared(b)}));
  EXPECT_THAT(model.weightNames(), ElementsAre("shared/kernel", "shared/bias"));
  EXPECT_EQ(model.countParams(), 8);
  shared.setWeights({Array({1, 2, 3, 4, 5, 6}, {3, 2}), Array({10, 20}, {2})});
  Interpreted program(model);
  EXPECT_EQ(program.predict({Array({1, 0, 0}, {1, 3}), Array({0, 1, 1}, {1, 3})}),
            (std::vector<double>{11, 22, 18, 30}));
}

TEST_F(Models, NestedModelsAreInlinedUnderTheirPath) {
  Tensor inner = Input({3}, {.name = "in"});
  Model block(inner, Dense({.units = 2, .name = "d"})(inner), {.name = "block"});
  Tensor x = Input({3}, {.name = "x"}), y = Input({3}, {.name = "y"});
  Model model({x, y}, add({block(x), block(y)}, {.name = "sum"}));
  EXPECT_THAT(model.weightNames(), ElementsAre("block/d/kernel", "block/d/bias"));
  block.setWeights({Array({1, 0, 0, 1, 0, 0}, {3, 2}), Array({0.5, 0}, {2})});
  Interpreted program(model);
  EXPECT_EQ(program.predict({Array({1, 2, 3}, {1, 3}), Array({4, 5, 6}, {1, 3})}), (std::vector<double>{6, 7}));
  std::vector<std::string> locations;
  program.module->walk([&](ir::MatmulOp op) { locations.push_back(ir::layerName(op.getLoc())); });
  EXPECT_THAT(locations, ElementsAre("block/d", "block/d"));
}

TEST_F(Models, SeveralResultsOfANestedModel) {
  Tensor in = Input({3}, {.name = "in"});
  Model block(in, {ReLU()(in), Rescaling({.scale = 2})(in)}, {.name = "block"});
  Tensor x = Input({3}, {.name = "x"});
  std::vector<Tensor> results = block.call(x);
  Model model(x, {results[1], results[0]});
  EXPECT_THAT(model.model().outputNames(), ElementsAre("block", "block_1"));
  Interpreted program(model);
  auto values = program.call("predict", {Array({-1, 0, 1}, {1, 3})});
  EXPECT_EQ(values[0].values(), (std::vector<double>{-2, 0, 2}));
  EXPECT_EQ(values[1].values(), (std::vector<double>{0, 0, 1}));
}

TEST_F(Models, APartOfAGraphIsAModel) {
  Tensor x = Input({4}, {.name = "x"});
  Dense first({.units = 3, .name = "first"}), second({.units = 2, .name = "second"});
  Tensor middle = first(x);
  Tensor y = second(ReLU({.name = "relu"})(middle));
  Model head(middle, y);
  EXPECT_THAT(layerNames(head), ElementsAre("input_layer", "relu", "second"));
  EXPECT_THAT(head.weightNames(), ElementsAre("second/kernel", "second/bias"));
  EXPECT_EQ(head.inputs()[0].shape(), (Shape{None, 3}));
  second.setWeights({Array({1, 0, 0, 1, 1, 1}, {3, 2}), Array({0, 0}, {2})});
  Interpreted program(head);
  EXPECT_EQ(program.predict({Array({1, -5, 2}, {1, 3})}), (std::vector<double>{3, 2}));
}

TEST_F(Models, SequentialInAllItsWays) {
  Sequential given({Input({3}, {.name = "x"}), Dense({.units = 4}), Dense({.units = 2})});
  EXPECT_EQ(given.outputs()[0].shape(), (Shape{None, 2}));
  EXPECT_THAT(layerNames(given), ElementsAre("dense", "dense_1"));
  EXPECT_THAT(given.weightNames(), ElementsAre("dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"));

  Sequential grown;
  grown.add(Dense({.units = 4}));
  EXPECT_TRUE(grown.getWeights().empty());
  grown.build({None, 3});
  EXPECT_EQ(grown.countParams(), 16);
  grown.add(Flatten());
  EXPECT_EQ(grown.outputs()[0].shape(), (Shape{None, 4}));

  Sequential called({Dense({.units = 4}), ReLU()}, {.name = "called"});
  EXPECT_FALSE(called.model().hasNetwork());
  Tensor x = Input({5});
  Model model(x, called(x));
  EXPECT_THAT(model.weightNames(), ElementsAre("called/dense_3/kernel", "called/dense_3/bias"));

  Sequential nested({given, Dense({.units = 1, .name = "last"})});
  EXPECT_EQ(nested.inputs()[0].shape(), (Shape{None, 3}));
  EXPECT_EQ(nested.countParams(), 16 + 10 + 3);
}

TEST_F(Models, FreezingReachesInside) {
  Tensor in = Input({3});
  Dense dense({.units = 2, .name = "d"});
  Model block(in, BatchNormalization({.name = "n"})(dense(in)), {.name = "block"});
  Tensor x = Input({3});
  Model model(x, block(x));
  auto trained = [&] {
    std::vector<std::string> names;
    for (const NamedWeight &weight : namedWeights(model.model()))
      if (weight.trainable)
        names.push_back(weight.name);
    return names;
  };
  EXPECT_THAT(trained(), ElementsAre("block/d/kernel", "block/d/bias", "block/n/gamma", "block/n/beta"));
  dense.setTrainable(false);
  EXPECT_THAT(trained(), ElementsAre("block/n/gamma", "block/n/beta"));
  block.setTrainable(false);
  EXPECT_TRUE(trained().empty());
  block.setTrainable(true);
  EXPECT_EQ(trained().size(), 4u);
}

TEST_F(Models, WrittenWeightsChangeTheVersion) {
  Tensor x = Input({1});
  Dense dense({.units = 1});
  Model model(x, dense(x));
  const void *storage = namedWeights(model.model())[0].weight->value.raw();
  uint64_t before = weightsVersion(model.model());
  dense.setWeights({Array({2}, {1, 1}), Array({3}, {1})});
  EXPECT_NE(weightsVersion(model.model()), before);
  EXPECT_EQ(namedWeights(model.model())[0].weight->value.raw(), storage);
  EXPECT_EQ(model.getWeights()[0].at(0), 2);
  model.getWeights()[0].data<float>()[0] = 7; // a copy
  EXPECT_EQ(model.getWeights()[0].at(0), 2);
}

// The graph of the program that the documentation opens with.
TEST_F(Models, TheResidualNetworkReadsAsInKeras) {
  Tensor image = Input({8, 8, 1}, {.name = "image"});
  Tensor x = Rescaling({.scale = 1.0 / 16})(image);
  Tensor y = Conv2D({.filters = 32, .kernelSize = {3, 3}, .padding = "same", .useBias = false})(x);
  y = ReLU()(BatchNormalization()(y));
  y = Conv2D({.filters = 32, .kernelSize = {3, 3}, .padding = "same"})(y);
  Tensor shortcut = Conv2D({.filters = 32, .kernelSize = {1, 1}})(x);
  y = MaxPooling2D({.poolSize = {2, 2}})(ReLU()(add({y, shortcut})));
  Tensor digit = Dense({.units = 10, .activation = "softmax"})(Flatten()(y));
  Model model({image}, {digit}, {.name = "digits"});
  EXPECT_EQ(model.countParams(), 288 + 128 + 9248 + 64 + 5130);
  EXPECT_EQ(digit.shape(), (Shape{None, 10}));
  EXPECT_THAT(layerNames(model), ElementsAre("image", "rescaling", "conv2d", "batch_normalization", "re_lu", "conv2d_1",
                                             "conv2d_2", "add", "re_lu_1", "max_pooling2d", "flatten", "dense"));
}

TEST_F(Models, ADeepChainIsNoProblem) {
  Tensor x = Input({2}), y = x;
  for (int i = 0; i < 3000; ++i)
    y = ReLU()(y);
  EXPECT_EQ(Model(x, y).layers().size(), 3001u);
}

} // namespace
} // namespace tenon::graph
