// SPDX-License-Identifier: Apache-2.0
// What fit adds to the compiled training step, and what keeping the training costs.
//   bench_training_loop                      microseconds a batch around the step: batches of one row, shuffled, two epochs
//   bench_training_loop MODEL.keras SECONDS  the model's time per step with and without a state kept every 10 seconds, in
//                                            twelve turns of so many seconds; random words and classes are its data
#include <tenon/tenon.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace tenon;

namespace {
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void loop() {
  constexpr int rows = 20000, repetitions = 7;
  setThreads(1);
  Tensor x = Input({8});
  Model model({x}, {Dense({.units = 1})(x)}, {.name = "tiny"});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  Dataset data(Array({rows, 8}, DType::F32), Array({rows, 1}, DType::F32));
  double fitting = 1e9, calling = 1e9;
  auto direct = std::make_shared<LambdaCallback>();
  direct->trainEnd = [&](TrainingContext &context) {
    const EntryInfo &entry = context.session().program().entry("train_step");
    std::vector<Array> batch = {Array({1, 8}, DType::F32), Array({1, 1}, DType::F32), Array({1}, DType::F32)};
    double start = now();
    for (int i = 0; i < rows; ++i)
      context.session().call(entry, batch, {});
    calling = std::min(calling, (now() - start) / rows);
  };
  for (int i = 0; i < repetitions; ++i) {
    double start = now(), end = 0;
    direct->epochEnd = [&](TrainingContext &, int, Logs &) { end = now(); };
    model.fit(data, {.batchSize = 1, .epochs = 1, .verbose = 0, .callbacks = {direct}});
    fitting = std::min(fitting, (end - start) / rows);
  }
  std::printf("a batch in fit: %.2f us, the step's call alone: %.2f us, around it: %.2f us\n", fitting * 1e6, calling * 1e6,
              (fitting - calling) * 1e6);
}

/// Random whole numbers below the vocabulary, and targets of the outputs' shapes.
Dataset samplesOf(const Model &model, int64_t rows) {
  std::vector<Array> x, y;
  for (const Tensor &input : model.inputs()) {
    Shape shape = input.shape();
    for (int64_t &size : shape)
      size = size == None ? 300 : size;
    shape[0] = rows;
    Array array(shape, input.dtype());
    for (int64_t i = 0; i < array.size(); ++i)
      if (array.dtype() == DType::I32)
        array.data<int32_t>()[i] = static_cast<int32_t>(i * 7919 % 997);
      else
        array.data<float>()[i] = static_cast<float>(i * 7919 % 997) / 997;
    x.push_back(array);
  }
  for (const Tensor &output : model.outputs()) {
    Shape shape = output.shape();
    shape[0] = rows;
    Array array(shape, DType::F32);
    for (int64_t i = 0; i < rows; ++i)
      array.data<float>()[i * (array.size() / rows)] = 1;
    y.push_back(array);
  }
  return Dataset(x, y);
}

void checkpoints(const std::string &path, double seconds) {
  constexpr int batch = 64, turns = 6;
  Model model = loadModel(path);
  model.compile({.optimizer = "rmsprop", .loss = "mse"});
  Dataset data = samplesOf(model, 4 * batch);
  model.fit(data, {.batchSize = batch, .epochs = 1, .verbose = 0});
  const std::string folder = "bench_training_loop.state";
  std::vector<double> times[2];
  for (int turn = 0; turn < 2 * turns; ++turn) {
    // One way first, then the other: a machine that slows down does so for both.
    const bool keep = (turn % 4 == 1 || turn % 4 == 2);
    int64_t steps = 0;
    double start = 0;
    auto clock = std::make_shared<LambdaCallback>();
    clock->trainBatchBegin = [&](TrainingContext &, int64_t) { start = steps ? start : now(); };
    clock->trainBatchEnd = [&](TrainingContext &context, int64_t, const Logs &) {
      ++steps;
      context.stopTraining = now() - start >= seconds;
    };
    Callbacks callbacks = {clock};
    if (keep)
      callbacks.push_back(BackupAndRestore(folder, {.saveFreq = "10s"}));
    double end = 0;
    clock->epochEnd = [&](TrainingContext &, int, Logs &) { end = now(); };
    model.fit(data, {.batchSize = batch, .epochs = 1000000, .verbose = 0, .callbacks = callbacks});
    times[keep].push_back((end - start) * 1e3 / static_cast<double>(steps));
    std::printf("%-28s %.2f ms a step over %lld steps\n", keep ? "with a state every 10 s:" : "without:", times[keep].back(),
                static_cast<long long>(steps));
    std::fflush(stdout);
  }
  for (auto &list : times)
    std::sort(list.begin(), list.end());
  std::printf("medians: %.2f and %.2f ms, %+.1f %%; fastest turns: %+.1f %%\n", times[0][turns / 2], times[1][turns / 2],
              (times[1][turns / 2] / times[0][turns / 2] - 1) * 100, (times[1][0] / times[0][0] - 1) * 100);
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 1 && argc != 3) {
    std::fprintf(stderr, "usage: %s [MODEL.keras SECONDS]\n", argv[0]);
    return 2;
  }
  try {
    argc == 1 ? loop() : checkpoints(argv[1], std::atof(argv[2]));
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}
