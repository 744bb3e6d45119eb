// SPDX-License-Identifier: Apache-2.0
// Whole models through compile, fit, evaluate and predict, as compiled for this machine.
#include "frontend/facade/CompilationCount.h"
#include "tests/facade/Helpers.h"

namespace tenon::testing {
namespace {

CompileOptions standard() {
  return {.optimizer = Adam({.learningRate = 0.02}), .loss = "categorical_crossentropy", .metrics = {"accuracy"}};
}
FitOptions quiet(int epochs = 1) { return {.batchSize = 16, .epochs = epochs, .verbose = 0, .seed = 5}; }

TEST(Model, LearnsAndScores) {
  Model model = sectorModel();
  Dataset data = sectors(300);
  model.compile(standard());
  FitOptions options = quiet(30);
  options.validationSplit = 0.2;
  History history = model.fit(data, options);
  EXPECT_EQ(history.epoch.size(), 30u);
  EXPECT_LT(history.history.at("loss").back(), history.history.at("loss").front() / 2);
  EXPECT_TRUE(history.history.count("val_accuracy"));
  Scores scores = model.evaluate(sectors(200, 99), {.verbose = 0});
  EXPECT_GT(scores["accuracy"], 0.9);
  EXPECT_EQ(scores.begin()->first, "loss");
}

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

TEST(Model, TrainingDoesNotDependOnTheThreads) {
  std::vector<std::vector<Array>> weights;
  for (int threads : {1, 2, 4}) {
    setThreads(threads);
    Model model = sectorModel();
    model.compile(standard());
    model.fit(sectors(70), quiet(3));
    weights.push_back(model.getWeights());
  }
  setThreads(0);
  EXPECT_TRUE(sameBits(weights[0], weights[1]));
  EXPECT_TRUE(sameBits(weights[0], weights[2]));
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

TEST(Model, ModelsShareTheirLayersWeights) {
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

TEST(Model, TheOptimizersStateSurvivesCompileWithTheSameOne) {
  Adam adam({.learningRate = 0.02});
  auto train = [&](bool again, const Optimizer &second) {
    Model model = sectorModel();
    model.compile({.optimizer = adam, .loss = "mse"});
    model.fit(sectors(32), quiet());
    if (again)
      model.compile({.optimizer = second, .loss = "mse"});
    model.fit(sectors(32), quiet());
    return model.getWeights();
  };
  std::vector<Array> through = train(false, adam);
  EXPECT_TRUE(sameBits(train(true, adam), through));
  EXPECT_FALSE(sameBits(train(true, Adam({.learningRate = 0.02})), through));
}

TEST(Model, FrozenLayersStay) {
  Model model = sectorModel();
  Layer first = model.layers()[1];
  first.setTrainable(false);
  model.compile(standard());
  std::vector<Array> before = first.getWeights(), last = model.layers()[2].getWeights();
  model.fit(sectors(32), quiet());
  EXPECT_TRUE(sameBits(first.getWeights(), before));
  EXPECT_FALSE(sameBits(model.layers()[2].getWeights(), last));
  first.setTrainable(true);
  ::testing::internal::CaptureStderr();
  model.fit(sectors(32), quiet());
  model.fit(sectors(32), quiet());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "warning: sectors: a layer's trainable flag was changed after compile(); it takes effect when compile() is "
            "called again\n");
  EXPECT_TRUE(sameBits(first.getWeights(), before));
  model.compile(standard());
  model.fit(sectors(32), quiet());
  EXPECT_FALSE(sameBits(first.getWeights(), before));
}

TEST(Model, OneBatchAtATime) {
  Model model = sectorModel(), whole = sectorModel();
  Dataset data = sectors(32);
  for (Model *m : {&model, &whole})
    m->compile({.optimizer = SGD({.learningRate = 0.1}), .loss = "mse"});
  FitOptions options = quiet();
  options.shuffle = false;
  whole.fit(data, options);
  double first = model.trainOnBatch(data.x(0).rows(0, 16), data.y(0).rows(0, 16));
  double mean = model.trainOnBatch(data.x(0).rows(16, 32), data.y(0).rows(16, 32));
  EXPECT_TRUE(sameBits(model.getWeights(), whole.getWeights()));
  EXPECT_NE(first, mean);
  model.resetMetrics();
  EXPECT_NEAR(model.testOnBatch(data.x(0), data.y(0)), whole.evaluate(data, {.verbose = 0}), 1e-6);
  // A weight of zero is a sample that is not there, but for the mean.
  Array weights({32}, DType::F32);
  model.resetMetrics();
  EXPECT_EQ(static_cast<double>(model.testOnBatch(data.x(0), data.y(0), weights)), 0);
}

TEST(Model, LearningRate) {
  Model model = sectorModel();
  model.compile({.optimizer = SGD({.learningRate = 0.25}), .loss = "mse"});
  EXPECT_FLOAT_EQ(static_cast<float>(model.learningRate()), 0.25f);
  std::vector<Array> before = model.getWeights();
  model.setLearningRate(0);
  model.fit(sectors(32), quiet());
  EXPECT_TRUE(sameBits(model.getWeights(), before));
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
  EXPECT_EQ(errorOf([&] {
              model.compile({.loss = {"mse", "mse"}});
            }),
            "sectors: got loss for 2 outputs, expected 1 (dense_1)");
  EXPECT_EQ(errorOf([&] {
              model.compile({.loss = {{"dense", "mse"}}});
            }),
            "sectors: loss names the output 'dense', its outputs are dense_1");
  EXPECT_EQ(errorOf([&] {
              model.compile({.loss = "mse", .lossWeights = {{"dense", 1.0}}});
            }),
            "sectors: lossWeights names the output 'dense', its outputs are dense_1");
  EXPECT_EQ(errorOf([&] { model.compile({.loss = "mse", .metrics = {"acuracy"}}); }).substr(0, 24),
            "unknown metric 'acuracy'");
  // A compile that failed leaves the model as it was.
  EXPECT_EQ(errorOf([&] { model.fit(sectors(8)); }), "sectors: call compile() before fit()");
}

TEST(Model, DataThatDoesNotFit) {
  Model model = sectorModel();
  model.compile(standard());
  EXPECT_EQ(errorOf([&] {
              model.predict(noise({4, 3}), {.verbose = 0});
            }),
            "entry 'predict': input 'point' expects shape (?, 2), received (4, 3)");
  EXPECT_EQ(errorOf([&] {
              model.fit(noise({4, 2}), noise({4, 4}), quiet());
            }),
            "dense_1: the targets have 4 columns, the output has 3; data::toCategorical(y, 3) makes as many, without "
            "its second argument there is one per class up to the largest that occurs");
  EXPECT_EQ(errorOf([&] {
              model.fit(Feed({noise({4, 2}), noise({4, 2})}), noise({4, 3}), quiet());
            }),
            "x: expected 1 array ('point'), received 2");
  EXPECT_EQ(errorOf([] { setThreads(-1); }), "setThreads: expected 0 or more, got -1");
}

TEST(Model, SequentialGrowsAfterPredict) {
  clearSession();
  setRandomSeed(1);
  Sequential model({Input({2}), Dense({.units = 3})}, {.name = "grows"});
  EXPECT_EQ(static_cast<Array>(model.predictOnBatch(noise({2, 2}))).shape(), (Shape{2, 3}));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.add(Dense({.units = 4}));
  EXPECT_EQ(static_cast<Array>(model.predictOnBatch(noise({2, 2}))).shape(), (Shape{2, 4}));
  EXPECT_EQ(errorOf([&] {
              model.fit(noise({2, 2}), noise({2, 4}), quiet());
            }),
            "grows: layers were added after compile(), call compile() again");
}

TEST(Targets, ALabelThatIsNoClassIsToldBeforeTraining) {
  Tensor x = Input({2}, {.name = "x"});
  Model model({x}, {Dense({.units = 3, .activation = "softmax", .name = "kind"})(x)}, {.name = "labels"});
  model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
  Array points = testing::noise({4, 2});
  Array labels = Array{0, 2, 3, 1};
  EXPECT_EQ(testing::errorOf([&] { model.fit(points, labels, {.epochs = 1, .verbose = 0}); }),
            "kind: target 2 is 3, expected a class from 0 to 2");
  EXPECT_EQ(testing::errorOf([&] { model.evaluate(points, Array{0, -1, 1, 1}); }),
            "kind: target 1 is -1, expected a class from 0 to 2");
  EXPECT_EQ(testing::errorOf([&] { model.fit(points, Array{0, 2, 2, 1}, {.epochs = 1, .verbose = 0}); }), "");
}

} // namespace
} // namespace tenon::testing
