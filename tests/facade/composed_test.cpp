// SPDX-License-Identifier: Apache-2.0
// Models made of models and of shared layers, and Sequential models, as compiled for this machine.
#include "tests/facade/Helpers.h"

namespace tenon::testing {
namespace {

TEST(ComposedModel, ModelsShareTheirLayersWeights) {
  Tensor x = Input({2}, {.name = "x"});
  Dense shared({.units = 3, .activation = "softmax", .name = "shared"});
  Model one({x}, {shared(x)}, {.name = "one"});
  Tensor y = Input({2}, {.name = "y"});
  Model two({y}, {shared(y)}, {.name = "two"});
  Array points = noise({4, 2});
  Array before = two.predictOnBatch(points);
  one.compile(standard());
  one.fit(sectors(32), quiet());
  EXPECT_FALSE(sameBits(two.predictOnBatch(points), before));
  EXPECT_TRUE(sameBits(two.predictOnBatch(points), one.predictOnBatch(points)));
}

TEST(ComposedModel, SequentialGrowsAfterPredict) {
  clearSession();
  setRandomSeed(1);
  Sequential model({Input({2}), Dense({.units = 3})}, {.name = "grows"});
  EXPECT_EQ(static_cast<Array>(model.predictOnBatch(noise({2, 2}))).shape(), (Shape{2, 3}));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.add(Dense({.units = 4}));
  EXPECT_EQ(static_cast<Array>(model.predictOnBatch(noise({2, 2}))).shape(), (Shape{2, 4}));
  EXPECT_EQ(errorOf([&] { model.fit(noise({2, 2}), noise({2, 4}), quiet()); }),
            "grows: layers were added after compile(), call compile() again");
}

TEST(ComposedModel, ASequentialLearnsItsInputFromTheData) {
  clearSession();
  setRandomSeed(1);
  Sequential late({Dense({.units = 8, .activation = "tanh"}), Dense({.units = 3, .activation = "softmax"})},
                  {.name = "late"});
  late.compile(standard());
  late.fit(sectors(32), quiet());
  EXPECT_EQ(late.countParams(), 51);
  EXPECT_EQ(late.outputs()[0].shape(), (Shape{None, 3}));
  Sequential wrong({Dense({.units = 3})}, {.name = "wrong"});
  EXPECT_EQ(errorOf([&] { wrong.fit(sectors(32), quiet()); }), "wrong: call compile() before fit()");
  wrong = Sequential({Dense({.units = 3})}, {.name = "wrong"});
  wrong.compile({.loss = "mse", .metrics = {"acuracy"}}); // told once the outputs are known
  EXPECT_EQ(errorOf([&] { wrong.fit(sectors(32), quiet()); }).substr(0, 24), "unknown metric 'acuracy'");
  Sequential predicts({Flatten(), Dense({.units = 2})});
  EXPECT_EQ(static_cast<Array>(predicts.predictOnBatch(noise({3, 2, 2}))).shape(), (Shape{3, 2}));
}

TEST(ComposedModel, TheFirstLayerMayGiveTheInputShape) {
  Sequential model({Dense({.units = 32, .activation = "relu", .inputShape = {64}}), Dense({.units = 10})});
  EXPECT_EQ(model.countParams(), 64 * 32 + 32 + 32 * 10 + 10);
  EXPECT_EQ(model.inputs()[0].shape(), (Shape{None, 64}));
  Sequential images;
  images.add(Conv2D({.filters = 4, .kernelSize = 3, .inputShape = {None, None, 3}}));
  EXPECT_EQ(images.outputs()[0].shape(), (Shape{None, None, None, 4}));
  Tensor x = Input({2}); // elsewhere it means nothing, as in Keras
  EXPECT_EQ(Dense({.units = 3, .inputShape = {64}})(x).shape(), (Shape{None, 3}));
}

TEST(ComposedModel, FreezingAModelFreezesWhatIsInside) {
  Tensor a = Input({2});
  Model inner({a}, {BatchNormalization()(Dense({.units = 4})(a))}, {.name = "inner"});
  Tensor x = Input({2}, {.name = "x"});
  Model model({x}, {Dense({.units = 3, .activation = "softmax"})(inner(x))}, {.name = "outer"});
  inner.setTrainable(false);
  for (const Layer &layer : inner.layers())
    EXPECT_FALSE(layer.trainable());
  model.compile(standard());
  std::vector<Array> before = inner.getWeights();
  model.fit(sectors(32), quiet());
  EXPECT_TRUE(sameBits(inner.getWeights(), before)) << "moving statistics too";
}

TEST(ComposedModel, SeveralOutputsOfACalledModel) {
  Tensor a = Input({2}, {.name = "a"});
  Model inner({a}, {Dense({.units = 2, .name = "one"})(a), Dense({.units = 3, .name = "two"})(a)}, {.name = "inner"});
  Tensor x = Input({2}, {.name = "x"});
  auto [one, two] = inner.call<2>(x);
  EXPECT_EQ(one.shape(), (Shape{None, 2}));
  EXPECT_EQ(two.shape(), (Shape{None, 3}));
  EXPECT_EQ(inner.call(x).size(), 2u);
  Model outer({x}, {concatenate({one, two})});
  Array points = noise({4, 2});
  Predictions parts = inner.predictOnBatch(points);
  Array joined = outer.predictOnBatch(points);
  EXPECT_EQ(joined.at(0), parts[0].at(0));
  EXPECT_EQ(joined.at(4), parts[1].at(2));
  EXPECT_EQ(errorOf([&] { inner(x); }), "inner: has 2 results, expected one; call(...) gives them all");
  EXPECT_EQ(errorOf([&] { inner.call<3>(x); }), "inner: has 2 results, expected 3 in call<3>(...)");
}

TEST(ComposedModel, ASiameseCellCutAtItsMiddle) {
  Tensor left = Input({None, 8}, {.name = "left"}), right = Input({None, 8}, {.name = "right"});
  Dense shared({.units = 32, .activation = "tanh", .name = "shared"});
  GlobalAveragePooling2D pool;
  auto encode = [&](const Tensor &x) { return shared(pool(Reshape({.targetShape = {-1, 1, 8}})(x))); };
  Tensor a = encode(left), b = encode(right);
  Tensor answer = Dense({.units = 1, .activation = "sigmoid", .name = "answer"})(concatenate({a, b}));
  Model meant({left, right}, {answer}, {.name = "meant"});
  EXPECT_EQ(meant.countParams(), (8 * 32 + 32) + 65);
  std::string warning = warningsOf([&] {
    Model literal({a, b}, {answer}, {.name = "literal"}); // as the document has it
    EXPECT_EQ(literal.countParams(), 65);
    Array x = noise({3, 32});
    EXPECT_EQ(static_cast<Array>(literal.predictOnBatch(Feed{x, x})).shape(), (Shape{3, 1}));
  });
  EXPECT_EQ(warning, "warning: literal: begins behind shared, so 288 weights in front (shared) are not part of it: it "
                     "will not train or save them\n");
  EXPECT_EQ(warningsOf([&] { Model({left, right}, {answer}); }), "");
}

} // namespace
} // namespace tenon::testing
