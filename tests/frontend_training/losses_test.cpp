// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/losses/Function.h"
#include "tests/frontend_training/Interpreted.h"
#include <cmath>
#include <set>
#include <tenon/tensor.h>

namespace tenon::testing {
namespace {

struct LossCase {
  Loss loss;
  Value target, prediction;
  std::vector<double> expected; // one per sample
};

const double e7 = static_cast<float>(1e-7);

std::vector<LossCase> cases() {
  auto l = [](double x) { return std::log(x); };
  double z = l(std::exp(1) + std::exp(2) + std::exp(3));
  return {
      {"mse", {{2, 2}, {0, 1, 2, 3}}, {{2, 2}, {1, 1, 0, 0}}, {0.5, 6.5}},
      // Targets that do not sum to 1 keep their sum; predictions are divided by theirs.
      {"categorical_crossentropy",
       {{2, 3}, {0, 1, 0, 1, 1, 1}},
       {{2, 3}, {1, 2, 1, .2, .3, .5}},
       {-l(.5), -l(.2) - l(.3) - l(.5)}},
      // Keras's worst case: the clip's edge.
      {"categorical_crossentropy", {{1, 2}, {1, 0}}, {{1, 2}, {0, 1}}, {16.118095}},
      {CategoricalCrossentropy({.fromLogits = true}), {{1, 3}, {0, 0, 1}}, {{1, 3}, {1, 2, 3}}, {z - 3}},
      {CategoricalCrossentropy({.fromLogits = true}), {{1, 2}, {1, 0}}, {{1, 2}, {0, 500}}, {500}},
      {CategoricalCrossentropy({.labelSmoothing = .3}),
       {{1, 3}, {1, 0, 0}},
       {{1, 3}, {.5, .25, .25}},
       {-.8 * l(.5) - .2 * l(.25)}},
      {"sparse_categorical_crossentropy", {{2}, {1, 2}, true}, {{2, 3}, {1, 2, 1, .2, .3, .5}}, {-l(.5), -l(.5)}},
      {SparseCategoricalCrossentropy({.fromLogits = true}), {{1}, {0}, true}, {{1, 3}, {1, 2, 3}}, {z - 1}},
      // Keras's numbers for a linear output.
      {"bce", {{3, 1}, {0, 1, 1}}, {{3, 1}, {1.7, -.3, .5}}, {15.942385, 16.118095, -l(.5)}},
      {"binary_crossentropy", {{1, 2}, {0, 1}}, {{1, 2}, {.25, .5}}, {(-l(.75) - l(.5)) / 2}},
      {BinaryCrossentropy({.fromLogits = true}),
       {{4, 1}, {1, 0, 1, 0}},
       {{4, 1}, {0, 2, -300, 300}},
       {l(2), l(1 + std::exp(2)), 300, 300}},
      {BinaryCrossentropy({.labelSmoothing = .2}), {{1, 1}, {1}}, {{1, 1}, {.25}}, {-.9 * l(.25) - .1 * l(.75)}},
      {"mae", {{2, 2}, {0, 1, 2, 3}}, {{2, 2}, {1, 1, 0, 0}}, {.5, 2.5}},
      {"mape", {{1, 2}, {2, 0}}, {{1, 2}, {1, 0}}, {25}},
      {"msle", {{1, 2}, {1, -1}}, {{1, 2}, {3, -5}}, {l(2) * l(2) / 2}},
      {"log_cosh", {{2, 1}, {0, 0}}, {{2, 1}, {2, -500}}, {l(std::cosh(2)), 500 - l(2)}},
      {Huber({.delta = 2}), {{3, 1}, {0, 0, 0}}, {{3, 1}, {1, 2, -4}}, {.5, 2, 2 * 4 - 2}},
      {"kld", {{1, 2}, {.5, .5}}, {{1, 2}, {.25, .75}}, {.5 * l(2) + .5 * l(.5 / .75)}},
      {"poisson", {{1, 2}, {2, 0}}, {{1, 2}, {3, 1}}, {(3 - 2 * l(3) + 1) / 2}},
      // A vector of length 0 points nowhere.
      {"cosine_similarity", {{3, 2}, {3, 4, 1, 0, 1, 1}}, {{3, 2}, {4, 3, 0, 2, 0, 0}}, {-.96, 0, 0}},
      // 0 and 1 mean -1 and 1, unless another number is among the targets.
      {"hinge", {{2, 2}, {0, 1, 1, 0}}, {{2, 2}, {-.5, .25, 3, 2}}, {(.5 + .75) / 2, (0 + 3) / 2.}},
      {"hinge", {{2, 1}, {0, -1}}, {{2, 1}, {5, -.5}}, {1, .5}},
      {"squared_hinge", {{1, 2}, {0, 1}}, {{1, 2}, {-.5, .25}}, {(.25 + .5625) / 2}},
      {"categorical_hinge", {{2, 3}, {0, 1, 0, 1, 0, 0}}, {{2, 3}, {.5, .25, .75, 9, 1, 2}}, {1.5, 0}},
  };
}

TEST(Losses, PerSampleValues) {
  int number = 0;
  for (const LossCase &c : cases()) {
    SCOPED_TRACE(c.loss.className() + " " + std::to_string(number++));
    auto results = interpreted({c.target, c.prediction}, [&](std::vector<Expression> x) {
      EXPECT_EQ(c.loss.function().targetType(x[1].type()), x[0].type());
      return std::vector{c.loss.function().values(x[0], x[1])};
    });
    expectNear(results[0], c.expected);
  }
}

TEST(Losses, PerSampleValuesOfOutputsOfAnySize) {
  int number = 0;
  for (const LossCase &c : cases()) {
    SCOPED_TRACE(c.loss.className() + " " + std::to_string(number++));
    auto values = [&](std::vector<Expression> x) { return std::vector{c.loss.function().values(x[0], x[1])}; };
    expectNear(interpreted({c.target, c.prediction}, values, true)[0], c.expected);
  }
}

TEST(Losses, KeepTheBatchAndEveryAxisButTheLast) {
  auto results =
      interpreted({{{2, 3, 1}, {0, 0, 0, 0, 0, 0}}, {{2, 3, 1}, {1, 2, 3, 4, 5, 6}}},
                  [](std::vector<Expression> x) { return std::vector{Loss("mse").function().values(x[0], x[1])}; });
  EXPECT_EQ(results[0].shape(), llvm::ArrayRef<int64_t>({2, 3}));
  expectNear(results[0], {1, 4, 9, 16, 25, 36});
}

TEST(Losses, EveryRowIsTested) {
  std::set<std::string> tested;
  for (const LossCase &c : cases())
    tested.insert(c.loss.className());
  std::vector<std::string> names = lossNames();
  EXPECT_EQ(tested, std::set<std::string>(names.begin(), names.end()));
}

TEST(Losses, NamesAndAliases) {
  for (const char *name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"})
    EXPECT_EQ(Loss(name).className(), "MeanSquaredError") << name;
  for (const char *name : {"bce", "BCE", "binary_crossentropy"})
    EXPECT_EQ(Loss(name).className(), "BinaryCrossentropy") << name;
  EXPECT_EQ(errorOf([] { Loss("crossentropy!"); }),
            "unknown loss 'crossentropy!', expected one of binary_crossentropy, bce, categorical_crossentropy, "
            "categorical_hinge, cosine_similarity, hinge, huber, kl_divergence, kullback_leibler_divergence, kld, "
            "log_cosh, logcosh, mean_absolute_error, mae, mean_absolute_percentage_error, mape, mean_squared_error, "
            "mse, mean_squared_logarithmic_error, msle, poisson, sparse_categorical_crossentropy, squared_hinge");
  // 'crossentropy' is not one loss but three, of which the targets' shape would have to choose.
  for (const char *name : {"crossentropy", "ce"})
    EXPECT_EQ(errorOf([&] { Loss loss(name); }).substr(0, 12), "unknown loss") << name;
  EXPECT_EQ(errorOf([] { Huber({.delta = 0}); }), "Huber: delta is 0.000000, expected a number above 0");
}

TEST(Losses, WhatUsersAreToldOfActivations) {
  auto warning = [](const Loss &loss, const char *activation) { return loss.function().activationWarning(activation); };
  EXPECT_EQ(warning("bce", "linear"),
            "the loss takes probabilities, but the output is linear: where it leaves (0, 1) it "
            "is clipped and its gradient is zero; use activation \"sigmoid\", or fromLogits");
  EXPECT_THAT(warning("sparse_categorical_crossentropy", "linear"), ::testing::HasSubstr("\"softmax\""));
  EXPECT_EQ(warning("bce", "sigmoid") + warning("categorical_crossentropy", "softmax") + warning("bce", ""), "");
  EXPECT_EQ(warning("mse", "linear"), "");
  EXPECT_EQ(warning(BinaryCrossentropy({.fromLogits = true}), "linear"), "");
  EXPECT_EQ(warning(CategoricalCrossentropy({.fromLogits = true}), "softmax"),
            "the loss takes logits (fromLogits), but the output comes out of softmax");
}

TEST(Losses, WhatUsersAreToldOfTargets) {
  const Loss loss("categorical_crossentropy");
  const LossFunction &categorical = loss.function();
  EXPECT_EQ(categorical.targetWarning(Array::matrix({{0, 1}, {.5, .5}})), "");
  EXPECT_EQ(categorical.targetWarning(Array::matrix({{0, 1}, {1, .5}})),
            "the targets of a row should sum to 1, those of row 1 sum to 1.500000; training follows the exact gradient "
            "of the loss, where Keras on TensorFlow takes prediction - target and diverges");
  EXPECT_EQ(categorical.columnsFault(Array::matrix({{0, 1}}), 3),
            "the targets have 2 columns, the output has 3; data::toCategorical(y, 3) makes as many, without its second "
            "argument there is one per class up to the largest that occurs");
  EXPECT_EQ(categorical.columnsFault(Array{0, 1}, 3),
            "the targets have 1 column, the output has 3; class numbers as targets take "
            "\"sparse_categorical_crossentropy\", or data::toCategorical(y, 3)");
  EXPECT_EQ(Loss("mse").function().columnsFault(Array::matrix({{0, 1}}), 3),
            "the targets have 2 columns, the output has 3");
  EXPECT_EQ(Loss("mse").function().columnsFault(Array{1, 2}, 1), "");
  const Loss indices("sparse_categorical_crossentropy");
  EXPECT_EQ(indices.function().columnsFault(Array{1, 2}, 3), "");
  EXPECT_EQ(indices.function().targetFault(Array{1, 3}, 3), "target 1 is 3, expected a class from 0 to 2");
  EXPECT_EQ(indices.function().targetFault(Array{1, 3}, None), "");
  EXPECT_EQ(indices.function().targetFault(Array{1, -1}, None), "target 1 is -1, expected a class from 0 on");
}

TEST(Losses, JsonRoundTrip) {
  EXPECT_EQ(Loss("mse").toJson(), "\"mse\"");
  EXPECT_EQ(MeanAbsoluteError().toJson(),
            R"({"module":"keras.losses","class_name":"MeanAbsoluteError","config":{"name":"mean_absolute_error",)"
            R"("reduction":"sum_over_batch_size"},"registered_name":null})");
  for (const LossCase &c : cases())
    EXPECT_EQ(Loss::fromJson(c.loss.toJson()).toJson(), c.loss.toJson());
  std::string json = BinaryCrossentropy({.fromLogits = true, .labelSmoothing = 0.25}).toJson();
  EXPECT_EQ(json,
            R"({"module":"keras.losses","class_name":"BinaryCrossentropy","config":{"name":"binary_crossentropy",)"
            R"("from_logits":true,"label_smoothing":0.25,"reduction":"sum_over_batch_size"},)"
            R"("registered_name":null})");
  EXPECT_EQ(Loss::fromJson(json).toJson(), json);
  EXPECT_EQ(errorOf([] { Loss::fromJson(R"({"class_name":"MeanSquaredError","config":{"reduction":"sum"}})"); }),
            "MeanSquaredError: option reduction = \"sum\" is not supported");
  EXPECT_EQ(errorOf([] { Loss::fromJson("3"); }), "loss: expected a name or an object with a class_name, got 3");
  EXPECT_EQ(errorOf([] { Loss::fromJson("{"); }), "loss: not valid JSON: {");
}

} // namespace
} // namespace tenon::testing
