// SPDX-License-Identifier: Apache-2.0
// One LSTM reads two sentences: a layer called twice has one set of weights; 20,673 parameters.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    LSTM lstm({.units = 32});
    Tensor left = Input({None, 128}), right = Input({None, 128});
    Tensor leftOutput = lstm(left), rightOutput = lstm(right);
    Tensor merged = concatenate({leftOutput, rightOutput}, {.axis = -1});
    Tensor similar = Dense({.units = 1, .activation = "sigmoid"})(merged);
    Model model({left, right}, similar);
    model.summary();
    example::expectParameters(model, 20673);

    model.compile({.optimizer = "rmsprop", .loss = "binary_crossentropy"});
    const int64_t samples = size(512, 32), length = size(100, 10);
    Array a = example::random({samples, length, 128}), b = example::random({samples, length, 128});
    Array targets = example::randint(0, 2, {samples, 1}).astype(DType::F32);
    example::train(model, {a, b}, targets, {.batchSize = static_cast<int>(size(128, 8)), .epochs = 8});
    example::leave(model, "07_siamese_lstm", {a, b});

    // As the document prints it, the model begins behind the LSTM, whose weights it then does not hold: 65 parameters.
    Model literal({leftOutput, rightOutput}, similar);
    example::expectParameters(literal, 65);
  });
}
