// SPDX-License-Identifier: Apache-2.0
// Data that is made when it is needed: Samples, generators, mapped files, and what fit, evaluate and predict make of
// it.
#include "tests/runtime/Damage.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"

#include "runtime/data/Prefetcher.h"

#include <tenon/npy.h>
#include <tenon/samples.h>
#include <tenon/trainer.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

using namespace tenon;
using test::errorOf;
using test::LinearProgram;

namespace {
/// Samples of y = 2 a - b + 3 c + 1.
Dataset samples(int64_t n) {
  Array x({n, 3}, DType::F32), y({n, 1}, DType::F32);
  for (int64_t i = 0; i < n; ++i) {
    float *row = x.data<float>() + 3 * i;
    for (int j = 0; j < 3; ++j)
      row[j] = float((i * 7 + j * 5 + i * j) % 11) / 11;
    y.data<float>()[i] = 2 * row[0] - row[1] + 3 * row[2] + 1;
  }
  return Dataset(x, y);
}

/// The rows of `all`, made on demand by `workers`, which take their time as `uneven` says.
struct Demand : data::Samples {
  Dataset all;
  int threads;
  bool uneven;
  mutable std::atomic<int64_t> made{0};
  Demand(Dataset all, int threads, bool uneven = false) : all(std::move(all)), threads(threads), uneven(uneven) {}
  int64_t size() const override { return all.size(); }
  Dataset gather(std::span<const int64_t> indices) const override {
    if (uneven)
      std::this_thread::sleep_for(std::chrono::microseconds(indices[0] * 7919 % 3000));
    made += int64_t(indices.size());
    return all.gather({indices.begin(), indices.end()});
  }
  int workers() const override { return threads; }
  std::string nameOf(int64_t index) const override { return "row-" + std::to_string(index) + ".txt"; }
};

Dataset onDemand(const Dataset &all, int threads, bool uneven = false) {
  return Dataset(std::make_shared<Demand>(all, threads, uneven));
}

/// The rows in batches of `size`, as a function of (pass, batch).
Dataset batches(const Dataset &all, int64_t size, data::GeneratorOptions options = {}) {
  return data::fromBatches(
      [all, size](int64_t, int64_t batch) -> std::optional<Dataset> {
        int64_t begin = batch * size;
        if (begin >= all.size())
          return std::nullopt;
        return all.rows(begin, std::min(begin + size, all.size()));
      },
      options);
}

/// The same as a stream; `begun` counts its batches.
Dataset stream(const Dataset &all, int64_t size, std::shared_ptr<int> begun, data::GeneratorOptions options = {}) {
  return data::fromGenerator(
      [all, size, begun](int64_t) {
        return [all, size, begun, begin = int64_t(0)]() mutable -> std::optional<Dataset> {
          if (begin >= all.size())
            return std::nullopt;
          ++*begun;
          int64_t from = begin;
          begin = std::min(begin + size, all.size());
          return all.rows(from, begin);
        };
      },
      options);
}

std::vector<float> trained(const Dataset &dataset, FitOptions options, int threads = 1) {
  LinearProgram fresh;
  Session session(Program::wrap(fresh.table()), {.threads = threads});
  options.verbose = 0;
  Trainer(session, dataset, options).run();
  return session.variable("linear/kernel").toVector<float>();
}

struct SamplesTest : testing::Test {
  test::TemporaryFolder folder;
  LinearProgram linear;
  Session session{Program::wrap(linear.table()), {.threads = 1}};
  Dataset all = samples(23);
};
} // namespace

TEST_F(SamplesTest, TrainToTheSameBitsAsArrays) {
  FitOptions options{.batchSize = 4, .epochs = 3, .validationSplit = 0.2, .seed = 5};
  auto expected = trained(all, options);
  for (int workers : {0, 1, 2, 5})
    EXPECT_EQ(trained(onDemand(all, workers, true), options), expected) << workers << " workers";
  options.shuffle = false;
  expected = trained(all, options);
  EXPECT_EQ(trained(onDemand(all, 3, true), options), expected);
  options.validationSplit = 0;
  expected = trained(all, options);
  auto count = std::make_shared<int>(0);
  for (bool ahead : {false, true}) {
    EXPECT_EQ(trained(batches(all, 4, {.ahead = ahead}), options), expected);
    EXPECT_EQ(trained(batches(all, 4, {.batches = 6, .ahead = ahead}), options), expected);
    EXPECT_EQ(trained(stream(all, 4, count, {.ahead = ahead}), options), expected);
  }
}

TEST_F(SamplesTest, WeighLikeArrays) {
  FitOptions options{.batchSize = 4, .epochs = 2, .seed = 1};
  Dataset two = all.map([](const Dataset &batch) {
    Array y({batch.size(), 1}, DType::F32);
    for (int64_t i = 0; i < batch.size(); ++i)
      y.data<float>()[i] = batch.x(0).at(3 * i) > 0.5;
    return Dataset(batch.x(), y);
  });
  options.classWeight = {{1, 3.0}};
  EXPECT_EQ(trained(onDemand(two, 2), options), trained(two, options));
  options.classWeight = {};
  std::vector<float> weights(23);
  for (int i = 0; i < 23; ++i)
    weights[size_t(i)] = float(i);
  options.sampleWeight = Array(weights, {23});
  EXPECT_EQ(trained(onDemand(two, 2), options), trained(two, options));
  EXPECT_NE(trained(onDemand(two, 2), options), trained(two, {.batchSize = 4, .epochs = 2, .seed = 1}));
}

TEST_F(SamplesTest, EvaluateAndPredictLikeArrays) {
  auto count = std::make_shared<int>(0);
  double loss = tenon::evaluate(session, all, {.batchSize = 4, .verbose = 0}).at("loss");
  auto outputs = predict(session, all.x(0), {.batchSize = 4, .verbose = 0})[0].toVector<float>();
  for (auto &dataset : {onDemand(all, 2), batches(all, 4), batches(all, 4, {.batches = 6}), stream(all, 4, count)}) {
    EXPECT_EQ(tenon::evaluate(session, dataset, {.batchSize = 4, .verbose = 0}).at("loss"), loss);
    EXPECT_EQ(predict(session, dataset, {.batchSize = 4, .verbose = 0})[0].toVector<float>(), outputs);
  }
  EXPECT_EQ(predict(session, batches(all, 4), {.verbose = 0, .steps = 2})[0].shape(), (Shape{8, 1}));
  EXPECT_EQ(predict(session, onDemand(all, 1), {.batchSize = 5, .verbose = 0, .steps = 2})[0].shape(), (Shape{10, 1}));
}

TEST_F(SamplesTest, ResumeWithoutMakingWhatLiesBefore) {
  auto demand = std::make_shared<Demand>(all, 0);
  auto expected = trained(all, {.batchSize = 4, .epochs = 3, .stepsPerEpoch = 4, .seed = 5});
  auto resumed = [&](const Dataset &dataset) {
    LinearProgram fresh;
    Session session(Program::wrap(fresh.table()), {.threads = 1});
    Trainer(session, all, {.batchSize = 4, .epochs = 2, .verbose = 0, .stepsPerEpoch = 4, .seed = 5}).run();
    Trainer(session, dataset,
            {.batchSize = 4, .epochs = 3, .verbose = 0, .initialEpoch = 2, .stepsPerEpoch = 4, .seed = 5})
        .run();
    return session.variable("linear/kernel").toVector<float>();
  };
  EXPECT_EQ(resumed(Dataset(demand)), expected);
  EXPECT_EQ(demand->made, 4 + 4 + 4 + 3) << "batches 2 to 5 of pass 1 and nothing else";
}

TEST_F(SamplesTest, AGeneratorsPassIsAnEpoch) {
  auto count = std::make_shared<int>(0);
  std::string log;
  auto steps = std::make_shared<LambdaCallback>();
  steps->trainBatchEnd = [&](TrainingContext &context, int64_t batch, const Logs &) {
    log += std::to_string(batch) + "/" + std::to_string(context.steps) + " ";
  };
  FitOptions options{.epochs = 2, .callbacks = {steps}};
  trained(stream(all.take(10), 4, count), options);
  EXPECT_EQ(log, "0/-1 1/-1 2/-1 0/-1 1/-1 2/-1 ");
  log.clear();
  options.stepsPerEpoch = 2; // an epoch goes on where the last one ended, passes follow each other
  trained(stream(all.take(10), 4, count), options);
  EXPECT_EQ(log, "0/2 1/2 0/2 1/2 ");
  EXPECT_EQ(errorOf([&] { trained(batches(all, 4), {.validationSplit = 0.5}); }),
            "fit: validationSplit cannot split what a generator makes; give validationData");
  EXPECT_EQ(errorOf([&] { trained(data::fromBatches([](int64_t, int64_t) { return std::nullopt; }), {}); }),
            "the generator gave no batch in pass 0");
}

TEST_F(SamplesTest, APassOfUnknownLengthEndsBetweenTwoStepsOfAnExecution) {
  auto begun = std::make_shared<int>(0);
  std::string log;
  auto steps = std::make_shared<LambdaCallback>();
  steps->trainBatchEnd = [&](TrainingContext &, int64_t batch, const Logs &) { log += std::to_string(batch) + " "; };
  LinearProgram fresh;
  Session session(Program::wrap(fresh.table()), {.threads = 1});
  Dataset three = stream(all.take(10), 4, begun);
  Trainer(session, three, {.epochs = 2, .verbose = 0, .callbacks = {steps}, .validationData = three}, {.stepsPerExecution = 2})
      .run();
  EXPECT_EQ(log, "1 2 1 2 ");
  EXPECT_EQ(*begun, 12) << "three batches of two epochs and two validations, and none of a pass that nobody asked for";
}

TEST_F(SamplesTest, ErrorsNameTheSampleOrTheBatch) {
  Dataset odd = onDemand(all, 2).map([](const Dataset &batch) {
    for (int64_t i = 0; i < batch.size(); ++i)
      if (batch.y(0).at(i) > 3)
        throw Error("label " + std::to_string(i) + " is too large");
    return batch;
  });
  std::string error = errorOf([&] { trained(odd, {.batchSize = 4}); });
  EXPECT_EQ(error.substr(0, 4), "row-") << error;
  EXPECT_EQ(error.substr(error.find(':')), ": label 0 is too large");
  EXPECT_EQ(errorOf([&] {
              trained(data::fromBatches([&](int64_t, int64_t batch) -> std::optional<Dataset> {
                        return batch < 2 ? all : Dataset(all.x(0));
                      }),
                      {});
            }),
            "batch 2 of pass 0: y: expected 1 array ('y'), received 0");
  EXPECT_NE(errorOf([&] { onDemand(all, 1).x(); }).find("not in memory"), std::string::npos);
  EXPECT_EQ(errorOf([&] {
              onDemand(all, 1).withSampleWeight(Array{1, 2});
            }),
            "data set: sampleWeight has 2 samples, but x has 23");
}

TEST_F(SamplesTest, CanBeChosenSplitLoadedAndLookedAt) {
  Dataset demand = onDemand(all, 1);
  EXPECT_EQ(demand.rows(3, 5).load().x(0).toVector<float>(), all.rows(3, 5).x(0).toVector<float>());
  EXPECT_EQ(demand.head(2).size(), 2);
  EXPECT_EQ(batches(all, 4).load().y(0).toVector<float>(), all.y(0).toVector<float>());
  EXPECT_EQ(batches(all, 4).head(100).size(), 4);
  auto [train, test] = demand.split({.test = 0.3, .seed = 2});
  auto [trainNow, testNow] = all.split({.test = 0.3, .seed = 2});
  EXPECT_EQ(test.load().x(0).toVector<float>(), testNow.x(0).toVector<float>());
  EXPECT_EQ(train.size(), trainNow.size());
}

TEST_F(SamplesTest, MappedFilesTrainLikeArrays) {
  FitOptions options{.batchSize = 4, .epochs = 2, .seed = 5};
  std::string path = folder.file("train.npz");
  npy::saveNpz(path, {{"x", all.x(0)}, {"y", all.y(0)}});
  EXPECT_EQ(trained(data::fromNpz(path), options), trained(all, options));
  npy::save(folder.file("x.npy"), all.x(0));
  npy::save(folder.file("y.npy"), all.y(0));
  EXPECT_EQ(trained(data::fromNpy(folder.file("x.npy"), folder.file("y.npy")), options), trained(all, options));
  EXPECT_EQ(errorOf([&] { data::fromNpz(path, {.y = {"label"}}); }),
            path + ": holds no array 'label', it has 'x', 'y'");
  npy::saveNpz(path, {{"x", all.x(0)}, {"y", Array{1, 2}}});
  EXPECT_EQ(errorOf([&] { data::fromNpz(path); }), path + ", y.npy: has 2 samples, but " + path + ", x.npy has 23");
  // Bytes stay bytes in the file and are converted row by row.
  auto numpy = data::fromNpz(TENON_SOURCE_DIR "/tests/runtime/data/numpy_stored.npz", {.x = {"pixels"}, .y = {"y"}});
  EXPECT_EQ(numpy.load().x(0).toVector<int32_t>(), (std::vector<int32_t>{0, 255}));
}

TEST_F(SamplesTest, AFileLargerThanMemoryIsMapped) {
  // 1 TiB of zeros as a file with a hole; four rows of it.
  std::string path = folder.file("large.npy"),
              header = "{'descr': '|u1', 'fortran_order': False, 'shape': (268435456, 4096), }";
  header.append(117 - header.size(), ' ');
  header += '\n';
  test::writeFile(path, std::string("\x93NUMPY\1\0", 8) + std::string{char(118), '\0'} + header);
  try {
    std::filesystem::resize_file(path, 128 + (int64_t(1) << 40));
  } catch (const std::filesystem::filesystem_error &error) {
    GTEST_SKIP() << "this file system has no files of 1 TiB with holes: " << error.what();
  }
  Dataset large = data::fromNpy(path);
  EXPECT_EQ(large.size(), 268435456);
  EXPECT_EQ(large.gather({5, 268435455}).load().x(0).shape(), (Shape{2, 4096}));
}

TEST(Prefetcher, GivesBatchesInOrderAndErrorsInTheirTurn) {
  for (int workers : {0, 1, 3, 8}) {
    std::atomic<int> most{0}, now{0};
    data::Prefetcher prefetcher(workers, 10, 1000, [&](int64_t batch) {
      int running = ++now;
      for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);)
        ;
      std::this_thread::sleep_for(std::chrono::microseconds(batch * 7919 % 500));
      --now;
      if (batch == 60)
        throw Error("sixty");
      return std::vector<Array>{Array{float(batch)}};
    });
    for (int batch = 10; batch < 60; ++batch)
      EXPECT_EQ(prefetcher.next().at(0).at(0), batch);
    EXPECT_EQ(errorOf([&] { prefetcher.next(); }), "sixty");
    EXPECT_TRUE(prefetcher.next().empty());
    EXPECT_LE(most, std::max(workers, 1));
  }
  // Given up in the middle, while workers are busy and while they wait.
  for (int i = 0; i < 50; ++i) {
    data::Prefetcher prefetcher(3, 0, 100, [&](int64_t batch) { return std::vector<Array>{Array{float(batch)}}; });
    for (int n = 0; n < i; ++n)
      prefetcher.next();
  }
}
