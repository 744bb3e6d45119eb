// SPDX-License-Identifier: Apache-2.0
// Batches that a script left, and training steps on them.
#pragma once
#include <tenon/npy.h>
#include <tenon/tenon.h>

#include <filesystem>
#include <iostream>

namespace tenon::golden {

/// PREFIX0.npy, PREFIX1.npy and so on.
inline std::vector<Array> arrays(const std::string &prefix) {
  std::vector<Array> found;
  for (std::string path; std::filesystem::exists(path = prefix + std::to_string(found.size()) + ".npy");)
    found.push_back(npy::load(path));
  return found;
}

inline void saveAll(const std::string &prefix, const std::vector<Array> &arrays) {
  for (size_t i = 0; i < arrays.size(); ++i)
    npy::save(prefix + std::to_string(i) + ".npy", arrays[i]);
}

/// A step on each batch; the losses go to `file`.
inline void trainSteps(Model &model, const std::vector<Array> &x, const std::vector<Array> &y, int64_t batch, const std::string &file) {
  std::vector<float> losses;
  auto rows = [&](const std::vector<Array> &all, int64_t first) {
    std::vector<Array> part;
    for (const Array &array : all)
      part.push_back(array.rows(first, first + batch));
    return part;
  };
  for (int64_t first = 0; first < x.at(0).rowCount(); first += batch) {
    model.resetMetrics();
    losses.push_back(static_cast<float>(model.trainOnBatch(rows(x, first), rows(y, first))["loss"]));
  }
  npy::save(file, Array(losses, {static_cast<int64_t>(losses.size())}));
}

/// Runs body; an Error goes to stderr, its fault is the exit code.
template <typename Body> int mainOf(Body &&body) {
  try {
    body();
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}

} // namespace tenon::golden
