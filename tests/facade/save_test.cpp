// SPDX-License-Identifier: Apache-2.0
#include "tests/facade/Helpers.h"
#include <algorithm>
#include <fstream>
#include <tenon/container.h>

namespace tenon::testing {
namespace {

std::string pathOf(const std::string &name) { return ::testing::TempDir() + "/" + name; }

TEST(Save, UncompiledModel) {
  Model model = sectorModel();
  model.save(pathOf("plain.tenon"));
  Model loaded = loadModel(pathOf("plain.tenon"));
  EXPECT_EQ(loaded.toJson(), model.toJson());
  EXPECT_TRUE(sameBits(loaded.getWeights(), model.getWeights()));
  Array x = noise({3, 2});
  EXPECT_TRUE(sameBits(loaded.predictOnBatch(x), model.predictOnBatch(x)));
  EXPECT_EQ(errorOf([&] { loaded.fit(sectors(16)); }), "sectors: call compile() before fit()");
}

TEST(Save, TrainingGoesOnBitForBit) {
  for (const Optimizer &optimizer : {Optimizer(Adam({.learningRate = 0.02})), Optimizer(RMSprop()),
                                     Optimizer(SGD({.momentum = 0.9, .nesterov = true}))}) {
    Model model = sectorModel();
    model.compile({.optimizer = optimizer,
                   .loss = CategoricalCrossentropy({.labelSmoothing = 0.1}),
                   .metrics = {"accuracy", CategoricalAccuracy({.name = "hits"})}});
    model.fit(sectors(64), quiet(2));
    model.setLearningRate(0.005);
    model.save(pathOf("trained.tenon"));
    Model loaded = loadModel(pathOf("trained.tenon"));
    EXPECT_FLOAT_EQ(static_cast<float>(loaded.learningRate()), 0.005f);
    model.fit(sectors(64), quiet(2));
    loaded.fit(sectors(64), quiet(2));
    EXPECT_TRUE(sameBits(loaded.getWeights(), model.getWeights())) << optimizer.className();
    Scores a = model.evaluate(sectors(32), {.verbose = 0}), b = loaded.evaluate(sectors(32), {.verbose = 0});
    EXPECT_EQ(a["loss"], b["loss"]);
    EXPECT_EQ(a["hits"], b["hits"]);
  }
}

TEST(Save, StateThatDoesNotFitIsNamed) {
  Model model = sectorModel();
  model.compile({.optimizer = Adam({.learningRate = 0.02}), .loss = "categorical_crossentropy"});
  model.fit(sectors(64), quiet(2));
  std::string path = pathOf("misfit.tenon");
  model.save(path);
  Container container = Container::read(path);
  auto slot = std::find_if(container.variables.begin(), container.variables.end(), [](const StoredVariable &variable) {
    return variable.kind == VariableKind::Slot && variable.value.shape() == Shape{2, 8};
  });
  ASSERT_NE(slot, container.variables.end());
  slot->value = Array({3, 8}, DType::F32);
  container.write(path);
  std::string message =
      "sectors: the file's '" + slot->name + "' has shape (3, 8) and type float32, expected (2, 8) and float32";
  Model loaded = loadModel(path);
  EXPECT_EQ(errorOf([&] { loaded.fit(sectors(64), quiet(2)); }), message);
  EXPECT_EQ(errorOf([&] { loaded.fit(sectors(64), quiet(2)); }), message); // not at the first call only
}

TEST(Save, SeveralOutputsKeepTheirLosses) {
  Tensor x = Input({2}, {.name = "x"});
  Model model({x}, {Dense({.units = 1, .name = "a"})(x), Dense({.units = 2, .name = "b"})(x)}, {.name = "two"});
  model.compile({.optimizer = "sgd", .loss = {"mse", "mse"}, .lossWeights = {1, 0.5}, .metrics = {{"b", "mse"}}});
  model.save(pathOf("two.tenon"));
  Model loaded = loadModel(pathOf("two.tenon"));
  Array points = noise({4, 2}), a = noise({4, 1}), b = noise({4, 2}, 5);
  Scores expected = model.evaluate(points, {a, b}, {.verbose = 0});
  Scores actual = loaded.evaluate(points, {a, b}, {.verbose = 0});
  ASSERT_EQ(actual.size(), 4u);
  for (const auto &[name, value] : expected)
    EXPECT_EQ(actual[name], value) << name;
}

/// The error of loading a file made from a good one by `change`.
std::string damaged(const std::function<void(Container &)> &change) {
  std::string path = pathOf("damaged.tenon");
  sectorModel().save(path);
  Container container = Container::read(path);
  change(container);
  container.write(path);
  std::string message = errorOf([&] { loadModel(path); });
  EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ");
  return message.substr(std::min(message.size(), path.size() + 2));
}

TEST(Load, NamesWhatIsWrong) {
  EXPECT_EQ(damaged([](Container &c) { c.variables.erase(c.variables.begin()); }),
            "holds no values for 'dense/kernel'");
  EXPECT_EQ(damaged([](Container &c) {
              c.variables[0].value = Array({3, 8}, DType::F32);
            }),
            "'dense/kernel' has shape (3, 8) and type float32, expected (2, 8) and float32");
  EXPECT_EQ(damaged([](Container &c) { c.description = "{"; }), "the description: not valid JSON: {");
  EXPECT_EQ(damaged([](Container &c) { c.description = "[]"; }), "the description is no Keras model");
  EXPECT_NE(damaged([](Container &c) { c.description = "{}"; }), "");
  EXPECT_EQ(damaged([](Container &c) { c.description = std::string(1000000, '['); }),
            "the description: nested more than 500 levels deep");
  auto configured = [](const std::string &config) {
    return damaged([&](Container &c) {
      c.description.insert(c.description.find('{') + 1, "\"compile_config\": " + config + ",");
    });
  };
  EXPECT_EQ(configured("{}"), "compile_config: no optimizer; compile_config: no loss");
  EXPECT_EQ(configured(R"({"optimizer": "adam"})"), "compile_config: no loss");
  EXPECT_EQ(configured(R"({"optimizer": "adam", "loss": ["mse", "mse"]})"),
            "compile_config: loss has 2 entries, expected 1");
  EXPECT_EQ(configured(R"({"optimizer": "adam", "loss": "mse", "loss_weights": ["a"]})"),
            "compile_config: loss_weights holds \"a\", expected a number");
}

TEST(Load, MissingFile) {
  EXPECT_NE(errorOf([] { loadModel("/nowhere/x.tenon"); }), "");
}

TEST(Load, EveryTruncationIsAnError) {
  std::string path = pathOf("whole.tenon"), cut = pathOf("cut.tenon");
  sectorModel().save(path);
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  for (size_t size = 0; size < bytes.size(); size += 61) {
    std::ofstream(cut, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(size));
    EXPECT_NE(errorOf([&] { loadModel(cut); }), "") << size;
  }
}

} // namespace
} // namespace tenon::testing
