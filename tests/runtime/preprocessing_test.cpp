// SPDX-License-Identifier: Apache-2.0
// Labels, sequences and normalization; Keras's own numbers are in tests/golden/preprocessing_test.cpp.
#include "tests/runtime/Helpers.h"

#include <tenon/preprocessing.h>

#include <cmath>

using namespace tenon;
using test::errorOf;

TEST(ToCategorical, OneColumnPerClass) {
  Array y = data::toCategorical(Array{0, 2, 1});
  EXPECT_EQ(y.shape(), (Shape{3, 3}));
  EXPECT_EQ(y.toVector<float>(), (std::vector<float>{1, 0, 0, 0, 0, 1, 0, 1, 0}));
  EXPECT_EQ(data::toCategorical(Array(std::vector<int32_t>{0, 1}, {2, 1}), 4).shape(), (Shape{2, 4}));
  EXPECT_EQ(data::toCategorical(Array(std::vector<int64_t>{0, 1, 1, 0}, {2, 2}), 3).shape(), (Shape{2, 2, 3}));
}

TEST(ToCategorical, RefusesWhatIsNoClass) {
  EXPECT_EQ(errorOf([] { data::toCategorical(Array{0, 3}, 3); }),
            "toCategorical: label 1 is 3, but there are 3 classes, 0 to 2");
  EXPECT_EQ(errorOf([] { data::toCategorical(Array{0, -1}); }),
            "toCategorical: label 1 is -1.000000, expected a whole number of 0 or more");
  EXPECT_EQ(errorOf([] { data::toCategorical(Array{0.5f}, 3); }),
            "toCategorical: label 0 is 0.500000, expected a whole number of 0 or more");
  EXPECT_EQ(errorOf([] { data::toCategorical(Array{0}, -2); }),
            "toCategorical: expected numClasses of at least 1, received -2");
}

TEST(PadSequences, FillsAndCuts) {
  const std::vector<std::vector<int32_t>> sequences = {{1, 2, 3}, {}, {4}};
  EXPECT_EQ(data::padSequences(sequences).toVector<int32_t>(), (std::vector<int32_t>{1, 2, 3, 0, 0, 0, 0, 0, 4}));
  EXPECT_EQ(data::padSequences(sequences, {.maxlen = 2}).toVector<int32_t>(), (std::vector<int32_t>{2, 3, 0, 0, 0, 4}));
  EXPECT_EQ(data::padSequences(sequences, {.maxlen = 2, .padding = "post", .truncating = "post", .value = 9})
                .toVector<int32_t>(),
            (std::vector<int32_t>{1, 2, 9, 9, 4, 9}));
  EXPECT_EQ(data::padSequences(std::vector<std::vector<float>>{{0.5f}, {}}, {.value = 0.25}).toVector<float>(),
            (std::vector<float>{0.5f, 0.25f}));
}

TEST(PadSequences, RefusesOptionsThatMeanNothing) {
  const std::vector<std::vector<int32_t>> sequences = {{1}};
  EXPECT_EQ(errorOf([&] { data::padSequences(sequences, {.padding = "left"}); }),
            "padSequences: expected padding \"pre\" or \"post\", received \"left\"");
  EXPECT_EQ(errorOf([&] { data::padSequences(sequences, {.truncating = ""}); }),
            "padSequences: expected truncating \"pre\" or \"post\", received \"\"");
  EXPECT_EQ(errorOf([&] { data::padSequences(sequences, {.maxlen = -1}); }),
            "padSequences: expected maxlen of at least 1, received -1");
  EXPECT_EQ(errorOf([&] { data::padSequences(sequences, {.value = 0.5}); }),
            "padSequences: value 0.500000 is no whole number");
}

TEST(Normalizer, LearnsFromOneArrayAndAppliesToAny) {
  data::Normalizer normalize(Array::matrix({{1, 5, 0}, {3, 5, 10}}));
  EXPECT_EQ(normalize.mean().toVector<float>(), (std::vector<float>{2, 5, 5}));
  EXPECT_EQ(normalize.std().toVector<float>(), (std::vector<float>{1, 0, 5}));
  Dataset test = normalize(Dataset(Array::matrix({{4, 7, 5}}), Array{1}));
  EXPECT_EQ(test.x(0).toVector<float>(), (std::vector<float>{2, 2, 0})) << "what never varies is only shifted";
  EXPECT_EQ(test.y(0).at(0), 1);
}

TEST(Normalizer, AxesAreNumPys) {
  Array images({2, 2, 1, 2}, DType::F32);
  for (int64_t i = 0; i < images.size(); ++i)
    images.data<float>()[i] = float(i * i);
  data::Normalizer perChannel(images, {.axes = {0, 1, 2}});
  EXPECT_EQ(perChannel.mean().shape(), (Shape{1, 1, 1, 2}));
  EXPECT_FLOAT_EQ(float(perChannel.mean().at(0)), (0 + 4 + 16 + 36) / 4.0f);
  EXPECT_FLOAT_EQ(float(perChannel.std().at(0)), std::sqrt((14 * 14 + 10 * 10 + 2 * 2 + 22 * 22) / 4.0f));
  Array taller({1, 5, 3, 2}, DType::F32);
  EXPECT_FLOAT_EQ(float(perChannel(taller).at(0)), float(-14 / perChannel.std().at(0)));
  EXPECT_EQ(data::Normalizer(images, {.axes = {-1}}).mean().shape(), (Shape{2, 2, 1, 1}));
  EXPECT_EQ(errorOf([&] { data::Normalizer(images, {.axes = {4}}); }),
            "Normalizer: axis 4 is not one of data of shape (2, 2, 1, 2)");
  EXPECT_EQ(errorOf([&] { perChannel(Array::matrix({{1, 2}})); }),
            "Normalizer: its statistics have shape (1, 1, 1, 2), which data of shape (1, 2) does not fit");
  EXPECT_EQ(errorOf([] { data::Normalizer(Array({0, 3}, DType::F32)); }), "Normalizer: the data is empty");
}
