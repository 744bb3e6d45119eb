// SPDX-License-Identifier: Apache-2.0
// The types that take a value, a list or entries by name.
#include "tests/facade/Helpers.h"

namespace tenon::testing {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> classes(const OneOrMany<Loss> &losses) {
  std::vector<std::string> names;
  for (const Loss &loss : losses.values())
    names.push_back(loss.className());
  return names;
}

TEST(OneOrMany, Value) {
  CompileOptions options{.loss = "mse"};
  EXPECT_TRUE(options.loss.isSingle());
  EXPECT_THAT(classes(options.loss), ElementsAre("MeanSquaredError"));
  EXPECT_TRUE(CompileOptions{.loss = MeanSquaredError()}.loss.isSingle());
  EXPECT_TRUE(CompileOptions{.loss = std::string("mse")}.loss.isSingle());
  EXPECT_TRUE(CompileOptions{}.loss.empty());
}

TEST(OneOrMany, ListsOfOneTwoAndThree) {
  EXPECT_THAT(classes(CompileOptions{.loss = {"mse"}}.loss), ElementsAre("MeanSquaredError"));
  CompileOptions two{.loss = {"mse", "bce"}};
  EXPECT_FALSE(two.loss.isSingle());
  EXPECT_TRUE(two.loss.names().empty());
  EXPECT_THAT(classes(two.loss), ElementsAre("MeanSquaredError", "BinaryCrossentropy"));
  CompileOptions three{.loss = {"mse", BinaryCrossentropy({.fromLogits = true}), "mse"}, .lossWeights = {1, 2, 0.5}};
  EXPECT_EQ(three.loss.values().size(), 3u);
  EXPECT_THAT(three.lossWeights.values(), ElementsAre(1, 2, 0.5));
}

TEST(OneOrMany, NamedOneTwoAndThree) {
  CompileOptions one{.loss = {{"age", "mse"}}, .lossWeights = {{"age", 0.25}}};
  EXPECT_THAT(one.loss.names(), ElementsAre("age"));
  EXPECT_THAT(one.lossWeights.names(), ElementsAre("age"));
  CompileOptions two{.loss = {{"age", "mse"}, {"income", "bce"}}, .lossWeights = {{"age", 0.25}, {"income", 10.0}}};
  EXPECT_THAT(two.loss.names(), ElementsAre("age", "income"));
  EXPECT_THAT(classes(two.loss), ElementsAre("MeanSquaredError", "BinaryCrossentropy"));
  EXPECT_THAT(two.lossWeights.values(), ElementsAre(0.25, 10));
  CompileOptions three{.loss = {{"a", "mse"}, {"b", "mse"}, {"c", "bce"}}};
  EXPECT_THAT(three.loss.names(), ElementsAre("a", "b", "c"));
}

std::vector<std::vector<std::string>> names(const Metrics &metrics, const std::vector<std::string> &outputs) {
  std::vector<std::vector<std::string>> result;
  for (const auto &list : metrics.resolve(outputs, "model")) {
    result.emplace_back();
    for (const Metric &metric : list)
      result.back().push_back(metric.name());
  }
  return result;
}

TEST(Metrics, OneOutput) {
  EXPECT_THAT(names({}, {"y"}), ElementsAre(ElementsAre()));
  EXPECT_THAT(names(CompileOptions{.metrics = "acc"}.metrics, {"y"}), ElementsAre(ElementsAre("acc")));
  EXPECT_THAT(names(CompileOptions{.metrics = {"acc"}}.metrics, {"y"}), ElementsAre(ElementsAre("acc")));
  EXPECT_THAT(names(CompileOptions{.metrics = {"acc", "mse"}}.metrics, {"y"}), ElementsAre(ElementsAre("acc", "mse")));
  EXPECT_THAT(names(CompileOptions{.metrics = {"acc", "mse", BinaryAccuracy()}}.metrics, {"y"}),
              ElementsAre(ElementsAre("acc", "mse", "binary_accuracy")));
  EXPECT_THAT(names(CompileOptions{.metrics = {{"acc", "mse"}}}.metrics, {"y"}),
              ElementsAre(ElementsAre("acc", "mse")));
}

TEST(Metrics, SeveralOutputs) {
  std::vector<std::string> two = {"age", "income"};
  EXPECT_THAT(names({}, two), ElementsAre(ElementsAre(), ElementsAre()));
  EXPECT_THAT(names(CompileOptions{.metrics = {"mse", "acc"}}.metrics, two),
              ElementsAre(ElementsAre("mse"), ElementsAre("acc")));
  EXPECT_THAT(names(CompileOptions{.metrics = {{"mse", "acc"}, {"acc"}}}.metrics, two),
              ElementsAre(ElementsAre("mse", "acc"), ElementsAre("acc")));
  EXPECT_THAT(names(CompileOptions{.metrics = {{"income", "acc"}}}.metrics, two),
              ElementsAre(ElementsAre(), ElementsAre("acc")));
  EXPECT_THAT(names(CompileOptions{.metrics = {{"income", "acc"}, {"age", "mse"}}}.metrics, two),
              ElementsAre(ElementsAre("mse"), ElementsAre("acc")));
  EXPECT_THAT(names(CompileOptions{.metrics = {{"income", {"acc", "mse"}}, {"age", "mse"}}}.metrics, two),
              ElementsAre(ElementsAre("mse"), ElementsAre("acc", "mse")));
}

TEST(Metrics, Errors) {
  EXPECT_EQ(errorOf([] { names(CompileOptions{.metrics = {"acc", "acc", "acc"}}.metrics, {"a", "b"}); }),
            "model: got metrics for 3 outputs, expected 2 (a, b)");
  EXPECT_EQ(errorOf([] { names(Metrics{{"c", {"acc"}}, {"a", {"acc"}}}, {"a", "b"}); }),
            "model: metrics name the output 'c', its outputs are a, b");
  EXPECT_EQ(errorOf([] { names(Metrics{{"a", {"acc"}}, "acc"}, {"a", "b"}); }),
            "model: metrics are given by output name or by position, not both");
}

TEST(Scores, ByNameAndAlone) {
  Scores one({{"loss", 2.5}}), two({{"loss", 2.5}, {"acc", 1}});
  EXPECT_EQ(static_cast<double>(one), 2.5);
  EXPECT_EQ(one["loss"], 2.5);
  EXPECT_EQ(two[std::string("acc")], 1);
  EXPECT_EQ(errorOf([&] { two["accuracy"]; }), "no score is called 'accuracy', there are loss, acc");
  EXPECT_EQ(errorOf([&] { static_cast<void>(static_cast<double>(two)); }),
            "the scores are several numbers (loss, acc), choose one by its name");
}

TEST(Predictions, ByNameAndAlone) {
  Predictions two({"a", "b"}, {Array{1, 2}, Array{3}});
  EXPECT_EQ(two["b"].at(0), 3);
  EXPECT_EQ(two[0].at(1), 2);
  EXPECT_EQ(errorOf([&] { two["c"]; }), "no output is called 'c', there are a, b");
  EXPECT_EQ(errorOf([&] { Array array = two; }), "the model has several outputs (a, b), choose one by its name");
  Array alone = Predictions({"a"}, {Array{1, 2}});
  EXPECT_EQ(alone.size(), 2);
}

} // namespace
} // namespace tenon::testing
