// SPDX-License-Identifier: Apache-2.0
// keras_roundtrip FOLDER SOURCE BATCH: Tenon's part of keras_roundtrip.py. Loads the model SOURCE, writes it back at
// once as same.keras, same.h5, same.weights.h5 and same_weights.h5, predicts (p0.npy ..), trains on x0.npy .. and
// y0.npy .. batch by batch (losses.npy), writes it as after.keras and after.h5, predicts (q0.npy ..) and trains on
// (more.npy).
#include "Steps.h"

#include <cstdlib>

using namespace tenon;

namespace {
void run(const std::string &folder, const std::string &source, int64_t batch) {
  Model model = loadModel(source);
  for (const char *name : {"/same.keras", "/same.h5"})
    model.save(folder + name);
  for (const char *name : {"/same.weights.h5", "/same_weights.h5"})
    model.saveWeights(folder + name);
  const std::vector<Array> x = golden::arrays(folder + "/x"), y = golden::arrays(folder + "/y");
  golden::saveAll(folder + "/p", model.predict(x, {.verbose = 0}).arrays());
  golden::trainSteps(model, x, y, batch, folder + "/losses.npy");
  model.save(folder + "/after.keras");
  model.save(folder + "/after.h5");
  golden::saveAll(folder + "/q", model.predict(x, {.verbose = 0}).arrays());
  golden::trainSteps(model, x, y, batch, folder + "/more.npy");
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    std::cerr << "usage: keras_roundtrip FOLDER SOURCE BATCH\n";
    return 2;
  }
  return golden::mainOf([&] { run(argv[1], argv[2], std::atoll(argv[3])); });
}
