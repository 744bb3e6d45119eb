// SPDX-License-Identifier: Apache-2.0
// Branches that look at one input in different ways and are joined.
#include "Example.h"

using namespace tenon;

namespace {
Conv2D conv(int64_t filters, int64_t kernel, int64_t strides = 1, const char *padding = "same") {
  return Conv2D({.filters = filters, .kernelSize = kernel, .strides = strides, .padding = padding, .activation = "relu"});
}
} // namespace

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    const int64_t filters = size(128, 16), side = size(35, 9), channels = size(256, 8);
    Tensor x = Input({side, side, channels});
    Tensor a = conv(filters, 1, 2)(x);
    Tensor b = conv(filters, 3, 2)(conv(filters, 1)(x));
    Tensor c = conv(filters, 3)(AveragePooling2D({.poolSize = 3, .strides = 2, .padding = "same"})(x));
    Tensor d = conv(filters, 3, 2)(conv(filters, 3)(conv(filters, 1)(x)));
    Model model(x, concatenate({a, b, c, d}, {.axis = -1}));
    model.summary();
    model.compile({.optimizer = "rmsprop", .loss = "mse"});
    const int64_t samples = size(64, 24), out = (side + 1) / 2;
    Array images = example::random({samples, side, side, channels});
    example::train(model, images, example::random({samples, out, out, 4 * filters}), {.batchSize = static_cast<int>(size(16, 8)), .epochs = 4});
    example::leave(model, "04_inception_module", {images});

    // As the document prints it (no padding, every branch strided its own way) the branches do not meet.
    Tensor y = Input({32, 32, 8});
    Tensor left = conv(16, 1, 2, "valid")(y);
    Tensor right = conv(16, 3, 2, "valid")(conv(16, 1, 1, "valid")(y));
    try {
      concatenate({left, right}, {.axis = -1});
      throw Error("branches of different sizes were joined");
    } catch (const Error &error) {
      if (std::string(error.what()).find("expected inputs of equal shapes") == std::string::npos)
        throw;
      std::printf("%s\n", error.what());
    }
  });
}
