// SPDX-License-Identifier: Apache-2.0
// Shortcuts around convolutions: the input itself where sizes agree, a 1x1 convolution of it where they do not.
#include "Example.h"

using namespace tenon;

namespace {
Tensor conv(int64_t filters, const Tensor &x) {
  return Conv2D({.filters = filters, .kernelSize = 3, .padding = "same", .activation = "relu"})(x);
}
} // namespace

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    const int64_t filters = size(128, 16), side = size(32, 8), samples = size(64, 24);
    auto fit = [&](const Model &model, const char *name, const Array &images, const Shape &output) {
      model.summary();
      model.compile({.optimizer = "rmsprop", .loss = "mse"});
      example::train(model, images, example::random(output), {.batchSize = static_cast<int>(size(16, 8)), .epochs = 4});
      example::leave(model, name, {images});
    };
    Tensor same = Input({side, side, filters});
    Model identity(same, add({conv(filters, conv(filters, conv(filters, same))), same}), {.name = "identity"});
    fit(identity, "06_identity", example::random({samples, side, side, filters}), {samples, side, side, filters});

    Tensor x = Input({side, side, filters / 2});
    Tensor y = MaxPooling2D({.poolSize = 2, .strides = 2})(conv(filters, conv(filters, x)));
    Tensor projection = Conv2D({.filters = filters, .kernelSize = 1, .strides = 2, .padding = "same"})(x);
    Model projected(x, add({y, projection}), {.name = "projected"});
    fit(projected, "06_projected", example::random({samples, side, side, filters / 2}), {samples, side / 2, side / 2, filters});
  });
}
