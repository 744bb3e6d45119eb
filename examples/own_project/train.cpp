// SPDX-License-Identifier: Apache-2.0
// Learns y = 3 a - 2 b + 1 from samples and saves the model: train [FILE.tenon]
#include <tenon/tenon.h>

#include <cstdio>

using namespace tenon;

int main(int argc, char **argv) {
  std::vector<float> x, y;
  for (int i = 0; i < 64; ++i) {
    const float a = static_cast<float>(i % 8) / 8, b = static_cast<float>(i / 8) / 8;
    x.insert(x.end(), {a, b});
    y.push_back(3 * a - 2 * b + 1);
  }

  Tensor point = Input({2}, {.name = "point"});
  Model model({point}, {Dense({.units = 1, .name = "value"})(point)}, {.name = "plane"});
  model.compile({.optimizer = SGD({.learningRate = 0.5}), .loss = "mse"});
  model.fit(data::fromArrays(Array(x, {64, 2}), Array(y, {64, 1})), {.batchSize = 64, .epochs = 400, .verbose = 0});

  const Array value = model.predict(Array({0.5f, 0.25f}, {1, 2}), {.verbose = 0})[0];
  std::printf("f(0.5, 0.25) = %.3f\n", value.at(0));
  model.save(argc > 1 ? argv[1] : "plane.tenon");
  return 0;
}
