// SPDX-License-Identifier: Apache-2.0
// keras_steps FOLDER BATCH: trains model.keras of keras_steps.py on its batches, x0.npy .. and y0.npy .., one step each, and
// leaves losses.npy and the weights w0.npy .. behind.
#include "Steps.h"

#include <cstdlib>

using namespace tenon;

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: keras_steps FOLDER BATCH\n";
    return 2;
  }
  return golden::mainOf([&] {
    const std::string folder = argv[1];
    Model model = loadModel(folder + "/model.keras");
    golden::trainSteps(model, golden::arrays(folder + "/x"), golden::arrays(folder + "/y"), std::atoll(argv[2]), folder + "/losses.npy");
    golden::saveAll(folder + "/w", model.getWeights());
  });
}
