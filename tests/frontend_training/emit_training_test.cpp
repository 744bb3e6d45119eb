// SPDX-License-Identifier: Apache-2.0
// The training functions of whole models, run by the interpreter.
#include "frontend/graph/EmitTraining.h"
#include "tests/frontend_training/Interpreted.h"
#include <cmath>
#include <gmock/gmock.h>
#include <tenon/layers.h>

namespace tenon::testing {
namespace {

/// A model's module with variables and training functions, its variables' values and calls into it.
class Trained {
public:
  Trained(const Model &model, const graph::TrainingSpec &spec) {
    context.loadDialect<ir::TenonDialect, mlir::func::FuncDialect>();
    module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
    graph::emitTraining(*module, graph::declareWeights(model.model(), *module), model.model(), spec);
    EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
    state = ir::initialState(*module);
    for (const graph::NamedWeight &named : graph::namedWeights(model.model()))
      for (int64_t i = 0; i < named.weight->value.size(); ++i)
        state[named.name].values()[i] = named.weight->value.at(i);
  }

  std::vector<ir::Literal> call(llvm::StringRef function, const std::vector<Value> &arguments = {}) {
    std::vector<ir::Literal> inputs;
    for (const Value &value : arguments)
      inputs.emplace_back(value.isInteger ? mlir::Type(mlir::IntegerType::get(&context, 32))
                                          : mlir::Type(mlir::Float32Type::get(&context)),
                          value.shape, value.numbers);
    auto results = ir::interpret(*module, function, inputs, state);
    EXPECT_TRUE(mlir::succeeded(results)) << function.str();
    return {results->begin(), results->end()};
  }
  std::map<std::string, double> logs() {
    std::map<std::string, double> logs;
    auto function = module->lookupSymbol<mlir::func::FuncOp>("read_metrics");
    auto values = call("read_metrics");
    for (unsigned i = 0; i < values.size(); ++i) {
      auto name = function.getResultAttrOfType<mlir::StringAttr>(i, "tenon.name").str();
      logNames.push_back(name);
      logs[name] = values[i][0];
    }
    return logs;
  }
  std::vector<std::string> argumentNames(llvm::StringRef name) {
    auto function = module->lookupSymbol<mlir::func::FuncOp>(name);
    std::vector<std::string> names;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      names.push_back(function.getArgAttrOfType<mlir::StringAttr>(i, "tenon.name").str());
    return names;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ir::VariableState state;
  std::vector<std::string> logNames;
};

/// One number per sample that is its own prediction.
Model identity() {
  Tensor x = Input({1}, {.name = "x"});
  return Model({x}, {Activation({.activation = "linear", .name = "p"})(x)}, {.name = "same"});
}

TEST(EmitTraining, WeighsSamplesAndDoesNotNormalise) {
  Trained t(identity(), {SGD(), {"mse"}, {1}, {{"mse"}}});
  EXPECT_EQ(t.argumentNames("loss"), (std::vector<std::string>{"x", "target:p", "sample_weight:p"}));
  EXPECT_EQ(t.argumentNames("evaluate"), t.argumentNames("loss"));
  auto loss = t.call("loss", {{{2, 1}, {1, 3}}, {{2, 1}, {0, 0}}, {{2}, {1, .5}}});
  ASSERT_EQ(loss.size(), 1u);
  expectNear(loss[0], {(1 + 4.5) / 2});
  // The metric is not weighted.
  EXPECT_THAT(t.logs(), ::testing::UnorderedElementsAre(::testing::Pair("loss", 2.75), ::testing::Pair("mse", 5)));
}

TEST(EmitTraining, EpochLossIsWeightedByBatchSize) {
  Trained t(identity(), {SGD(), {"mse"}, {1}, {{}}});
  EXPECT_EQ(t.logs().at("loss"), 0);
  t.call("loss", {{{3, 1}, {1, 1, 1}}, {{3, 1}, {0, 0, 0}}, {{3}, {1, 1, 1}}});
  EXPECT_EQ(t.call("evaluate", {{{1, 1}, {3}}, {{1, 1}, {0}}, {{1}, {1}}}).size(), 0u);
  EXPECT_DOUBLE_EQ(t.logs().at("loss"), (3 * 1 + 1 * 9) / 4.0);
  t.call("reset_metrics");
  EXPECT_EQ(t.logs().at("loss"), 0);
}

TEST(EmitTraining, SeveralOutputs) {
  Tensor x = Input({1}, {.name = "x"});
  Model model({x}, {Activation({.activation = "linear", .name = "age"})(x), Softmax({.name = "income"})(x)});
  Trained t(model, {SGD(), {"mse", "mse"}, {.25, 10}, {{"mse"}, {"acc"}}});
  EXPECT_EQ(t.argumentNames("loss"), (std::vector<std::string>{"x", "target:age", "target:income", "sample_weight:age",
                                                               "sample_weight:income"}));
  auto loss = t.call("loss", {{{1, 1}, {3}}, {{1, 1}, {1}}, {{1, 1}, {0}}, {{1}, {1}}, {{1}, {1}}});
  expectNear(loss[0], {.25 * 4 + 10 * 1});
  auto logs = t.logs();
  EXPECT_EQ(t.logNames, (std::vector<std::string>{"loss", "age_loss", "income_loss", "age_mse", "income_acc"}));
  EXPECT_EQ(logs.at("age_loss"), 4);
  EXPECT_EQ(logs.at("income_loss"), 1);
  EXPECT_EQ(logs.at("loss"), 11);
  EXPECT_EQ(logs.at("age_mse"), 4);
}

TEST(EmitTraining, UpdatesTrainedVariablesOnly) {
  Tensor x = Input({2}, {.name = "x"});
  Dense frozen({.units = 3, .name = "frozen", .trainable = false}), dense({.units = 1, .name = "dense"});
  Model model({x}, {dense(frozen(x))});
  Trained t(model, {SGD({.learningRate = .5, .momentum = .9}), {"mse"}, {1}, {{}}});
  EXPECT_FALSE(t.module->lookupSymbol("update/frozen/kernel"));
  EXPECT_TRUE(t.module->lookupSymbol("optimizer/dense_bias_momentum"));
  ir::Literal before = t.state["dense/kernel"].reshaped({3, 1});
  std::vector<double> old = before.values();
  t.call("update/dense/kernel", {{{3, 1}, {1, 2, -1}}});
  expectNear(t.state["optimizer/dense_kernel_momentum"], {-.5, -1, .5});
  expectNear(t.state["dense/kernel"], {old[0] - .5, old[1] - 1, old[2] + .5});
  // The rate is a variable.
  t.state["optimizer/learning_rate"].values()[0] = 0;
  t.call("update/dense/kernel", {{{3, 1}, {1, 2, -1}}});
  expectNear(t.state["optimizer/dense_kernel_momentum"], {-.45, -.9, .45});
  t.call("update");
  t.call("update");
  EXPECT_EQ(t.state["optimizer/iteration"][0], 2);
}

TEST(EmitTraining, StatisticsMoveInTrainingOnly) {
  Tensor x = Input({1}, {.name = "x"});
  Model model({x}, {BatchNormalization({.momentum = .75, .name = "bn"})(x)});
  Trained t(model, {SGD(), {"mse"}, {1}, {{}}});
  std::vector<Value> arguments = {{{2, 1}, {1, 3}}, {{2, 1}, {0, 0}}, {{2}, {1, 1}}};
  t.call("evaluate", arguments);
  expectNear(t.state["bn/moving_mean"], {0});
  t.call("loss", arguments);
  expectNear(t.state["bn/moving_mean"], {.25 * 2});
  expectNear(t.state["bn/moving_variance"], {.75 + .25 * 1}); // biased
}

TEST(EmitTraining, WeightedMetricsAndKerasNames) {
  Trained t(identity(), {SGD(), {"mse"}, {1}, {{"mse", "mae", "mse"}}, {{"mae", "rmse", "mae"}}});
  t.call("evaluate", {{{2, 1}, {1, 3}}, {{2, 1}, {0, 0}}, {{2}, {3, 1}}});
  auto logs = t.logs();
  EXPECT_EQ(t.logNames,
            (std::vector<std::string>{"loss", "mse", "mae", "mse_1", "weighted_mae", "rmse", "weighted_mae_1"}));
  EXPECT_EQ(logs.at("mae"), 2);
  EXPECT_EQ(logs.at("weighted_mae"), (3 * 1 + 1 * 3) / 4.);
  EXPECT_EQ(logs.at("mse_1"), 5);
  EXPECT_NEAR(logs.at("rmse"), std::sqrt((3 * 1 + 1 * 9) / 4.), 1e-6);
}

TEST(EmitTraining, AClipByTheNormOfAllGradientsTakesIt) {
  Tensor x = Input({2}, {.name = "x"});
  Model model({x}, {Dense({.units = 1, .name = "dense"})(x)});
  Trained t(model, {SGD({.learningRate = 1, .globalClipnorm = 1}), {"mse"}, {1}, {{}}});
  EXPECT_EQ(t.argumentNames("update/dense/kernel"), (std::vector<std::string>{"gradient", "squared_norm"}));
  const double before = t.state["dense/bias"][0];
  t.call("update/dense/bias", {{{1}, {3}}, {{}, {25}}});
  expectNear(t.state["dense/bias"], {before - 3. / 5});
}

TEST(EmitTraining, WhatDoesNotFitIsAnErrorOfTheLayers) {
  auto sumOf = [](std::vector<Expression> x) { return std::vector{x[0] + x[1]}; };
  EXPECT_THAT(errorOf([&] { interpreted({{{1, 3}, {1, 2, 3}}, {{1, 2}, {1, 2}}}, sumOf); }),
              ::testing::StartsWith("op: shapes (?, 3) and (?, 2) do not broadcast: dimensions must be equal or 1"));
}

TEST(EmitTraining, Errors) {
  EXPECT_EQ(errorOf([] { Trained(identity(), {SGD(), {"mse"}, {1}, {{"accurcy"}}}); }).substr(0, 24),
            "unknown metric 'accurcy'");
  Tensor x = Input(Shape{}, {.name = "x"});
  Model flat({x}, {Activation({.activation = "linear", .name = "flat"})(x)}, {.name = "flatModel"});
  EXPECT_EQ(
      errorOf([&] { Trained(flat, {SGD(), {"mse"}, {1}, {{}}}); }),
      "flatModel: output 'flat' has shape (None,) and type float32; a loss needs float32 and a rank of 2 or more");
}

} // namespace
} // namespace tenon::testing
