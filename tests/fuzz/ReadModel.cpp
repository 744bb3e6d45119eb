// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/ReadModel.h"

#include "frontend/graph/Initializers.h"
#include "frontend/graph/LayerNode.h"

#include <tenon/tenon.h>

namespace tenon {

// In place of the front end's, which prints: damaged states of optimizers are worth a warning a thousand times a
// second.
void graph::warn(const std::string &) {}

namespace fuzz {
namespace {
void touch(const Model &model) {
  for (const Array &weight : model.getWeights())
    fuzz::touch(weight);
}
} // namespace

void readModelFile(std::string_view bytes) {
  clearSession();
  readFile(bytes, [](const std::string &path) {
    const Model model = loadModel(path);
    touch(model);
    model.toJson();
  });
}

void readModelJson(const std::string &text) {
  clearSession();
  readBytes(text, [&](std::string_view, const std::string &) {
    // Without a file beside it, a description may ask for as many weights as it likes.
    graph::ValuesFromFile values(1 << 24);
    try {
      const Model model = modelFromJson(text);
      const std::string written = model.toJson();
      clearSession();
      require(modelFromJson(written).toJson() == written, "a model is another one when it is read again");
    } catch (const Error &error) {
      require(*error.what(), "an error without words");
    }
  });
}

void readWeightFile(std::string_view bytes) {
  static const std::string folder = TENON_SOURCE_DIR "/tests/golden/files/";
  static const Model models[] = {loadModel(folder + "adam.keras"), loadModel(folder + "keras2.h5")};
  for (const Model &model : models)
    readFile(bytes, [&](const std::string &path) {
      model.loadWeights(path);
      touch(model);
    });
}

} // namespace fuzz
} // namespace tenon
