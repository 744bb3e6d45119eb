// SPDX-License-Identifier: Apache-2.0
// Whole models through compile, fit, evaluate and predict, as compiled for this machine.
#include "frontend/facade/CompilationCount.h"
#include "tests/facade/Helpers.h"

namespace tenon::testing {
namespace {

TEST(Model, PredictNeedsNoCompile) {
  Model model = sectorModel();
  Array p = model.predict(noise({5, 2}), {.verbose = 0});
  ASSERT_EQ(p.shape(), (Shape{5, 3}));
  for (int64_t row = 0; row < 5; ++row)
    EXPECT_NEAR(p.at(3 * row) + p.at(3 * row + 1) + p.at(3 * row + 2), 1, 1e-6);
}

TEST(Model, APredictionDoesNotDependOnItsBatchOrTheThreads) {
  Model model = sectorModel();
  Array x = noise({33, 2});
  Array whole = model.predict(x, {.batchSize = 33, .verbose = 0});
  for (int batch : {1, 2, 7, 16, 32}) {
    Array parts = model.predict(x, {.batchSize = batch, .verbose = 0});
    EXPECT_TRUE(sameBits(parts, whole)) << batch;
  }
  EXPECT_TRUE(sameBits(model.predictOnBatch(x), whole));
  for (int threads : {1, 2, 4}) {
    setThreads(threads);
    EXPECT_TRUE(sameBits(sectorModel().predictOnBatch(x), whole)) << threads;
  }
  setThreads(0);
}

TEST(Model, AFixedBatchGivesTheSameAndTakesNoOther) {
  auto build = [](std::optional<int64_t> batchSize) {
    clearSession();
    setRandomSeed(3);
    Tensor x = Input({4, 4, 2}, {.batchSize = batchSize, .name = "x"});
    Tensor y = BatchNormalization()(Conv2D({.filters = 3, .kernelSize = 3, .padding = "same"})(x));
    return Model(x, Dense({.units = 3, .activation = "softmax"})(GlobalMaxPooling2D()(y)), {.name = "fixed"});
  };
  Model fixed = build(4), free = build(std::nullopt);
  EXPECT_EQ(fixed.outputs()[0].shape(), (Shape{4, 3}));
  Array x = noise({8, 4, 4, 2}), y = oneHot(Array(std::vector<float>{0, 1, 2, 0, 1, 2, 0, 1}, {8}), 3);
  std::vector<Array> predictions;
  for (Model *model : {&fixed, &free}) {
    model->compile({.optimizer = "sgd", .loss = "categorical_crossentropy"});
    model->fit(x, y, {.batchSize = 4, .epochs = 2, .verbose = 0, .shuffle = false});
    predictions.push_back(model->predict(x, {.batchSize = 4, .verbose = 0}));
  }
  EXPECT_TRUE(sameBits(predictions[0], predictions[1]));
  EXPECT_THAT(errorOf([&] { fixed.predict(x, {.batchSize = 8, .verbose = 0}); }), ::testing::HasSubstr("(4, 4, 4, 2)"));
  EXPECT_EQ(modelFromJson(fixed.toJson()).inputs()[0].shape(), (Shape{4, 4, 4, 2}));
}

TEST(Model, PredictsWithTheWeightsOfNow) {
  Model model = sectorModel();
  Array x = noise({4, 2});
  Array before = model.predictOnBatch(x);
  std::vector<Array> weights = model.getWeights();
  model.compile(standard());
  Array inside;
  LambdaCallback callback;
  callback.trainBatchEnd = [&](TrainingContext &, int64_t, const Logs &) { inside = model.predictOnBatch(x); };
  FitOptions options = quiet();
  options.callbacks = {callback};
  model.fit(sectors(16), options);
  Array after = model.predictOnBatch(x);
  EXPECT_FALSE(sameBits(before, after));
  EXPECT_TRUE(sameBits(inside, after)); // one batch
  model.setWeights(weights);
  EXPECT_TRUE(sameBits(model.predictOnBatch(x), before));
}

TEST(Model, CompilesOnceForOneProgram) {
  Model first = sectorModel("cached");
  first.compile(standard());
  first.fit(sectors(32), quiet());
  first.predictOnBatch(noise({1, 2}));
  int64_t count = facade::compilationCount();
  first.fit(sectors(48), quiet(2));
  Model second = sectorModel("cached");
  second.compile(standard());
  second.fit(sectors(32), quiet());
  second.predictOnBatch(noise({1, 2}));
  EXPECT_EQ(facade::compilationCount(), count);
  second.compile({.optimizer = "sgd", .loss = "mse"});
  second.fit(sectors(32), quiet());
  EXPECT_EQ(facade::compilationCount(), count + 1);
}

TEST(Model, SeveralInputsAndOutputs) {
  clearSession();
  setRandomSeed(1);
  Tensor a = Input({2}, {.name = "a"}), b = Input({3}, {.name = "b"});
  Tensor joined = concatenate({a, b});
  Model model({a, b},
              {Dense({.units = 1, .name = "age"})(joined),
               Dense({.units = 2, .activation = "softmax", .name = "income"})(joined)},
              {.name = "both"});
  model.compile({.optimizer = "sgd",
                 .loss = {{"age", "mse"}, {"income", "sparse_categorical_crossentropy"}},
                 .lossWeights = {{"age", 0.25}, {"income", 10}},
                 .metrics = {{"age", "mse"}, {"income", {"accuracy"}}}});
  Array x1 = noise({8, 2}), x2 = noise({8, 3}, 2), age = noise({8, 1}, 3);
  Array income(std::vector<int32_t>{0, 1, 1, 0, 1, 0, 0, 1}, {8});
  Scores scores = model.evaluate({x1, x2}, {age, income}, {.verbose = 0});
  std::vector<std::string> names;
  for (const auto &[name, value] : scores)
    names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"loss", "age_loss", "income_loss", "age_mse", "income_accuracy"}));
  EXPECT_NEAR(scores["loss"], 0.25 * scores["age_loss"] + 10 * scores["income_loss"], 1e-5);
  EXPECT_NEAR(scores["age_loss"], scores["age_mse"], 1e-6);
  Predictions byName = model.predict({{"b", x2}, {"a", x1}}, {.verbose = 0});
  Predictions byPlace = model.predict({x1, x2}, {.verbose = 0});
  EXPECT_TRUE(sameBits(byName["age"], byPlace[0]));
  EXPECT_TRUE(sameBits(byName["income"], byPlace[1]));
}

TEST(Model, CompileErrors) {
  Model model = sectorModel();
  EXPECT_EQ(errorOf([&] { model.fit(sectors(8)); }), "sectors: call compile() before fit()");
  EXPECT_EQ(errorOf([&] { model.evaluate(sectors(8)); }), "sectors: call compile() before evaluate()");
  EXPECT_EQ(errorOf([&] { model.compile({.optimizer = "adam"}); }), "sectors: compile needs a loss");
  EXPECT_EQ(errorOf([&] { model.compile({.loss = {"mse", "mse"}}); }),
            "sectors: got loss for 2 outputs, expected 1 (dense_1)");
  EXPECT_EQ(errorOf([&] { model.compile({.loss = {{"dense", "mse"}}}); }),
            "sectors: loss names the output 'dense', its outputs are dense_1");
  EXPECT_EQ(errorOf([&] { model.compile({.loss = "mse", .lossWeights = {{"dense", 1.0}}}); }),
            "sectors: lossWeights names the output 'dense', its outputs are dense_1");
  EXPECT_EQ(errorOf([&] { model.compile({.loss = "mse", .metrics = {"acuracy"}}); }).substr(0, 24),
            "unknown metric 'acuracy'");
  // A compile that failed leaves the model as it was.
  EXPECT_EQ(errorOf([&] { model.fit(sectors(8)); }), "sectors: call compile() before fit()");
}

} // namespace
} // namespace tenon::testing
