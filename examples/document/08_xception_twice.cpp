// SPDX-License-Identifier: Apache-2.0
// A model is a layer: Xception looks at a left and a right image with the same weights.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    Model xceptionBase = applications::Xception({.includeTop = false, .weights = std::nullopt}); // images of any size
    const int64_t side = size(250, 71), features = size(8, 3);
    Tensor left = Input({side, side, 3}), right = Input({side, side, 3});
    Tensor leftFeatures = xceptionBase(left), rightFeatures = xceptionBase(right);
    Model model({left, right}, concatenate({leftFeatures, rightFeatures}, {.axis = -1}));
    model.summary();
    example::expectParameters(model, 20861480);
    model.compile({.optimizer = "rmsprop", .loss = "mse"});
    const int64_t samples = size(8, 2);
    Array a = example::random({samples, side, side, 3}), b = example::random({samples, side, side, 3});
    example::train(model, {a, b}, example::random({samples, features, features, 4096}), {.batchSize = 2, .epochs = 3});
    example::leave(model, "08_xception_twice", {a, b});
  });
}
