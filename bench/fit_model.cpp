// SPDX-License-Identifier: Apache-2.0
// The training step of a model from a file, as fit runs it: models.py measures the same in TensorFlow.
//   bench_fit_model FOLDER BATCH EPOCHS THREADS
// FOLDER holds model.keras (compiled), x0.npy .. and y0.npy ..; prints the fastest and the median epoch in milliseconds per
// step and the first call's seconds, in which the step is compiled.
#include <tenon/npy.h>
#include <tenon/tenon.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace tenon;

namespace {
double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<Array> arrays(const std::string &folder, const std::string &kind) {
  std::vector<Array> found;
  for (std::string path; std::filesystem::exists(path = folder + "/" + kind + std::to_string(found.size()) + ".npy");)
    found.push_back(npy::load(path));
  return found;
}

void run(const std::string &folder, int batch, int epochs, int threads) {
  setThreads(threads);
  setRandomSeed(1);
  Model model = loadModel(folder + "/model.keras");
  Feed x = arrays(folder, "x"), y = arrays(folder, "y");
  const double steps = static_cast<double>(x[0].rowCount()) / batch;
  double start = seconds();
  model.fit(x, y, {.batchSize = batch, .epochs = 1, .verbose = 0});
  const double first = seconds() - start;
  std::vector<double> times;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    start = seconds();
    model.fit(x, y, {.batchSize = batch, .epochs = 1, .verbose = 0});
    times.push_back((seconds() - start) * 1000 / steps);
  }
  std::sort(times.begin(), times.end());
  std::printf("min %.4f ms, median %.4f ms, first %.2f s\n", times.front(), times[times.size() / 2], first);
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s FOLDER BATCH EPOCHS THREADS\n", argv[0]);
    return 2;
  }
  try {
    run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]));
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}
