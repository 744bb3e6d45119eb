// SPDX-License-Identifier: Apache-2.0
// tensorboard_run FOLDER: a training with everything that the TensorBoard callback writes, for tensorboard_check.py.
#include <tenon/tenon.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>

using namespace tenon;

namespace {
constexpr int kSamples = 400, kWords = 30, kLength = 6;

struct Samples {
  Array picture{{kSamples, 8, 8, 1}, DType::F32}, words{{kSamples, kLength}, DType::I32}, kind{{kSamples, 1}, DType::F32};
};

/// Pictures of stripes and words of one third of the vocabulary, both by kind.
Samples make() {
  Samples samples;
  for (int i = 0; i < kSamples; ++i) {
    const int kind = i * 7 % 3;
    for (int p = 0; p < 64; ++p) {
      const int along = kind == 0 ? p / 8 : kind == 1 ? p % 8 : p / 8 + p % 8;
      samples.picture.data<float>()[64 * i + p] = 0.5f + 0.4f * std::sin(1.6f * float(along + i % 5)) + 0.1f * std::sin(float(i * p));
    }
    for (int w = 0; w < kLength; ++w)
      samples.words.data<int32_t>()[kLength * i + w] = kind * kWords / 3 + (i * 11 + w * w * 5 + i * w) % (kWords / 3);
    samples.kind.data<float>()[i] = float(kind);
  }
  return samples;
}

Model build() {
  Tensor picture = Input({8, 8, 1}, {.name = "picture"}), words = Input({kLength}, {.dtype = "int32", .name = "words"});
  Sequential eye({Conv2D({.filters = 4, .kernelSize = 3, .activation = "relu", .name = "stripes"}),
                  BatchNormalization({.name = "normal"}), MaxPooling2D({.name = "pool"}), Flatten({.name = "flat"})},
                 {.name = "eye"});
  Tensor meaning = Embedding({.inputDim = kWords, .outputDim = 8, .name = "meaning"})(words);
  Tensor both = Concatenate({.name = "both"})({eye(picture), Flatten({.name = "sentence"})(meaning)});
  both = Dense({.units = 16, .activation = "tanh", .name = "hidden"})(Dropout({.rate = 0.2, .name = "drop"})(both));
  return Model({picture, words}, {Dense({.units = 3, .activation = "softmax", .name = "kind"})(both)}, {.name = "reader"});
}

void writeWords(const std::string &path) {
  std::ofstream file(path);
  file << "word\tkind\n";
  for (int i = 0; i < kWords; ++i)
    file << "word " << i << "\tkind " << i / (kWords / 3) << "\n";
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  try {
    const std::string logs = argv[1];
    std::filesystem::create_directories(logs);
    writeWords(logs + "/words.tsv");
    setRandomSeed(1);
    Samples samples = make();
    Model model = build();
    model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
    model.fit(data::fromArrays({samples.picture, samples.words}, samples.kind),
              {.epochs = 12,
               .verbose = 2,
               .callbacks = {TensorBoard({.logDir = logs,
                                          .histogramFreq = 1,
                                          .writeImages = true,
                                          .writeStepsPerSecond = true,
                                          .updateFreq = "batch",
                                          .embeddingsFreq = 2,
                                          .embeddingsMetadata = "words.tsv",
                                          .writeActivations = true,
                                          .writeGradients = true})},
               .validationSplit = 0.2});
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
