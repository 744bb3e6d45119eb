// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/BatchFeeder.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"
#include "tests/runtime/Samples.h"

#include <tenon/trainer.h>

#include <gmock/gmock.h>

#include <cmath>
#include <csignal>
#include <set>

using namespace tenon;
using test::errorOf;
using test::LinearProgram;
using test::samples;

namespace {
/// Writes down the hooks it sees.
struct Recorder : Callback {
  std::string &log;
  explicit Recorder(std::string &log) : log(log) {}
  void onTrainBegin(TrainingContext &) override { log += "train{"; }
  void onTrainEnd(TrainingContext &, const Logs &) override { log += "}"; }
  void onEpochBegin(TrainingContext &, int epoch) override { log += " e" + std::to_string(epoch) + "("; }
  void onEpochEnd(TrainingContext &, int, Logs &logs) override {
    for (auto &entry : logs)
      log += entry.first + " ";
    log += ")";
  }
  void onTrainBatchBegin(TrainingContext &, int64_t batch) override { log += "<" + std::to_string(batch); }
  void onTrainBatchEnd(TrainingContext &, int64_t, const Logs &logs) override { log += logs.count("loss") ? ">" : "?"; }
  void onTestBegin(TrainingContext &) override { log += "test["; }
  void onTestBatchEnd(TrainingContext &, int64_t batch, const Logs &) override { log += std::to_string(batch); }
  void onTestEnd(TrainingContext &, const Logs &) override { log += "]"; }
};

struct TrainerTest : testing::Test {
  LinearProgram linear;
  Session session{Program::wrap(linear.table()), {.threads = 1}};
  History fit(const Dataset &dataset, FitOptions options) {
    options.verbose = 0;
    return Trainer(session, dataset, options).run();
  }
  std::vector<float> kernel() { return session.variable("linear/kernel").toVector<float>(); }
};
} // namespace

TEST_F(TrainerTest, FindsTheLinearModel) {
  session.variable("optimizer/learning_rate").data<float>()[0] = 0.2f;
  History history = fit(samples(100), {.batchSize = 8, .epochs = 200});
  EXPECT_NEAR(kernel()[0], 2, 0.01);
  EXPECT_NEAR(kernel()[1], -1, 0.01);
  EXPECT_NEAR(kernel()[2], 3, 0.01);
  EXPECT_EQ(history.history["loss"].size(), 200u);
  EXPECT_LT(history.history["loss"].back(), 1e-4);
  EXPECT_EQ(session.variable("optimizer/iteration").at(0), 200 * 13) << "the last, partial batch is used";
  EXPECT_NEAR(predict(session, Array({1, 0, 0}, {1, 3}), {.verbose = 0})[0].at(0), 3, 0.02);
}

TEST_F(TrainerTest, CallsHooksInKerasOrder) {
  std::string log;
  fit(samples(10),
      {.batchSize = 4, .epochs = 2, .callbacks = {Recorder(log)}, .validationSplit = 0.3, .validationFreq = 2});
  EXPECT_EQ(log, "train{ e0(<0><1>loss ) e1(<0><1>test[0]loss val_loss )}");
}

TEST_F(TrainerTest, KeysAddedToLogsReachTheHistory) {
  auto add = std::make_shared<LambdaCallback>();
  add->epochEnd = [](TrainingContext &context, int, Logs &logs) { logs["learning_rate"] = context.learningRate(); };
  History history = fit(samples(10), {.epochs = 2, .callbacks = {add}});
  EXPECT_EQ(history.history["learning_rate"], (std::vector<double>{double(0.05f), double(0.05f)}));
  EXPECT_EQ(history.epoch, (std::vector<int>{0, 1}));
}

TEST_F(TrainerTest, ValidatesOnTheTailBeforeShuffling) {
  Dataset all = samples(10);
  session.variable("optimizer/learning_rate").data<float>()[0] = 0;
  History history = fit(all, {.epochs = 1, .validationSplit = 0.2});
  double tail = evaluate(session, all.rows(8, 10), {.verbose = 0}).at("loss");
  EXPECT_FLOAT_EQ(float(history.history["val_loss"][0]), float(tail));
  History other = fit(all, {.epochs = 1, .validationData = all.rows(8, 10)});
  EXPECT_FLOAT_EQ(float(other.history["val_loss"][0]), float(tail));
  EXPECT_EQ(errorOf([&] { fit(samples(3), {.validationSplit = 0.9}); }),
            "fit: validationSplit 0.900000 of 3 samples leaves one part empty");
}

TEST_F(TrainerTest, OrderOfSamplesIsAFunctionOfSeedAndEpoch) {
  auto train = [&](FitOptions options) {
    LinearProgram fresh;
    Session session(Program::wrap(fresh.table()), {.threads = 1});
    options.verbose = 0;
    options.batchSize = 3;
    Trainer(session, samples(20), options).run();
    if (options.epochs == 1) { // go on where the first epoch ended
      options.initialEpoch = 1;
      options.epochs = 2;
      Trainer(session, samples(20), options).run();
    }
    return session.variable("linear/kernel").toVector<float>();
  };
  EXPECT_EQ(train({.epochs = 2, .seed = 5}), train({.epochs = 2, .seed = 5}));
  EXPECT_NE(train({.epochs = 2, .seed = 5}), train({.epochs = 2, .seed = 6}));
  EXPECT_NE(train({.epochs = 2, .seed = 5}), train({.epochs = 2, .shuffle = false}));
  EXPECT_EQ(train({.epochs = 2, .seed = 5}), train({.epochs = 1, .seed = 5})) << "resumed training gives the same bits";
}

TEST_F(TrainerTest, ShufflesWholeBatchesOnRequest) {
  // The first column tells the sample; every batch is a run, the last one, which is not full, stays the last.
  Array x({22, 3}, DType::F32);
  for (int64_t i = 0; i < 22; ++i)
    x.data<float>()[3 * i] = float(i);
  data::BatchFeeder feeder(session.program().entry("train_step"), Dataset(x, Array({22, 1}, DType::F32)), 5);
  std::set<std::vector<int>> orders;
  for (int64_t pass = 0; pass < 8; ++pass) {
    feeder.begin(pass, 0, data::Order{3, true});
    std::vector<int> firsts;
    for (std::span<const Array> batch; !(batch = feeder.next()).empty();) {
      firsts.push_back(int(batch[0].at(0)));
      for (int64_t i = 0; i < batch[0].rowCount(); ++i)
        EXPECT_EQ(batch[0].at(3 * i), firsts.back() + i);
    }
    EXPECT_EQ(firsts.back(), 20);
    EXPECT_THAT(firsts, testing::UnorderedElementsAre(0, 5, 10, 15, 20));
    orders.insert(firsts);
  }
  EXPECT_GT(orders.size(), 3u);
  EXPECT_EQ(errorOf([&] { fit(samples(4), {.shuffle = "rows"}); }),
            "shuffle: expected true, false or \"batch\", received 'rows'");
}

TEST_F(TrainerTest, StepsPerEpochGoesOnThroughTheData) {
  std::string log;
  fit(samples(10), {.batchSize = 4, .epochs = 2, .callbacks = {Recorder(log)}, .stepsPerEpoch = 2});
  EXPECT_EQ(log, "train{ e0(<0><1>loss ) e1(<0><1>loss )}");
  // Two epochs of three steps over two batches are the same as three whole passes.
  auto run = [](FitOptions options) {
    LinearProgram fresh;
    Session session(Program::wrap(fresh.table()), {.threads = 1});
    options.verbose = 0;
    options.batchSize = 5;
    Trainer(session, samples(10), options).run();
    return session.variable("linear/kernel").toVector<float>();
  };
  EXPECT_EQ(run({.epochs = 2, .stepsPerEpoch = 3}), run({.epochs = 3}));
}

TEST_F(TrainerTest, SampleAndClassWeightsReachTheLoss) {
  Dataset two(Array({0, 0, 0, 0, 0, 0}, {2, 3}), Array({0, 1}, {2, 1}));
  session.variable("linear/bias").data<float>()[0] = 0; // errors 0 and 1
  EXPECT_FLOAT_EQ(float(evaluate(session, two, {.verbose = 0}).at("loss")), 0.5f);
  EXPECT_FLOAT_EQ(float(evaluate(session, two, {.verbose = 0, .sampleWeight = Array{1, 3}}).at("loss")), 0.75f);
  session.variable("optimizer/learning_rate").data<float>()[0] = 0;
  EXPECT_FLOAT_EQ(float(fit(two, {.classWeight = {{1, 3.0}}}).history["loss"][0]), 0.75f);
  EXPECT_FLOAT_EQ(float(fit(two, {.sampleWeight = Array{3, 1}}).history["loss"][0]), 0.25f);
  EXPECT_EQ(errorOf([&] {
              fit(two, {.classWeight = {{1, 3.0}}, .sampleWeight = Array{1, 1}});
            }),
            "fit: classWeight and sampleWeight cannot be used together");
}

TEST_F(TrainerTest, TakesNamedArraysOtherDtypesAndFlatTargets) {
  Dataset all = samples(10);
  Dataset named({{"x", all.x(0)}}, {{"y", all.y(0).reshape({10})}});
  EXPECT_EQ(evaluate(session, named, {.verbose = 0}), evaluate(session, all, {.verbose = 0}));
  Dataset integers(Array(std::vector<int32_t>{1, 2, 3}, {1, 3}), Array(std::vector<int64_t>{4}, {1}));
  EXPECT_FLOAT_EQ(float(evaluate(session, integers, {.verbose = 0}).at("loss")), 10.5f * 10.5f);
  EXPECT_EQ(errorOf([&] {
              evaluate(session, Dataset({{"image", all.x(0)}}, all.y(0)));
            }),
            "x: expected an array named 'x', received 'image'");
  EXPECT_EQ(errorOf([&] { fit(Dataset(all.x(0)), {}); }), "y: expected 1 array ('y'), received 0");
  EXPECT_EQ(errorOf([&] {
              fit(Dataset(Array({4, 2}, DType::F32), Array({4, 1}, DType::F32)), {});
            }),
            "entry 'train_step': input 'x' expects shape (?, 3), received (4, 2)");
}

TEST_F(TrainerTest, RefusesOptionsThatMeanNothing) {
  EXPECT_EQ(errorOf([&] { fit(samples(4), {.batchSize = 0}); }), "fit: expected batchSize of at least 1, received 0");
  EXPECT_EQ(errorOf([&] { fit(samples(4), {.epochs = 0}); }),
            "fit: expected epochs of at least 1 and initialEpoch of at least 0, received 0 and 0");
  EXPECT_EQ(errorOf([&] { fit(samples(4), {.validationSplit = 1}); }),
            "fit: expected validationSplit from 0 to below 1, received 1.000000");
  EXPECT_EQ(errorOf([&] { Trainer(session, samples(4), {.verbose = 3}); }),
            "fit: expected verbose 0, 1, 2 or -1 (auto), received 3");
}

TEST_F(TrainerTest, PredictUsesEveryBatchSizeAlike) {
  Dataset all = samples(11);
  auto whole = predict(session, all.x(0), {.batchSize = 100, .verbose = 0})[0].toVector<float>();
  for (int batch = 1; batch < 12; ++batch)
    EXPECT_EQ(predict(session, all.x(0), {.batchSize = batch, .verbose = 0})[0].toVector<float>(), whole);
  EXPECT_EQ(predict(session, all.x(0), {.batchSize = 2, .verbose = 0, .steps = 2})[0].shape(), (Shape{4, 1}));
}

TEST_F(TrainerTest, CtrlCEndsTheBatchAndLeavesTheModelUsable) {
  std::string log;
  auto interrupt = std::make_shared<LambdaCallback>();
  interrupt->trainBatchEnd = [](TrainingContext &, int64_t batch, const Logs &) {
    if (batch == 1)
      std::raise(SIGINT);
  };
  History history = fit(samples(20), {.batchSize = 4, .epochs = 3, .callbacks = {interrupt, Recorder(log)}});
  EXPECT_TRUE(history.interrupted());
  EXPECT_TRUE(history.epoch.empty());
  EXPECT_EQ(log, "train{ e0(<0><1>}");
  struct sigaction now;
  sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL) << "the handler is put back";
  EXPECT_FALSE(fit(samples(20), {}).interrupted());
}

TEST_F(TrainerTest, AHandlerOfTheProgramsOwnStays) {
  static volatile std::sig_atomic_t seen = 0;
  auto previous = std::signal(SIGINT, [](int) { seen = 1; });
  auto interrupt = std::make_shared<LambdaCallback>();
  interrupt->trainBegin = [](TrainingContext &) { std::raise(SIGINT); };
  History history = fit(samples(4), {.callbacks = {interrupt}});
  std::signal(SIGINT, previous);
  EXPECT_TRUE(seen);
  EXPECT_FALSE(history.interrupted());
}

TEST_F(TrainerTest, ASecondCtrlCEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto twice = std::make_shared<LambdaCallback>();
  twice->trainBegin = [](TrainingContext &) {
    std::raise(SIGINT);
    std::raise(SIGINT);
  };
  EXPECT_EXIT(fit(samples(4), {.callbacks = {twice}}), testing::KilledBySignal(SIGINT), "");
}
