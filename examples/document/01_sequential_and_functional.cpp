// SPDX-License-Identifier: Apache-2.0
// One network written twice, as a Sequential and with the functional API: 64-32-32-10, 3,466 parameters.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size) {
    Sequential sequential({Dense({.units = 32, .activation = "relu", .inputShape = {64}}),
                           Dense({.units = 32, .activation = "relu"}), Dense({.units = 10, .activation = "softmax"})});
    example::expectParameters(sequential, 3466);

    Tensor input = Input({64});
    Tensor x = Dense({.units = 32, .activation = "relu"})(input);
    x = Dense({.units = 32, .activation = "relu"})(x);
    Tensor output = Dense({.units = 10, .activation = "softmax"})(x);
    Model model(input, output);
    model.summary({.style = "keras2"});
    example::expectParameters(model, 3466);

    model.compile({.optimizer = "rmsprop", .loss = "categorical_crossentropy"});
    // The document's targets: rows of random numbers that do not sum to 1. The gradient is exact all the same, and a
    // warning says what they are.
    Array x_train = example::random({1000, 64}), y_train = example::random({1000, 10});
    example::train(model, x_train, y_train, {.batchSize = 128, .epochs = 10});
    double score = model.evaluate(x_train, y_train); // no metrics: the loss alone
    std::printf("score %.4f\n", score);
    example::leave(model, "01_functional", {x_train});
  });
}
