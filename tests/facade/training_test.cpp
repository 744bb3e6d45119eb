// SPDX-License-Identifier: Apache-2.0
// fit, evaluate and single batches, as compiled for this machine: what they take, keep, warn of and refuse.
#include "tests/facade/Helpers.h"
#include <cmath>

namespace tenon::testing {
namespace {

TEST(Training, LearnsAndScores) {
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

TEST(Training, TrainingDoesNotDependOnTheThreads) {
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

TEST(Training, TheOptimizersStateSurvivesCompileWithTheSameOne) {
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

TEST(Training, FrozenLayersStay) {
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

TEST(Training, OneBatchAtATime) {
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

TEST(Training, LearningRate) {
  Model model = sectorModel();
  model.compile({.optimizer = SGD({.learningRate = 0.25}), .loss = "mse"});
  EXPECT_FLOAT_EQ(static_cast<float>(model.learningRate()), 0.25f);
  std::vector<Array> before = model.getWeights();
  model.setLearningRate(0);
  model.fit(sectors(32), quiet());
  EXPECT_TRUE(sameBits(model.getWeights(), before));
}

TEST(Training, DataThatDoesNotFit) {
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

TEST(Training, ASecondFitTakesOtherOrders) {
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

TEST(Training, EvaluateGivesTheLossAlone) {
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

TEST(Training, WeightsForEveryOutput) {
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

TEST(Training, StepsPerExecution) {
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

TEST(Training, FlagsCountAsCompileSawThem) {
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

TEST(Training, SummaryCountsTheOptimizer) {
  clearSession();
  Tensor x = Input({2}, {.name = "x"});
  Model model({x}, {Dense({.units = 3, .activation = "softmax"})(x)});
  model.compile({.optimizer = "adam", .loss = "categorical_crossentropy"});
  EXPECT_EQ(model.summaryText().find("Optimizer"), std::string::npos);
  model.trainOnBatch(sectors(8).x(), sectors(8).y());
  EXPECT_THAT(model.summaryText(),
              ::testing::EndsWith(" Total params: 29 (116.00 B)\n Trainable params: 9 (36.00 B)\n"
                                  " Non-trainable params: 0 (0.00 B)\n Optimizer params: 20 (80.00 B)\n"));
}

// As many classes as the sequence has steps: a softmax over time.
TEST(Targets, OutputsOfAnyLength) {
  setRandomSeed(3);
  Tensor x = Input({None, 3}, {.name = "x"});
  Tensor scores = Softmax()(Flatten()(Dense({.units = 1})(x)));
  Model model({x}, {scores}, {.name = "pointer"});
  Array sequences = noise({4, 5, 3}), steps{0, 4, 2, 1};
  for (const Loss &loss : {Loss("sparse_categorical_crossentropy"), Loss(CategoricalCrossentropy({.labelSmoothing = 0.1}))}) {
    bool sparse = loss.className() == "SparseCategoricalCrossentropy";
    model.compile({.optimizer = "sgd", .loss = loss, .metrics = {"accuracy"}});
    Array targets = sparse ? steps : oneHot(steps, 5), p = model.predict(sequences, {.verbose = 0});
    double expected = 0;
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t step = 0; step < 5; ++step) {
        double y = step == steps.at(i) ? 1 : 0;
        expected -= (sparse ? y : 0.9 * y + 0.1 / 5) * std::log(p.at(5 * i + step)) / 4;
      }
    double before = model.evaluate(sequences, targets, {.verbose = 0})["loss"];
    EXPECT_NEAR(before, expected, 1e-5);
    model.fit(sequences, targets, {.epochs = 5, .verbose = 0});
    EXPECT_LT(model.evaluate(sequences, targets, {.verbose = 0})["loss"], before);
  }
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
