// SPDX-License-Identifier: Apache-2.0
// keras_steps FOLDER BATCH: trains model.keras of keras_steps.py on its batches, x0.npy .. and y0.npy .., one step each, and
// leaves losses.npy and the weights w0.npy .. behind.
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

void run(const std::string &folder, int64_t batch) {
  Model model = loadModel(folder + "/model.keras");
  const std::vector<Array> x = arrays(folder + "/x"), y = arrays(folder + "/y");
  std::vector<float> losses;
  for (int64_t first = 0; first < x.at(0).rowCount(); first += batch) {
    model.resetMetrics();
    losses.push_back(static_cast<float>(model.trainOnBatch(rows(x, first, first + batch), rows(y, first, first + batch))["loss"]));
  }
  npy::save(folder + "/losses.npy", Array(losses, {static_cast<int64_t>(losses.size())}));
  const std::vector<Array> weights = model.getWeights();
  for (size_t i = 0; i < weights.size(); ++i)
    npy::save(folder + "/w" + std::to_string(i) + ".npy", weights[i]);
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: keras_steps FOLDER BATCH\n";
    return 2;
  }
  try {
    run(argv[1], std::atoll(argv[2]));
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}
