// SPDX-License-Identifier: Apache-2.0
// keras_roundtrip FOLDER SOURCE BATCH: Tenon's part of keras_roundtrip.py. Loads the model SOURCE, writes it back at
// once as same.keras, same.h5, same.weights.h5 and same_weights.h5, predicts (p0.npy ..), trains on x0.npy .. and
// y0.npy .. batch by batch (losses.npy), writes it as after.keras and after.h5, predicts (q0.npy ..) and trains on
// (more.npy).
#include <tenon/npy.h>
#include <tenon/tenon.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace tenon;

namespace {
std::vector<Array> arrays(const std::string &prefix) {
  std::vector<Array> found;
  for (std::string path; std::filesystem::exists(path = prefix + std::to_string(found.size()) + ".npy");)
    found.push_back(npy::load(path));
  return found;
}
std::vector<Array> rows(const std::vector<Array> &all, int64_t begin, int64_t end) {
  std::vector<Array> part;
  for (const Array &array : all)
    part.push_back(array.rows(begin, end));
  return part;
}

void run(const std::string &folder, const std::string &source, int64_t batch) {
  const Model model = loadModel(source);
  for (const char *name : {"/same.keras", "/same.h5"})
    model.save(folder + name);
  for (const char *name : {"/same.weights.h5", "/same_weights.h5"})
    model.saveWeights(folder + name);
  const std::vector<Array> x = arrays(folder + "/x"), y = arrays(folder + "/y");
  auto predict = [&](const std::string &prefix) {
    const Predictions outputs = model.predict(x, {.verbose = 0});
    for (size_t i = 0; i < outputs.size(); ++i)
      npy::save(folder + prefix + std::to_string(i) + ".npy", outputs.arrays()[i]);
  };
  auto train = [&](const std::string &name) {
    std::vector<float> losses;
    for (int64_t first = 0; first < x.at(0).rowCount(); first += batch) {
      model.resetMetrics();
      const Scores scores = model.trainOnBatch(rows(x, first, first + batch), rows(y, first, first + batch));
      losses.push_back(static_cast<float>(scores["loss"]));
    }
    npy::save(folder + name, Array(losses, {static_cast<int64_t>(losses.size())}));
  };
  predict("/p");
  train("/losses.npy");
  model.save(folder + "/after.keras");
  model.save(folder + "/after.h5");
  predict("/q");
  train("/more.npy");
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    std::cerr << "usage: keras_roundtrip FOLDER SOURCE BATCH\n";
    return 2;
  }
  try {
    run(argv[1], argv[2], std::atoll(argv[3]));
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}
