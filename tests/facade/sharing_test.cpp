// SPDX-License-Identifier: Apache-2.0
// Layers and models that several models share, saved and loaded.
#include "tests/facade/Helpers.h"

namespace tenon::testing {
namespace {

using ::testing::HasSubstr;

std::string pathOf(const std::string &name) { return ::testing::TempDir() + "/sharing_" + name; }

/// A layer of the model and of a model inside it.
Model sharedLayer() {
  Dense d({.units = 3, .name = "d"});
  Tensor a = Input({3}, {.name = "a"}), x = Input({3}, {.name = "x"});
  Model inner(a, d(a), {.name = "inner"});
  return Model(x, Add({.name = "sum"})({inner(x), d(x)}), {.name = "outer"});
}
/// A model in two others.
Model sharedEncoder() {
  Tensor a = Input({3}, {.name = "a"}), l = Input({3}, {.name = "l"}), r = Input({3}, {.name = "r"}),
         x = Input({3}, {.name = "x"});
  Model encoder(a, BatchNormalization({.name = "bn"})(Dense({.units = 3, .name = "dense"})(a)), {.name = "enc"});
  Model left(l, Dense({.units = 3, .activation = "tanh", .name = "ld"})(encoder(l)), {.name = "left"});
  Model right(r, Dense({.units = 3, .name = "rd"})(encoder(r)), {.name = "right"});
  return Model(x, Add({.name = "sum"})({left(x), right(x)}), {.name = "outer"});
}
/// One layer on three levels, one model on two.
Model threeDeep() {
  Dense d({.units = 3, .name = "d"});
  Tensor a = Input({3}, {.name = "a"}), b = Input({3}, {.name = "b"}), c = Input({3}, {.name = "c"});
  Model one(a, d(a), {.name = "one"});
  Model two(b, Add({.name = "s2"})({one(b), d(b)}), {.name = "two"});
  return Model(c, Add({.name = "s3"})({two(c), d(c), one(c)}), {.name = "three"});
}
/// Keras's own files keep only this one whole.
Model inSequentials() {
  Dense d({.units = 3, .activation = "tanh", .name = "d"});
  return Sequential({Input({3}, {.name = "i"}), d, Sequential({Input({3}, {.name = "j"}), d}, {.name = "in"})},
                    {.name = "outer"});
}
/// A Sequential in two models.
Model sharedSequential() {
  Sequential stack({Input({3}, {.name = "i"}), Dense({.units = 3, .name = "q"})}, {.name = "s"});
  Tensor l = Input({3}, {.name = "l"});
  return Sequential(
      {Input({3}, {.name = "j"}), Model(l, Dense({.units = 3, .name = "ld"})(stack(l)), {.name = "left"}), stack},
      {.name = "outer"});
}
/// Models cut out of another one, used beside it.
Model cutOut() {
  Tensor x = Input({3}, {.name = "x"}), z = Input({3}, {.name = "z"});
  Tensor h = Dense({.units = 3, .activation = "tanh", .name = "h"})(x), y = Dense({.units = 3, .name = "o"})(h);
  Model whole(x, y, {.name = "whole"}), head(x, h, {.name = "head"}), tail(h, y, {.name = "tail"});
  return Model(z, Add({.name = "sum"})({whole(z), head(z), tail(tail(z))}), {.name = "outer"});
}

struct Shared {
  const char *name;
  Model (*make)();
  size_t weights;
  const char *refused; // by Keras
};
void PrintTo(const Shared &shared, std::ostream *out) { *out << shared.name; }

class Sharing : public ::testing::TestWithParam<Shared> {
protected:
  Model made() const {
    clearSession();
    setRandomSeed(3);
    return GetParam().make();
  }
  std::string path(const std::string &ending) const { return pathOf(GetParam().name + ending); }
  const Array x = noise({32, 3}), y = noise({32, 3}, 2);
  static FitOptions fit() { return {.batchSize = 8, .epochs = 2, .verbose = 0, .seed = 5}; }
};

TEST_P(Sharing, TrainingGoesOnBitForBit) {
  for (const std::string ending : {".tenon", ".keras"}) {
    const Model model = made();
    ASSERT_EQ(model.getWeights().size(), GetParam().weights);
    model.compile({.optimizer = Adam({.learningRate = 0.02}), .loss = "mse"});
    model.fit(x, y, fit());
    warningsOf([&] { model.save(path(ending)); });
    std::optional<Model> loaded;
    EXPECT_EQ(warningsOf([&] { loaded = loadModel(path(ending)); }), "");
    EXPECT_EQ(loaded->toJson(), model.toJson());
    EXPECT_EQ(loaded->weightNames(), model.weightNames());
    EXPECT_TRUE(sameBits(loaded->getWeights(), model.getWeights()));
    EXPECT_TRUE(sameBits(loaded->predictOnBatch(x), model.predictOnBatch(x)));
    for (const Model &each : {model, *loaded})
      for (int64_t first = 0; first < 32; first += 8)
        each.trainOnBatch(x.rows(first, first + 8), y.rows(first, first + 8));
    EXPECT_TRUE(sameBits(loaded->getWeights(), model.getWeights())) << ending;
    // And not because nothing moves.
    EXPECT_FALSE(sameBits(loaded->getWeights(), loadModel(path(ending)).getWeights()));
  }
}

TEST_P(Sharing, OldFilesGiveCopies) {
  const Model model = made();
  EXPECT_THAT(warningsOf([&] { model.save(path(".h5")); }),
              HasSubstr("this format does not say that a layer of several models is one"));
  std::optional<Model> loaded;
  EXPECT_THAT(warningsOf([&] { loaded = loadModel(path(".h5")); }), HasSubstr("have the same values but are copies"));
  EXPECT_GT(loaded->getWeights().size(), GetParam().weights);
  // What is computed once of a shared layer is computed in each copy, and may be part of other kernels.
  EXPECT_LT(distance(loaded->predictOnBatch(x), model.predictOnBatch(x)), 1e-5);
}

TEST_P(Sharing, WeightFilesFitTheModelThatSharesThem) {
  for (const std::string ending : {".weights.h5", "_weights.h5", ".npz"}) {
    const Model model = made();
    model.saveWeights(path(ending));
    clearSession();
    setRandomSeed(4);
    const Model other = GetParam().make();
    other.loadWeights(path(ending));
    EXPECT_TRUE(sameBits(other.getWeights(), model.getWeights())) << ending;
  }
}

TEST_P(Sharing, SaysWhatKerasDoesNotLoad) {
  const Model model = made();
  const std::string file = path("_warned.keras"), warning = warningsOf([&] { model.save(file); });
  EXPECT_EQ(warning, GetParam().refused[0]
                         ? "warning: " + file +
                               ": Keras 3.15.1 does not load what it writes of layers in several models (" +
                               GetParam().refused +
                               "), so not this file either; loadModel does, and "
                               ".weights.h5 files can be loaded in both\n"
                         : "");
}

INSTANTIATE_TEST_SUITE_P(
    Save, Sharing,
    ::testing::Values(Shared{"layer", sharedLayer, 2, "d"}, Shared{"encoder", sharedEncoder, 10, "dense; bn"},
                      Shared{"three", threeDeep, 2, "d"}, Shared{"sequentials", inSequentials, 2, ""},
                      Shared{"sequential", sharedSequential, 4, "q"}, Shared{"cut", cutOut, 4, "o; h"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Save, KeepsEachLayersTrainableFlag) {
  // The inner model is not trained as a whole, but this layer is, where it stands outside.
  Dense d({.units = 3, .name = "d"});
  Tensor a = Input({3}, {.name = "a"}), x = Input({3}, {.name = "x"});
  Model inner(a, Dense({.units = 3, .name = "e"})(d(a)), {.name = "inner"});
  inner.setTrainable(false);
  d.setTrainable(true);
  const Model model(x, inner(d(x)), {.name = "outer"});
  model.save(pathOf("flags.tenon"));
  const Model loaded = loadModel(pathOf("flags.tenon"));
  EXPECT_EQ(loaded.toJson(), model.toJson());
  EXPECT_TRUE(loaded.getLayer("d").trainable());
  EXPECT_FALSE(loaded.getLayer("inner").trainable());
}

/// Two layers that look the same, the second of which stands once more.
Model lookalikes() {
  Dense first({.units = 3, .name = "d"}), second({.units = 3, .name = "d"});
  Tensor a = Input({3}, {.name = "a"}), b = Input({3}, {.name = "b"}), x = Input({3}, {.name = "x"});
  Model left(a, first(a), {.name = "left"}), right(b, second(b), {.name = "right"});
  return Model(x, second(right(left(x))), {.name = "outer"});
}

TEST(Save, TellsLayersOfTheSameNameAndOptionsApart) {
  clearSession();
  const Model model = lookalikes();
  const Array x = noise({4, 3});
  for (const std::string ending : {".tenon", ".keras"}) {
    const std::string path = pathOf("lookalikes" + ending);
    warningsOf([&] { model.save(path); });
    const Model loaded = loadModel(path);
    EXPECT_TRUE(sameBits(loaded.getWeights(), model.getWeights())) << ending;
    EXPECT_TRUE(sameBits(loaded.predictOnBatch(x), model.predictOnBatch(x))) << ending;
  }
}

} // namespace
} // namespace tenon::testing
