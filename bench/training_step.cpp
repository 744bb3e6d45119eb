// SPDX-License-Identifier: Apache-2.0
// The demo model's training step at batch 32 as fit runs it, after a warm-up: peers.py measures the same in TensorFlow.
//   bench_training_step [MODEL.tenon]
// Prints the fastest and the median epoch in milliseconds per step; saves the model when a name is given.
#include <tenon/tenon.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

using namespace tenon;

namespace {
constexpr int batch = 32, steps = 32, epochs = 15;

Model digitsModel() {
  Tensor image = Input({8, 8, 1}, {.name = "image"});
  Tensor x = Rescaling({.scale = 1.0 / 16})(image);
  Tensor y = Conv2D({.filters = 32, .kernelSize = {3, 3}, .padding = "same", .useBias = false})(x);
  y = ReLU()(BatchNormalization()(y));
  y = Conv2D({.filters = 32, .kernelSize = {3, 3}, .padding = "same"})(y);
  Tensor shortcut = Conv2D({.filters = 32, .kernelSize = {1, 1}})(x);
  y = MaxPooling2D({.poolSize = {2, 2}})(ReLU()(add({y, shortcut})));
  return Model({image}, {Dense({.units = 10, .activation = "softmax"})(Flatten()(y))}, {.name = "digits"});
}

Dataset samples() {
  Array images({batch * steps, 8, 8, 1}, DType::F32), classes({batch * steps, 10}, DType::F32);
  for (int64_t i = 0; i < images.size(); ++i)
    images.data<float>()[i] = static_cast<float>(i * 7 % 17);
  for (int64_t i = 0; i < batch * steps; ++i)
    classes.data<float>()[i * 10 + i % 10] = 1;
  return data::fromArrays(images, classes);
}

void run(const char *path) {
  setRandomSeed(1);
  Model model = digitsModel();
  model.compile({.optimizer = "adam", .loss = "categorical_crossentropy", .metrics = {"accuracy"}});
  const Dataset data = samples();
  model.fit(data, {.batchSize = batch, .epochs = 2, .verbose = 0});

  std::vector<double> times;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    model.fit(data, {.batchSize = batch, .epochs = 1, .verbose = 0});
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    times.push_back(time.count() / steps);
  }
  std::sort(times.begin(), times.end());
  std::printf("training step, batch %d: min %.4f ms, median %.4f ms\n", batch, times.front(), times[times.size() / 2]);
  if (path)
    model.save(path);
}
} // namespace

int main(int argc, char **argv) {
  try {
    run(argc > 1 ? argv[1] : nullptr);
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}
