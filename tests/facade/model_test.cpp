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

TEST(Model, DataThatDoesNotFit) {
  Model model = sectorModel();
  model.compile(standard());
  EXPECT_EQ(errorOf([&] { model.predict(noise({4, 3}), {.verbose = 0}); }),
            "entry 'predict': input 'point' expects shape (?, 2), received (4, 3)");
  EXPECT_EQ(errorOf([&] { model.fit(noise({4, 2}), noise({4, 4}), quiet()); }),
            "dense_1: the targets have 4 columns, the output has 3; data::toCategorical(y, 3) makes as many, without "
            "its second argument there is one per class up to the largest that occurs");
  EXPECT_EQ(errorOf([&] { model.fit(Feed({noise({4, 2}), noise({4, 2})}), noise({4, 3}), quiet()); }),
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
  EXPECT_EQ(errorOf([&] { model.fit(noise({2, 2}), noise({2, 4}), quiet()); }),
            "grows: layers were added after compile(), call compile() again");
}

/// What a call writes to stderr.
std::string warningsOf(const std::function<void()> &call) {
  ::testing::internal::CaptureStderr();
  call();
  return ::testing::internal::GetCapturedStderr();
}

TEST(Model, ASecondFitTakesOtherOrders) {
  auto train = [](std::vector<int> epochs, bool shuffle = true) {
    Model model = sectorModel();
    model.compile({.optimizer = SGD({.learningRate = 0.1}), .loss = "mse"});
    for (int count : epochs) {
      FitOptions options = quiet(count);
      options.shuffle = shuffle;
      model.fit(sectors(70), options);
    }
    return model.getWeights();
  };
  EXPECT_TRUE(sameBits(train({1, 1, 1}), train({3}))) << "an epoch's order is a function of the seed and its number";
  EXPECT_TRUE(sameBits(train({1, 2}, false), train({3}, false)));
  // The count is part of a saved model.
  Model whole = sectorModel(), first = sectorModel();
  for (Model *model : {&whole, &first}) {
    model->compile({.optimizer = SGD({.learningRate = 0.1}), .loss = "mse"});
    model->fit(sectors(70), quiet());
  }
  std::string path = ::testing::TempDir() + "order.tenon";
  first.save(path);
  Model loaded = loadModel(path);
  std::remove(path.c_str());
  whole.fit(sectors(70), quiet());
  loaded.fit(sectors(70), quiet());
  EXPECT_TRUE(sameBits(loaded.getWeights(), whole.getWeights()));
}

TEST(Model, EvaluateGivesTheLossAlone) {
  Model model = sectorModel();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  Scores scores = model.evaluate(sectors(20), {.verbose = 0});
  double loss = scores;
  EXPECT_EQ(scores.size(), 1u);
  EXPECT_EQ(loss, scores["loss"]);
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae", "acc"}, .weightedMetrics = {"mse"}});
  std::vector<std::string> names, sorted;
  for (const auto &[name, value] : model.evaluate(sectors(20), {.verbose = 0}))
    names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"loss", "mae", "acc", "mse"}));
  for (const auto &[name, value] : model.evaluate(sectors(20), {.verbose = 0}).dict())
    sorted.push_back(name);
  EXPECT_EQ(sorted, (std::vector<std::string>{"acc", "loss", "mae", "mse"}));
}

TEST(Model, WeightsForEveryOutput) {
  Tensor x = Input({2}, {.name = "x"});
  Model model({x}, {Dense({.units = 1, .name = "age"})(x), Dense({.units = 1, .name = "size"})(x)}, {.name = "two"});
  model.compile({.optimizer = "sgd", .loss = "mse", .weightedMetrics = {{"age", "mae"}, {"size", "mae"}}});
  Array points = noise({4, 2}), targets = noise({4, 1}, 2), ones{1, 1, 1, 1}, zeros({4}, DType::F32);
  auto scores = [&](const Feed &weights) {
    return model.evaluate(data::fromArrays(points, Feed{targets, targets}, weights), {.verbose = 0});
  };
  Scores all = scores({}), same = scores(ones), list = scores({ones, zeros}),
         named = scores({{"size", zeros}, {"age", ones}});
  EXPECT_EQ(all.dict(), same.dict());
  EXPECT_EQ(list.dict(), named.dict());
  EXPECT_EQ(list["size_loss"] + list["size_mae"], 0);
  EXPECT_EQ(list["age_loss"], all["age_loss"]);
  EXPECT_EQ(errorOf([&] { scores({{"age", ones}}); }), "sampleWeight: expected 2 arrays ('age', 'size'), received 1");
  FitOptions options = quiet();
  options.classWeight = {{0, 2.0}};
  EXPECT_EQ(errorOf([&] { model.fit(points, {targets, targets}, options); }),
            "fit: classWeight needs a model of one output, received 2 targets");
  options.classWeight = {};
  options.sampleWeight = ones;
  EXPECT_EQ(errorOf([&] { model.fit(data::fromArrays(points, Feed{targets, targets}, ones), options); }),
            "fit: the data set has sample weights of its own; give sampleWeight once");
}

TEST(Model, StepsPerExecution) {
  auto train = [](int steps, std::vector<int64_t> &ends) {
    Model model = sectorModel();
    model.compile({.optimizer = "sgd", .loss = "mse", .stepsPerExecution = steps});
    LambdaCallback callback;
    callback.trainBatchEnd = [&](TrainingContext &, int64_t batch, const Logs &) { ends.push_back(batch); };
    FitOptions options = quiet();
    options.callbacks = {callback};
    model.fit(sectors(70), options); // 5 batches
    return model.getWeights();
  };
  std::vector<int64_t> one, two;
  EXPECT_TRUE(sameBits(train(1, one), train(2, two)));
  EXPECT_EQ(one, (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(two, (std::vector<int64_t>{1, 3, 4}));
  EXPECT_EQ(errorOf([] { sectorModel().compile({.loss = "mse", .stepsPerExecution = 0}); }),
            "sectors: expected stepsPerExecution of at least 1, got 0");
}

TEST(Model, ASequentialLearnsItsInputFromTheData) {
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

TEST(Model, TheFirstLayerMayGiveTheInputShape) {
  Sequential model({Dense({.units = 32, .activation = "relu", .inputShape = {64}}), Dense({.units = 10})});
  EXPECT_EQ(model.countParams(), 64 * 32 + 32 + 32 * 10 + 10);
  EXPECT_EQ(model.inputs()[0].shape(), (Shape{None, 64}));
  Sequential images;
  images.add(Conv2D({.filters = 4, .kernelSize = 3, .inputShape = {None, None, 3}}));
  EXPECT_EQ(images.outputs()[0].shape(), (Shape{None, None, None, 4}));
  Tensor x = Input({2}); // elsewhere it means nothing, as in Keras
  EXPECT_EQ(Dense({.units = 3, .inputShape = {64}})(x).shape(), (Shape{None, 3}));
}

TEST(Model, FlagsCountAsCompileSawThem) {
  Model model = sectorModel();
  Layer first = model.layers()[1];
  model.compile(standard());
  first.setTrainable(false); // before the step is compiled, after compile()
  std::vector<Array> before = first.getWeights();
  EXPECT_THAT(warningsOf([&] { model.fit(sectors(32), quiet()); }),
              ::testing::HasSubstr("was changed after compile()"));
  EXPECT_FALSE(sameBits(first.getWeights(), before));
  EXPECT_FALSE(first.trainable());
}

TEST(Model, FreezingAModelFreezesWhatIsInside) {
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

TEST(Model, SeveralOutputsOfACalledModel) {
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

TEST(Model, ASiameseCellCutAtItsMiddle) {
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

TEST(Targets, WhatDoesNotSumToOneIsToldOncePerFit) {
  Model model = sectorModel();
  model.compile(standard());
  Array x = noise({8, 2}), y = noise({8, 3}, 3);
  std::string warning = warningsOf([&] { model.fit(x, y, quiet(3)); });
  EXPECT_THAT(warning,
              ::testing::StartsWith("warning: sectors: dense_1: the targets of a row should sum to 1, those of row 0"));
  EXPECT_EQ(std::count(warning.begin(), warning.end(), '\n'), 1);
  EXPECT_EQ(warningsOf([&] { model.fit(sectors(8), quiet()); }), "");
}

TEST(Targets, ALinearOutputUnderACrossentropyIsTold) {
  Tensor x = Input({2}, {.name = "x"});
  Model linear({x}, {Dense({.units = 1, .name = "answer"})(x)}, {.name = "imdb"});
  EXPECT_EQ(
      warningsOf([&] { linear.compile({.optimizer = "sgd", .loss = "binary_crossentropy"}); }),
      "warning: imdb: answer: the loss takes probabilities, but the output is linear: where it leaves (0, 1) it is "
      "clipped and its gradient is zero; use activation \"sigmoid\", or fromLogits\n");
  auto logits = BinaryCrossentropy({.fromLogits = true});
  EXPECT_EQ(warningsOf([&] { linear.compile({.optimizer = "sgd", .loss = logits}); }), "");
  // Looked for through nested models and what only moves values.
  Model inner({x}, {Reshape({.targetShape = {-1}})(Dense({.units = 2})(x))});
  Tensor y = Input({2});
  Model outer({y}, {inner(y)}, {.name = "outer"});
  EXPECT_THAT(warningsOf([&] { outer.compile({.optimizer = "sgd", .loss = "categorical_crossentropy"}); }),
              ::testing::HasSubstr("the output is linear"));
  Model soft({x}, {Softmax()(Dense({.units = 2})(x))});
  EXPECT_EQ(warningsOf([&] { soft.compile({.optimizer = "sgd", .loss = "categorical_crossentropy"}); }), "");
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
