// SPDX-License-Identifier: Apache-2.0
// Trains on a folder of images with one sub-folder per class, decoded by workers while the net trains.
//   image_folder [--images DIR] [--digits digits.csv.gz] [--epochs N]
// A folder that is not there is made first: the digits as PNG files, DIR/0 to DIR/9.
#include <tenon/tenon.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace tenon;

namespace {
void writeDigits(const std::string &csv, const std::string &folder) {
  Dataset digits = data::loadCsv(csv, {.shape = {8, 8, 1}});
  // Under another name until it is complete.
  const std::string unfinished = folder + ".unfinished";
  std::filesystem::remove_all(unfinished);
  for (int64_t i = 0; i < digits.size(); ++i) {
    const std::string label = unfinished + "/" + std::to_string(static_cast<int>(digits.y(0).at(i)));
    std::filesystem::create_directories(label);
    Array image = digits.x(0).rows(i, i + 1).reshape({8, 8, 1}).clone();
    for (int64_t pixel = 0; pixel < image.size(); ++pixel)
      image.data<float>()[pixel] *= 255.0f / 16;
    data::savePng(label + "/" + std::to_string(i) + ".png", image);
  }
  std::filesystem::rename(unfinished, folder);
  std::printf("wrote %lld images to %s\n", static_cast<long long>(digits.size()), folder.c_str());
}

void run(const std::string &folder, const std::string &digits, int epochs) {
  setRandomSeed(1);
  if (!std::filesystem::exists(folder))
    writeDigits(digits, folder);
  data::ImageFolderOptions options{
      .colorMode = "grayscale", .imageSize = {16, 16}, .seed = 1, .validationSplit = 0.25, .subset = "training"};
  auto train = data::imagesFromFolder(folder, options);
  options.subset = "validation";
  auto test = data::imagesFromFolder(folder, options);
  std::printf("%zu and %zu images of %zu classes\n", train.filePaths.size(), test.filePaths.size(),
              train.classNames.size());

  Sequential model;
  model.add(Input({16, 16, 1}, {.name = "image"}));
  model.add(Rescaling({.scale = 1.0 / 255}));
  model.add(Conv2D({.filters = 32, .kernelSize = {3, 3}, .activation = "relu"}));
  model.add(MaxPooling2D({.poolSize = {2, 2}}));
  model.add(Conv2D({.filters = 64, .kernelSize = {3, 3}, .activation = "relu"}));
  model.add(MaxPooling2D({.poolSize = {2, 2}}));
  model.add(Flatten());
  model.add(Dropout({.rate = 0.3}));
  model.add(Dense({.units = static_cast<int64_t>(train.classNames.size()), .activation = "softmax"}));
  model.summary();
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(train.dataset, {.batchSize = 32, .epochs = epochs, .validationData = test.dataset});
  std::printf("test accuracy %.4f\n", model.evaluate(test.dataset, {.verbose = 0})["accuracy"]);

  Array shares = model.predict(test.dataset.take(5), {.verbose = 0})[0];
  const auto classes = static_cast<int64_t>(train.classNames.size());
  for (int64_t i = 0; i < shares.rowCount(); ++i) {
    int64_t best = 0;
    for (int64_t k = 1; k < classes; ++k)
      if (shares.at(i * classes + k) > shares.at(i * classes + best))
        best = k;
    std::printf("%s: %s\n", test.filePaths[static_cast<size_t>(i)].c_str(),
                train.classNames[static_cast<size_t>(best)].c_str());
  }
}
} // namespace

int main(int argc, char **argv) {
  try {
    std::string folder = "digits-images", digits = "examples/data/digits.csv.gz";
    int epochs = 30;
    for (int i = 1; i < argc; i += 2) {
      const std::string option = argv[i];
      if (i + 1 == argc || (option != "--images" && option != "--digits" && option != "--epochs") ||
          (option == "--epochs" && (epochs = std::atoi(argv[i + 1])) < 1))
        throw Error("usage: image_folder [--images DIR] [--digits digits.csv.gz] [--epochs N]", Fault::Usage);
      if (option != "--epochs")
        (option == "--images" ? folder : digits) = argv[i + 1];
    }
    run(folder, digits, epochs);
    return 0;
  } catch (const Error &error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.fault());
  }
}
