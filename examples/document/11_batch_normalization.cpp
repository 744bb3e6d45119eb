// SPDX-License-Identifier: Apache-2.0
// Normalisation of the data, and of what layers pass on; BatchNormalization with every argument.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    Tensor image = Input({16, 16, 3});
    Tensor x = Conv2D({.filters = 32, .kernelSize = 3, .activation = "relu"})(image);
    x = BatchNormalization({.axis = -1,
                            .momentum = 0.99,
                            .epsilon = 0.001,
                            .center = true,
                            .scale = true,
                            .betaInitializer = "zeros",
                            .gammaInitializer = "ones",
                            .movingMeanInitializer = "zeros",
                            .movingVarianceInitializer = "ones",
                            .betaRegularizer = L2({.l2 = 1e-4}),
                            .gammaRegularizer = L2({.l2 = 1e-4}),
                            .betaConstraint = MaxNorm({.maxValue = 4}),
                            .gammaConstraint = NonNeg(),
                            .renorm = true,
                            .renormClipping = RenormClipping{.rmax = 3, .rmin = 1. / 3, .dmax = 5},
                            .renormMomentum = 0.99,
                            .synchronized = false})(x);
    x = Dense({.units = 32, .activation = "relu"})(Flatten()(x));
    x = BatchNormalization()(x);
    Model model(image, Dense({.units = 10, .activation = "softmax"})(x));
    model.summary();
    model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});

    const int64_t samples = size(1024, 64);
    Array raw = example::random({samples, 16, 16, 3});
    data::Normalizer normalize(raw, {.axes = {0, 1, 2}}); // (data - mean) / std of every channel
    Array images = normalize(raw), labels = example::randint(0, 10, {samples, 1});
    example::train(model, images, labels, {.batchSize = static_cast<int>(size(32, 16)), .epochs = 5});
    example::leave(model, "11_batch_normalization", {images});
  });
}
