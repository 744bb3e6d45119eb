// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <gmock/gmock.h>
#include <tenon/tenon.h>

namespace tenon::testing {

/// The message of the Error that body throws; "" when it throws none.
inline std::string errorOf(const std::function<void()> &body) {
  try {
    body();
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

/// Numbers between -1 and 1 that look random.
inline Array noise(Shape shape, uint32_t seed = 1) {
  Array array(shape, DType::F32);
  uint32_t state = seed * 2654435761u + 12345;
  for (int64_t i = 0; i < array.size(); ++i) {
    state = state * 1664525u + 1013904223u;
    array.data<float>()[i] = static_cast<float>(state >> 8) / float(1 << 23) - 1;
  }
  return array;
}

inline bool sameBits(const Array &a, const Array &b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}
inline bool sameBits(const std::vector<Array> &a, const std::vector<Array> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Array &x, const Array &y) { return sameBits(x, y); });
}

/// The largest difference of two arrays of one shape; infinity when one is no number.
inline double distance(const Array &a, const Array &b) {
  double worst = a.shape() == b.shape() ? 0 : INFINITY;
  for (int64_t i = 0; i < a.size() && std::isfinite(worst); ++i) {
    const double difference = std::abs(static_cast<double>(a.at(i)) - static_cast<double>(b.at(i)));
    worst = std::isfinite(difference) ? std::max(worst, difference) : INFINITY;
  }
  return worst;
}

inline Array oneHot(const Array &classes, int64_t count) {
  Array result({classes.size(), count}, DType::F32);
  for (int64_t i = 0; i < classes.size(); ++i)
    result.data<float>()[i * count + static_cast<int64_t>(classes.at(i))] = 1;
  return result;
}

/// Points of the plane in three sectors that a small network can tell apart.
inline Dataset sectors(int64_t count, uint32_t seed = 7) {
  Array x = noise({count, 2}, seed), label({count}, DType::F32);
  for (int64_t i = 0; i < count; ++i)
    label.data<float>()[i] = x.at(2 * i) > 0.2f ? 0 : x.at(2 * i + 1) > 0 ? 1 : 2;
  return Dataset(x, oneHot(label, 3));
}

/// 2 -> 8 -> 3 with a softmax, always with the same weights.
inline Model sectorModel(const std::string &name = "sectors") {
  clearSession();
  setRandomSeed(3);
  Tensor x = Input({2}, {.name = "point"});
  Tensor hidden = Dense({.units = 8, .activation = "tanh"})(x);
  return Model({x}, {Dense({.units = 3, .activation = "softmax"})(hidden)}, {.name = name});
}

/// What a call writes to stderr.
inline std::string warningsOf(const std::function<void()> &call) {
  ::testing::internal::CaptureStderr();
  call();
  return ::testing::internal::GetCapturedStderr();
}

inline CompileOptions standard() {
  return {.optimizer = Adam({.learningRate = 0.02}), .loss = "categorical_crossentropy", .metrics = {"accuracy"}};
}
inline FitOptions quiet(int epochs = 1) { return {.batchSize = 16, .epochs = epochs, .verbose = 0, .seed = 5}; }

} // namespace tenon::testing
