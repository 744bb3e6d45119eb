// SPDX-License-Identifier: Apache-2.0
// A ready-made architecture: InceptionV3, 23,851,784 parameters with its 1000 classes.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    if (!size.quick) {
      Model whole = applications::InceptionV3({.weights = std::nullopt});
      whole.summary();
      example::expectParameters(whole, 23851784);
    }
    // Trained from nothing on small images.
    Model model = applications::InceptionV3({.weights = std::nullopt, .inputShape = {75, 75, 3}, .classes = 10});
    model.compile({.optimizer = "rmsprop", .loss = "categorical_crossentropy"});
    const int64_t samples = size(32, 4);
    Array images = example::random({samples, 75, 75, 3});
    Array classes = data::toCategorical(example::randint(0, 10, {samples}), 10);
    example::train(model, images, classes, {.batchSize = static_cast<int>(size(8, 4)), .epochs = 4});
    example::leave(model, "05_inception_v3", {images});
  });
}
