// SPDX-License-Identifier: Apache-2.0
// Three outputs from one input: age, income and gender of who wrote a post; 14,146,316 parameters.
#include "Example.h"

using namespace tenon;

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    const int64_t vocabulary = size(50000, 1000), incomeGroups = 10;
    Tensor posts = Input({None}, {.dtype = "int32", .name = "posts"});
    Tensor x = Embedding({.inputDim = vocabulary, .outputDim = 256})(posts);
    x = Conv1D({.filters = 128, .kernelSize = 5, .activation = "relu"})(x);
    x = MaxPooling1D({.poolSize = 5})(x);
    x = Conv1D({.filters = 256, .kernelSize = 5, .activation = "relu"})(x);
    x = Conv1D({.filters = 256, .kernelSize = 5, .activation = "relu"})(x);
    x = MaxPooling1D({.poolSize = 5})(x);
    x = Conv1D({.filters = 256, .kernelSize = 5, .activation = "relu"})(x);
    x = Conv1D({.filters = 256, .kernelSize = 5, .activation = "relu"})(x);
    x = GlobalMaxPool1D()(x);
    x = Dense({.units = 128, .activation = "relu"})(x);
    Tensor age = Dense({.units = 1, .name = "age"})(x);
    Tensor income = Dense({.units = incomeGroups, .activation = "softmax", .name = "income"})(x);
    Tensor gender = Dense({.units = 1, .activation = "sigmoid", .name = "gender"})(x);

    Model model(posts, {age, income, gender});
    model.summary();
    example::expectParameters(model, size(14146316, 1602316));

    // Losses in the outputs' order, then by name and with weights.
    model.compile({.optimizer = "rmsprop", .loss = {"mse", "categorical_crossentropy", "binary_crossentropy"}});
    model.compile({.optimizer = "rmsprop",
                   .loss = {{"age", "mse"}, {"income", "categorical_crossentropy"}, {"gender", "binary_crossentropy"}},
                   .lossWeights = {{"age", 0.25}, {"income", 1.0}, {"gender", 10.0}}});

    const int64_t samples = size(256, 24), length = 300;
    Array text = example::randint(1, static_cast<int>(vocabulary), {samples, length});
    Array ages = example::random({samples, 1}), genders = example::randint(0, 2, {samples, 1}).astype(DType::F32);
    Array incomes = data::toCategorical(example::randint(0, static_cast<int>(incomeGroups), {samples}), incomeGroups);
    example::train(model, text, {ages, incomes, genders}, {.batchSize = static_cast<int>(size(64, 8)), .epochs = static_cast<int>(size(10, 6))});

    // Any length from 269 on; a shorter post says so.
    try {
      model.predict(example::randint(1, 100, {1, 268}), {.verbose = 0});
      throw Error("a post of 268 words was taken");
    } catch (const Error &error) {
      if (std::string(error.what()).find("does not fit") == std::string::npos)
        throw;
      std::printf("268 words: %s\n", error.what());
    }
    model.predict(example::randint(1, 100, {1, 269}), {.verbose = 0});
    example::leave(model, "03_posts", {text});
  });
}
