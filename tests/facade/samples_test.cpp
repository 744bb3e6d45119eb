// SPDX-License-Identifier: Apache-2.0
// Models on data that is made when it is needed.
#include "tests/facade/Helpers.h"

#include <filesystem>

namespace tenon::testing {
namespace {

/// The rows of a data set, made on demand; row 5's label can be spoiled.
struct Rows : data::Samples {
  Dataset all;
  bool spoiled;
  explicit Rows(Dataset all, bool spoiled = false) : all(std::move(all)), spoiled(spoiled) {}
  int64_t size() const override { return all.size(); }
  Dataset gather(std::span<const int64_t> indices) const override {
    Dataset batch = all.gather({indices.begin(), indices.end()});
    for (size_t i = 0; spoiled && i < indices.size(); ++i)
      if (indices[i] == 5)
        batch.y(0).data<float>()[i] = 9;
    return batch;
  }
  int workers() const override { return 2; }
  std::string nameOf(int64_t index) const override { return "row " + std::to_string(index); }
};

/// sectors() with its classes as numbers.
Dataset labelled(int64_t count) {
  Dataset data = sectors(count);
  Array labels({count}, DType::F32);
  for (int64_t i = 0; i < 3 * count; ++i)
    if (data.y(0).at(i) == 1)
      labels.data<float>()[i / 3] = float(i % 3);
  return Dataset(data.x(), labels);
}

/// Without an input: the first data builds it.
Model unbuilt() {
  setRandomSeed(3);
  Sequential model;
  model.add(Dense({.units = 8, .activation = "tanh"}));
  model.add(Dense({.units = 3, .activation = "softmax", .name = "sector"}));
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

TEST(OnDemand, AModelTrainsToTheSameBits) {
  Dataset all = labelled(50);
  auto train = [](const Dataset &data) {
    Model model = unbuilt();
    FitOptions options = quiet(3);
    options.batchSize = 8;
    options.validationSplit = 0.2;
    model.fit(data, options);
    return model;
  };
  Model expected = train(all), model = train(Dataset(std::make_shared<Rows>(all)));
  EXPECT_TRUE(sameBits(model.getWeights(), expected.getWeights()));
  Dataset demand(std::make_shared<Rows>(all));
  EXPECT_EQ(model.evaluate(demand, {.verbose = 0})["accuracy"], expected.evaluate(all, {.verbose = 0})["accuracy"]);
  EXPECT_TRUE(sameBits(model.predict(demand, {.verbose = 0})[0], expected.predict(all, {.verbose = 0})[0]));
}

TEST(OnDemand, GeneratorsFeedFitEvaluateAndPredict) {
  Dataset all = labelled(50);
  Dataset batches = data::fromBatches([all](int64_t, int64_t batch) -> std::optional<Dataset> {
    if (batch == 5)
      return std::nullopt;
    return all.rows(10 * batch, 10 * batch + 10);
  });
  auto train = [](const Dataset &data) {
    Model model = unbuilt();
    FitOptions options = quiet(2);
    options.batchSize = 10;
    options.shuffle = false;
    options.validationData = data;
    model.fit(data, options);
    return model;
  };
  Model model = train(batches), expected = train(all);
  EXPECT_TRUE(sameBits(model.getWeights(), expected.getWeights()));
  EXPECT_TRUE(sameBits(model.predict(batches, {.verbose = 0})[0], expected.predict(all, {.verbose = 0})[0]));
}

TEST(OnDemand, AWrongLabelIsReportedWithItsSample) {
  Dataset spoiled(std::make_shared<Rows>(labelled(50), true));
  Model model = unbuilt();
  EXPECT_EQ(errorOf([&] { model.fit(spoiled, quiet()); }),
            "row 5: sector: target 0 is 9, expected a class from 0 to 2");
  EXPECT_EQ(errorOf([&] { model.evaluate(spoiled.rows(4, 9), {.verbose = 0}); }),
            "row 5: sector: target 0 is 9, expected a class from 0 to 2");
}

TEST(OnDemand, AFolderOfImagesTrains) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "tenon-on-demand";
  std::filesystem::remove_all(folder);
  for (int i = 0; i < 20; ++i) {
    Array image({6, 5, 3}, DType::F32);
    for (int64_t k = 0; k < image.size(); ++k)
      image.data<float>()[k] = float(i % 2 ? 200 : 50) + float((i * 7 + k * 3) % 40);
    const auto place = folder / (i % 2 ? "light" : "dark");
    std::filesystem::create_directories(place);
    data::savePng((place / (std::to_string(i) + ".png")).string(), image);
  }
  auto images = data::imagesFromFolder(folder.string(), {.labelMode = "binary", .imageSize = {4, 4}, .workers = 3});
  Sequential model;
  model.add(Rescaling({.scale = 1.0 / 255}));
  model.add(Flatten());
  model.add(Dense({.units = 1, .activation = "sigmoid"}));
  model.compile({.optimizer = Adam({.learningRate = 0.1}), .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  model.fit(images.dataset, quiet(40));
  EXPECT_EQ(model.evaluate(images.dataset, {.verbose = 0})["accuracy"], 1);
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace tenon::testing
