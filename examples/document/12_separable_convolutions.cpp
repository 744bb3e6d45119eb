// SPDX-License-Identifier: Apache-2.0
// Depthwise separable convolutions make a small and fast classifier; 38,949 parameters.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    auto separable = [](int64_t filters) {
      return SeparableConv2D({.filters = filters, .kernelSize = 3, .activation = "relu"});
    };
    Sequential model;
    model.add(Input({64, 64, 3}));
    model.add(separable(32));
    model.add(separable(64));
    model.add(MaxPooling2D({.poolSize = 2}));
    model.add(separable(64));
    model.add(separable(128));
    model.add(MaxPooling2D({.poolSize = 2}));
    model.add(separable(64));
    model.add(separable(128));
    model.add(GlobalAveragePooling2D());
    model.add(Dense({.units = 32, .activation = "relu"}));
    model.add(Dense({.units = 10, .activation = "softmax"}));
    model.summary();
    example::expectParameters(model, 38949);
    model.compile({.optimizer = "rmsprop", .loss = "categorical_crossentropy"});

    const int64_t samples = size(512, 24);
    Array images = example::random({samples, 64, 64, 3});
    Array classes = data::toCategorical(example::randint(0, 10, {samples}), 10);
    example::train(model, images, classes, {.batchSize = static_cast<int>(size(64, 8)), .epochs = 4});
    example::leave(model, "12_separable_convolutions", {images});
  });
}
