// SPDX-License-Identifier: Apache-2.0
// What the examples share: random data of a given shape, and an end. Each trains its model, says whether the loss fell and
// leaves NAME.tenon with one batch of inputs (NAME.input0.npy, ...) and its predictions (NAME.output0.npy, ...).
//   NAME [--quick]    --quick: little data and small vocabularies, a few seconds
#pragma once
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <tenon/npy.h>
#include <tenon/tenon.h>
#include <vector>

namespace example {

/// How large an example is.
struct Size {
  bool quick;
  /// The document's number, or the quick one.
  int64_t operator()(int64_t whole, int64_t little) const { return quick ? little : whole; }
};

inline std::mt19937 &generator() {
  static std::mt19937 random(7);
  return random;
}
/// numpy.random.random: float32 in [0, 1).
inline tenon::Array random(tenon::Shape shape) {
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<float> values(tenon::elementCount(shape));
  for (float &value : values)
    value = uniform(generator());
  return tenon::Array(std::move(values), std::move(shape));
}
/// numpy.random.randint: int32 in [low, high).
inline tenon::Array randint(int low, int high, tenon::Shape shape) {
  std::uniform_int_distribution<int> uniform(low, high - 1);
  std::vector<int32_t> values(tenon::elementCount(shape));
  for (int32_t &value : values)
    value = uniform(generator());
  return tenon::Array(values, std::move(shape));
}

inline void expectParameters(const tenon::Model &model, int64_t count) {
  if (model.countParams() != count)
    throw tenon::Error(model.name() + " has " + std::to_string(model.countParams()) + " parameters, not " + std::to_string(count));
}

/// Trains for some epochs; an Error when the loss did not fall.
inline void train(const tenon::Model &model, const tenon::Feed &x, const tenon::Feed &y, tenon::FitOptions options) {
  const std::vector<double> losses = model.fit(x, y, std::move(options)).history.at("loss");
  if (!(losses.back() < losses.front()))
    throw tenon::Error(model.name() + ": the loss went from " + std::to_string(losses.front()) + " to " + std::to_string(losses.back()));
}

/// Saves the model and the predictions for the first samples; a reloaded model must give the same bits.
inline void leave(const tenon::Model &model, const std::string &name, const std::vector<tenon::Array> &inputs) {
  using namespace tenon;
  std::vector<Array> few;
  for (const Array &input : inputs)
    few.push_back(input.rows(0, std::min<int64_t>(3, input.rowCount())));
  const Predictions outputs = model.predict(few, {.verbose = 0});
  model.save(name + ".tenon");
  const Predictions again = loadModel(name + ".tenon").predict(few, {.verbose = 0});
  for (size_t i = 0; i < few.size(); ++i)
    npy::save(name + ".input" + std::to_string(i) + ".npy", few[i]);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Array &before = outputs.arrays()[i], &after = again.arrays()[i];
    if (before.bytes() != after.bytes() || std::memcmp(before.raw(), after.raw(), before.bytes()) != 0)
      throw Error(name + ".tenon predicts something else than the model that was saved");
    npy::save(name + ".output" + std::to_string(i) + ".npy", before);
  }
  std::printf("%s.tenon\n", name.c_str());
}

inline int run(int argc, char **argv, const std::function<void(Size)> &body) {
  const bool quick = argc == 2 && std::strcmp(argv[1], "--quick") == 0;
  if (argc > 1 && !quick) {
    std::fprintf(stderr, "usage: %s [--quick]\n", argv[0]);
    return 2;
  }
  try {
    tenon::setRandomSeed(1);
    body(Size{quick});
    return 0;
  } catch (const tenon::Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}

} // namespace example
