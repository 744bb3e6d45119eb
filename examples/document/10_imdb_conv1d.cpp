// SPDX-License-Identifier: Apache-2.0
// Reviews as sequences of words; 291,937 parameters. The last layer is linear, as in the document: under binary
// cross-entropy such an output has no gradient where it is below 0 or above 1, and a warning says so.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    const int64_t features = size(2000, 1000), length = 100;
    Sequential model;
    model.add(Input({length}, {.dtype = "int32"}));
    model.add(Embedding({.inputDim = features, .outputDim = 128, .name = "embed"}));
    model.add(Conv1D({.filters = 32, .kernelSize = 7, .activation = "relu"}));
    model.add(MaxPooling1D({.poolSize = 5}));
    model.add(Conv1D({.filters = 32, .kernelSize = 7, .activation = "relu"}));
    model.add(GlobalMaxPool1D());
    model.add(Dense({.units = 1}));
    model.summary({.style = "keras2"});
    example::expectParameters(model, size(291937, 163937));
    model.compile({.optimizer = "rmsprop", .loss = "binary_crossentropy", .metrics = {"acc"}});

    // Reviews of different lengths, cut and padded to one.
    std::vector<std::vector<int32_t>> reviews(size(2000, 128));
    for (std::vector<int32_t> &review : reviews)
      review = example::randint(1, static_cast<int>(features), {example::randint(60, 140, {1}).data<int32_t>()[0]}).toVector<int32_t>();
    Array x = data::padSequences(reviews, {.maxlen = length});
    Array y = example::randint(0, 2, {x.rowCount(), 1}).astype(DType::F32);
    // Look at it with `tensorboard --logdir 10_my_log_dir`: histograms of weights and activations, words in space.
    TensorBoard board({.logDir = "10_my_log_dir", .histogramFreq = 1, .embeddingsFreq = 1, .writeActivations = true});
    example::train(model, x, y, {.batchSize = static_cast<int>(size(128, 16)), .epochs = 6, .callbacks = {board}, .validationSplit = 0.2});
    example::leave(model, "10_imdb_conv1d", {x});
  });
}
