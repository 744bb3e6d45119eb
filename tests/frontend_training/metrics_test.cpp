// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/metrics/Function.h"
#include "tests/frontend_training/Interpreted.h"
#include <cmath>
#include <set>
#include <tenon/losses.h>

namespace tenon::testing {
namespace {

struct MetricCase {
  Metric metric;
  std::string className;
  Value target, prediction;
  double total, count;
};

std::vector<MetricCase> cases() {
  return {
      // A tie goes to the first.
      {"accuracy",
       "CategoricalAccuracy",
       {{3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 1}},
       {{3, 3}, {.1, .8, .1, .4, .4, .2, .5, .3, .2}},
       2,
       3},
      {"acc",
       "SparseCategoricalAccuracy",
       {{3}, {1, 2, 0}, true},
       {{3, 3}, {.1, .8, .1, .4, .4, .2, .5, .3, .2}},
       2,
       3},
      {"acc", "SparseCategoricalAccuracy", {{2, 1}, {1, 0}}, {{2, 2}, {.1, .8, .1, .4}}, 1, 2},
      // Exactly the threshold is not above it.
      {"accuracy", "BinaryAccuracy", {{4, 1}, {1, 0, 1, 0}}, {{4, 1}, {.6, .5, .5, .7}}, 2, 4},
      {BinaryAccuracy({.threshold = .4}), "BinaryAccuracy", {{2, 2}, {1, 0, 1, 0}}, {{2, 2}, {.6, .5, .5, .1}}, 3, 4},
      {"categorical_accuracy", "CategoricalAccuracy", {{1, 2}, {0, 1}}, {{1, 2}, {.6, .4}}, 0, 1},
      {SparseCategoricalAccuracy(), "SparseCategoricalAccuracy", {{1}, {1}, true}, {{1, 2}, {.4, .6}}, 1, 1},
      {"mse", "MeanSquaredError", {{2, 2}, {0, 1, 2, 3}}, {{2, 2}, {1, 1, 0, 0}}, 7, 2},
      {"mae", "MeanAbsoluteError", {{1, 2}, {0, 1}}, {{1, 2}, {1, 1}}, .5, 1},
      // Counts up, the loss of this name down.
      {"cosine_similarity", "CosineSimilarity", {{1, 2}, {3, 4}}, {{1, 2}, {4, 3}}, .96, 1},
      {"log_cosh_error", "LogCoshError", {{1, 1}, {0}}, {{1, 1}, {0}}, 0, 1},
      {"ce", "BinaryCrossentropy", {{1, 1}, {1}}, {{1, 1}, {1 / std::exp(1)}}, 1, 1},
      {"crossentropy", "CategoricalCrossentropy", {{1, 2}, {1, 0}}, {{1, 2}, {.5, .5}}, std::log(2), 1},
      {"ce", "SparseCategoricalCrossentropy", {{1}, {1}, true}, {{1, 2}, {.5, .5}}, std::log(2), 1},
  };
}

TEST(Metrics, StateAndResult) {
  for (const MetricCase &c : cases()) {
    SCOPED_TRACE(c.metric.name() + " as " + c.className);
    auto results = interpreted({c.target, c.prediction, {{}, {10}}, {{}, {20}}}, [&](std::vector<Expression> x) {
      auto function = resolveMetric(c.metric, x[0].type(), x[1].type());
      EXPECT_EQ(function->className(), c.className);
      std::vector<Expression> state = function->update({x[2], x[3]}, x[0], x[1]);
      return std::vector{state[0], state[1], function->result(state)};
    });
    expectNear(results[0], {10 + c.total});
    expectNear(results[1], {20 + c.count});
    expectNear(results[2], {(10 + c.total) / (20 + c.count)});
  }
}

TEST(Metrics, SampleWeights) {
  auto results = interpreted({{{2, 2}, {0, 1, 2, 3}}, {{2, 2}, {1, 1, 0, 0}}, {{2}, {2, .5}}, {{}, {0}}},
                             [](std::vector<Expression> x) {
                               auto function = resolveMetric("mae", x[0].type(), x[1].type());
                               auto state = function->update({x[3], x[3]}, x[0], x[1], x[2]);
                               state.push_back(function->result(state));
                               return state;
                             });
  expectNear(results[0], {2 * .5 + .5 * 2.5});
  expectNear(results[1], {2.5});
  expectNear(results[2], {.9});
}

TEST(Metrics, HitsAndMisses) {
  // Said 3 (2 hits), there 4.
  const Value y{{2, 3}, {1, 1, 0, 1, 1, 0}}, p{{2, 3}, {.9, .8, .7, .5, .2, .1}};
  for (auto [metric, weighted, expected] :
       {std::tuple(Metric(Precision()), false, 2. / 3), std::tuple(Metric(Recall()), false, 2. / 4),
        std::tuple(Metric(Recall({.threshold = .4})), false, 3. / 4),
        std::tuple(Metric("recall"), true, 4. / (4 + 1))}) {
    auto results = interpreted({y, p, {{2}, {2, .5}}, {{}, {0}}}, [&](std::vector<Expression> x) {
      auto function = resolveMetric(metric, x[0].type(), x[1].type());
      auto state = function->update({x[3], x[3]}, x[0], x[1], weighted ? std::optional(x[2]) : std::nullopt);
      return std::vector{function->result(state)};
    });
    expectNear(results[0], {expected});
  }
}

TEST(Metrics, RootOfTheMean) {
  auto results =
      interpreted({{{2, 2}, {0, 1, 2, 3}}, {{2, 2}, {1, 1, 0, 0}}, {{}, {0}}}, [](std::vector<Expression> x) {
        auto function = resolveMetric("rmse", x[0].type(), x[1].type());
        return std::vector{function->result(function->update({x[2], x[2]}, x[0], x[1]))};
      });
  expectNear(results[0], {std::sqrt(14 / 4.)});
}

TEST(Metrics, NothingSeenIsZero) {
  auto results = interpreted({{{}, {0}}, {{}, {0}}}, [](std::vector<Expression> x) {
    return std::vector{binaryAccuracyFromConfig(nlohmann::json::object())->result(x)};
  });
  expectNear(results[0], {0});
}

TEST(Metrics, EveryRowIsTested) {
  // Those that are the mean of a loss are tested as losses.
  std::set<std::string> tested = {"LogCoshError", "Precision", "Recall", "RootMeanSquaredError"};
  for (const MetricCase &c : cases())
    tested.insert(c.className);
  for (const std::string &name : lossNames())
    if (name != "LogCosh")
      tested.insert(name);
  const std::vector<std::string> names = metricNames();
  EXPECT_EQ(tested, std::set<std::string>(names.begin(), names.end()));
}

TEST(Metrics, Errors) {
  mlir::MLIRContext context;
  auto f32 = mlir::Float32Type::get(&context);
  auto type = mlir::RankedTensorType::get({4, 3}, f32);
  EXPECT_EQ(errorOf([&] { resolveMetric("precison", type, type); }),
            "unknown metric 'precison', expected one of accuracy, acc, binary_accuracy, categorical_accuracy, "
            "precision, recall, root_mean_squared_error, rmse, sparse_categorical_accuracy, binary_crossentropy, bce, "
            "categorical_crossentropy, categorical_hinge, cosine_similarity, hinge, huber, kl_divergence, "
            "kullback_leibler_divergence, kld, log_cosh, logcosh, mean_absolute_error, mae, "
            "mean_absolute_percentage_error, mape, mean_squared_error, mse, mean_squared_logarithmic_error, msle, "
            "poisson, sparse_categorical_crossentropy, squared_hinge");
  EXPECT_EQ(errorOf([&] { resolveMetric("sparse_categorical_crossentropy", type, type); }),
            "metric 'sparse_categorical_crossentropy' does not fit the targets of the model's loss");
  // Indices are no numbers to be compared with probabilities, one-hot rows no indices.
  auto indices = mlir::RankedTensorType::get({4}, mlir::IntegerType::get(&context, 32));
  for (const char *name : {"rmse", "mse", "precision", "recall", "binary_accuracy", "categorical_accuracy"})
    EXPECT_EQ(errorOf([&] { resolveMetric(name, indices, type); }),
              "metric '" + std::string(name) + "' does not fit the targets of the model's loss");
  EXPECT_EQ(errorOf([&] { resolveMetric("sparse_categorical_accuracy", type, type); }),
            "metric 'sparse_categorical_accuracy' does not fit the targets of the model's loss");
  EXPECT_EQ(errorOf([&] { resolveMetric(RootMeanSquaredError({.name = "distance"}), indices, type); }),
            "metric 'distance' does not fit the targets of the model's loss");
}

TEST(Metrics, JsonRoundTrip) {
  EXPECT_EQ(Metric("acc").toJson(), "\"acc\"");
  std::string json = BinaryAccuracy({.name = "hits", .threshold = 0.25}).toJson();
  EXPECT_EQ(json,
            R"({"module":"keras.metrics","class_name":"BinaryAccuracy","config":{"name":"hits","threshold":0.25},)"
            R"("registered_name":null})");
  EXPECT_EQ(Metric::fromJson(json).toJson(), json);
  EXPECT_EQ(Metric::fromJson(json).name(), "hits");
  // Keras's class of a loss's mean.
  Metric mae = Metric::fromJson(R"({"class_name":"MeanAbsoluteError","config":{"name":"off","dtype":"float32"}})");
  EXPECT_EQ(mae.name(), "off");
  EXPECT_EQ(mae.toJson(), R"({"module":"keras.metrics","class_name":"MeanAbsoluteError","config":{"name":"off"},)"
                          R"("registered_name":null})");
}

} // namespace
} // namespace tenon::testing
