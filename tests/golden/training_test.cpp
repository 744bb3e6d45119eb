// SPDX-License-Identifier: Apache-2.0
// Losses, metrics, optimizers and whole trainings, as compiled, against real Keras's numbers. Nothing is shuffled.
#include "tests/golden/Golden.h"
#include <cmath>
#include <map>

namespace tenon::golden {
namespace {

Feed optionalWeights(const Json &data) {
  return data.at("sample_weight").is_null() ? Feed() : Feed(toArray(data.at("sample_weight")));
}

/// Keras's options of an optimizer as its JSON.
Optimizer readOptimizer(const Json &data) {
  Json config = data.at("options");
  const std::string name = data.at("optimizer");
  return Optimizer::fromJson(Json{{"module", "keras.optimizers"}, {"class_name", name}, {"config", config}}.dump());
}

// Strings, lists and maps, as Keras takes them.
OneOrMany<Loss> readLosses(const Json &json) {
  if (json.is_string())
    return json.get<std::string>();
  std::vector<Loss> list;
  std::map<std::string, Loss> named;
  for (const auto &[name, loss] : json.items()) {
    list.emplace_back(loss.get<std::string>());
    named.emplace(name, loss.get<std::string>());
  }
  return json.is_object() ? OneOrMany<Loss>(named) : OneOrMany<Loss>(list);
}

Metrics readMetrics(const Json &json) {
  std::vector<Metrics::Entry> entries;
  for (const auto &[name, value] : json.items()) {
    std::vector<Metric> metrics;
    for (const Json &metric : value.is_array() ? value : Json::array({value}))
      metrics.emplace_back(metric.get<std::string>());
    entries.emplace_back(json.is_object() ? name : std::string(), metrics);
  }
  return entries;
}

class Losses : public ::testing::TestWithParam<Case> {};

TEST_P(Losses, EvaluateAsKeras) {
  const Json &data = GetParam().data;
  const Array x = toArray(data.at("x"));
  Tensor input = Input({x.shape()[1]}, {.name = "x"});
  Model model({input}, {Activation("linear")(input)});
  const Loss loss = Loss::fromJson(data.at("loss").dump());
  model.compile({.optimizer = "sgd",
                 .loss = loss,
                 .metrics = readMetrics(data.at("metrics")),
                 .weightedMetrics = readMetrics(data.at("weighted_metrics"))});
  const Dataset samples = data::fromArrays(x, toArray(data.at("y")), optionalWeights(data));
  const Scores scores = model.evaluate(samples, {.batchSize = data.at("batch_size"), .verbose = 0});
  EXPECT_TRUE(nearLogs({scores.begin(), scores.end()}, data.at("logs"), 2e-6));

  Dense dense({.units = x.shape()[1], .useBias = false});
  Model step({input}, {dense(input)});
  Array identity({x.shape()[1], x.shape()[1]}, DType::F32);
  for (int64_t i = 0; i < x.shape()[1]; ++i)
    identity.data<float>()[i * (x.shape()[1] + 1)] = 1;
  dense.setWeights({identity});
  step.compile({.optimizer = SGD({.learningRate = 0.5}), .loss = loss});
  step.trainOnBatch(x, samples.y(), samples.sampleWeight());
  EXPECT_TRUE(near(dense.getWeights()[0], data.at("trained"), 2e-6));
}

class Optimizers : public ::testing::TestWithParam<Case> {};

TEST_P(Optimizers, TrainAsKeras) {
  const Json &data = GetParam().data;
  Model model = readModel(data);
  model.compile({.optimizer = readOptimizer(data), .loss = data.at("loss").get<std::string>()});
  const History history =
      model.fit(data::fromArrays(toArray(data.at("x")), toArray(data.at("y")), optionalWeights(data)),
                {.batchSize = data.at("batch_size"), .epochs = data.at("epochs"), .verbose = 0, .shuffle = false});
  const auto &losses = history.history.at("loss");
  ASSERT_EQ(losses.size(), data.at("losses").size());
  for (size_t epoch = 0; epoch < losses.size(); ++epoch)
    EXPECT_NEAR(losses[epoch], data.at("losses")[epoch].get<double>(), 1e-5) << "epoch " << epoch;
  const std::vector<Array> weights = model.getWeights();
  ASSERT_EQ(weights.size(), data.at("trained").size());
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_TRUE(near(weights[i], data.at("trained")[i], 1e-5)) << "weight " << i;
}

class Fit : public ::testing::TestWithParam<Case> {};

TEST_P(Fit, TrainsAsKeras) {
  const Json &data = GetParam().data;
  const Json &compile = data.at("compile");
  Model model = readModel(data);
  CompileOptions options{.optimizer = data.at("optimizer").get<std::string>(), .loss = readLosses(compile.at("loss"))};
  if (compile.contains("loss_weights"))
    options.lossWeights = compile.at("loss_weights").get<std::vector<double>>();
  if (compile.contains("metrics"))
    options.metrics = readMetrics(compile.at("metrics"));
  if (compile.contains("weighted_metrics"))
    options.weightedMetrics = readMetrics(compile.at("weighted_metrics"));
  options.stepsPerExecution = compile.value("steps_per_execution", 1);
  model.compile(options);
  const Json &fit = data.at("fit");
  FitOptions arguments{.batchSize = data.at("batch_size"),
                       .epochs = data.at("epochs"),
                       .verbose = 0,
                       .validationSplit = fit.value("validation_split", 0.0),
                       .shuffle = false,
                       .initialEpoch = fit.value("initial_epoch", 0),
                       .validationBatchSize = fit.value("validation_batch_size", 0),
                       .validationFreq = fit.value("validation_freq", 1)};
  if (fit.contains("class_weight"))
    for (const auto &[label, weight] : fit.at("class_weight").items())
      arguments.classWeight[std::stoi(label)] = weight;
  if (fit.contains("sample_weight"))
    arguments.sampleWeight = toArrays(fit.at("sample_weight"));
  if (fit.contains("validation")) {
    const std::vector<Array> drawn = toArrays(fit.at("validation"));
    arguments.validationData = Dataset(drawn[0], drawn[1], drawn[2]);
  }
  const History history = model.fit(data::fromArrays(toArrays(data.at("x")), toArrays(data.at("y"))), arguments);

  const Json &golden = data.at("history");
  EXPECT_EQ(history.history.size(), golden.size());
  for (const auto &[name, values] : golden.items()) {
    ASSERT_TRUE(history.history.count(name)) << name;
    // Keras on TensorFlow does not know a batch's size where it averages the outputs' own losses (elsewhere it does,
    // and weighs by it as for the total), so a smaller last batch counts as much as the others there.
    if (name != "val_loss" && name.ends_with("_loss") &&
        toArrays(data.at("x"))[0].rowCount() % data.at("batch_size").get<int64_t>() &&
        !data.at("fit").contains("validation_split"))
      continue;
    const std::vector<double> &ours = history.history.at(name);
    ASSERT_EQ(ours.size(), values.size()) << name;
    for (size_t epoch = 0; epoch < ours.size(); ++epoch) {
      const double expected = values[epoch].get<double>();
      EXPECT_NEAR(ours[epoch], expected, 2e-5 * (1 + std::abs(expected))) << name << ", epoch " << epoch;
    }
  }
  const std::vector<Array> weights = model.getWeights();
  ASSERT_EQ(weights.size(), data.at("trained").size());
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_TRUE(near(weights[i], data.at("trained")[i], 2e-5)) << "weight " << i;
}

class Stateful : public ::testing::TestWithParam<Case> {};

// Calls of predict, fit and evaluate one after the other: each goes on where the one before ended.
TEST_P(Stateful, GoesOnAsKeras) {
  const Json &data = GetParam().data;
  Model model = readModel(data);
  model.compile({.optimizer = SGD({.learningRate = 0.1}), .loss = "mse"});
  const size_t weightCount = model.getWeights().size();
  for (const auto &[number, step] : data.at("steps").items()) {
    const std::string call = step.at("call");
    if (call == "reset") {
      model.resetStates();
      continue;
    }
    const Array x = toArray(step.at("x"));
    if (call == "predict") {
      const Array outputs = model.predict(x, {.batchSize = 2});
      EXPECT_TRUE(near(outputs, step.at("outputs"), 1e-5)) << "step " << number;
    } else if (call == "fit") {
      const History history = model.fit(x, toArray(step.at("y")), {.batchSize = 2, .epochs = 2, .verbose = 0, .shuffle = false});
      for (size_t epoch = 0; epoch < 2; ++epoch)
        EXPECT_NEAR(history.history.at("loss")[epoch], step.at("losses")[epoch].get<double>(), 1e-5) << "step " << number;
    } else {
      const double loss = model.evaluate(x, toArray(step.at("y")), {.batchSize = 2, .verbose = 0});
      EXPECT_NEAR(loss, step.at("loss").get<double>(), 1e-5) << "step " << number;
    }
  }
  const std::vector<Array> weights = model.getWeights();
  EXPECT_EQ(weights.size(), weightCount);
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_TRUE(near(weights[i], data.at("trained")[i], 1e-5)) << "weight " << i;
}

class Masks : public ::testing::TestWithParam<Case> {};

TEST_P(Masks, CountAsInKeras) {
  const Json &data = GetParam().data;
  Model model = readModel(data);
  std::vector<Array> x;
  for (const Array &tokens : toArrays(data.at("x")))
    x.push_back(tokens.astype(DType::I32));
  EXPECT_TRUE(near(model.predict(x).arrays()[0], data.at("outputs"), 1e-5));
  model.compile({.optimizer = SGD({.learningRate = 0.1}), .loss = "mse", .metrics = {"mae"}, .weightedMetrics = {"mse"}});
  const Dataset samples = data::fromArrays(x, toArray(data.at("y")));
  const History history = model.fit(samples, {.batchSize = 3, .epochs = 2, .verbose = 0, .shuffle = false});
  for (const auto &[name, values] : data.at("history").items())
    for (size_t epoch = 0; epoch < values.size(); ++epoch)
      EXPECT_NEAR(history.history.at(name)[epoch], values[epoch].get<double>(), 1e-5) << name << ", epoch " << epoch;
  const std::vector<Array> weights = model.getWeights();
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_TRUE(near(weights[i], data.at("trained")[i], 1e-5)) << "weight " << i;
}

INSTANTIATE_TEST_SUITE_P(Keras, Masks, ::testing::ValuesIn(readCases("masks")), caseName);
INSTANTIATE_TEST_SUITE_P(Keras, Stateful, ::testing::ValuesIn(readCases("stateful")), caseName);
INSTANTIATE_TEST_SUITE_P(Keras, Losses, ::testing::ValuesIn(readCases("losses")), caseName);
INSTANTIATE_TEST_SUITE_P(Keras, Optimizers, ::testing::ValuesIn(readCases("optimizers")), caseName);
INSTANTIATE_TEST_SUITE_P(Keras, Fit, ::testing::ValuesIn(readCases("fit")), caseName);
INSTANTIATE_TEST_SUITE_P(Regularizations, Fit, ::testing::ValuesIn(readCases("regularizations")), caseName);

} // namespace
} // namespace tenon::golden
