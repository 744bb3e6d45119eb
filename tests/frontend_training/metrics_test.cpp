// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/metrics/Function.h"
#include "tests/frontend_training/Interpreted.h"
#include <set>

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

TEST(Metrics, NothingSeenIsZero) {
  auto results = interpreted({{{}, {0}}, {{}, {0}}}, [](std::vector<Expression> x) {
    return std::vector{binaryAccuracyFromConfig(nlohmann::json::object())->result(x)};
  });
  expectNear(results[0], {0});
}

TEST(Metrics, EveryRowIsTested) {
  std::set<std::string> tested = {"MeanSquaredError"};
  for (const MetricCase &c : cases())
    tested.insert(c.className);
  std::set<std::string> expected = {"MeanSquaredError"};
  for (const std::string &name : metricNames())
    expected.insert(name);
  EXPECT_EQ(tested, expected);
}

TEST(Metrics, Errors) {
  mlir::MLIRContext context;
  auto f32 = mlir::Float32Type::get(&context);
  auto type = mlir::RankedTensorType::get({4, 3}, f32);
  EXPECT_EQ(errorOf([&] { resolveMetric("precison", type, type); }),
            "unknown metric 'precison', expected one of accuracy, acc, binary_accuracy, categorical_accuracy, "
            "sparse_categorical_accuracy, binary_crossentropy, bce, categorical_crossentropy, mean_squared_error, mse, "
            "sparse_categorical_crossentropy");
  EXPECT_EQ(errorOf([&] { resolveMetric("sparse_categorical_crossentropy", type, type); }),
            "metric 'sparse_categorical_crossentropy' does not fit the targets of the model's loss");
}

TEST(Metrics, JsonRoundTrip) {
  EXPECT_EQ(Metric("acc").toJson(), "\"acc\"");
  std::string json = BinaryAccuracy({.name = "hits", .threshold = 0.25}).toJson();
  EXPECT_EQ(json,
            R"({"module":"keras.metrics","class_name":"BinaryAccuracy","config":{"name":"hits","threshold":0.25},)"
            R"("registered_name":null})");
  EXPECT_EQ(Metric::fromJson(json).toJson(), json);
  EXPECT_EQ(Metric::fromJson(json).name(), "hits");
}

} // namespace
} // namespace tenon::testing
