// SPDX-License-Identifier: Apache-2.0
// Update rules against trajectories written out by hand in double precision.
#include "frontend/graph/optimizers/Rule.h"
#include "tests/frontend_training/Interpreted.h"
#include <cmath>
#include <set>

namespace tenon::testing {
namespace {

/// Weight and slots of one number.
struct Point {
  double w;
  std::vector<double> slots;
};
using Step = std::function<void(Point &, double g, int t)>; // t counts from 1

struct OptimizerCase {
  Optimizer optimizer;
  std::vector<std::string> slots;
  Step step;
};

std::vector<OptimizerCase> cases() {
  return {
      {SGD({.learningRate = .5}), {}, [](Point &p, double g, int) { p.w -= .5 * g; }},
      {SGD({.learningRate = .1, .momentum = .9}),
       {"momentum"},
       [](Point &p, double g, int) {
         p.slots[0] = .9 * p.slots[0] - .1 * g;
         p.w += p.slots[0];
       }},
      {SGD({.learningRate = .1, .momentum = .9, .nesterov = true}),
       {"momentum"},
       [](Point &p, double g, int) {
         p.slots[0] = .9 * p.slots[0] - .1 * g;
         p.w += .9 * p.slots[0] - .1 * g;
       }},
      {"rmsprop",
       {"velocity"},
       [](Point &p, double g, int) {
         p.slots[0] = .9 * p.slots[0] + .1 * g * g;
         p.w -= .001 * g / std::sqrt(p.slots[0] + 1e-7);
       }},
      {RMSprop({.learningRate = .01, .rho = .8, .momentum = .5, .centered = true}),
       {"velocity", "momentum", "average_gradient"},
       [](Point &p, double g, int) {
         p.slots[0] = .8 * p.slots[0] + .2 * g * g;
         p.slots[2] = .8 * p.slots[2] + .2 * g;
         p.slots[1] = .5 * p.slots[1] + .01 * g / std::sqrt(p.slots[0] - p.slots[2] * p.slots[2] + 1e-7);
         p.w -= p.slots[1];
       }},
      {Adam({.learningRate = .01}),
       {"momentum", "velocity"},
       [](Point &p, double g, int t) {
         p.slots[0] = .9 * p.slots[0] + .1 * g;
         p.slots[1] = .999 * p.slots[1] + .001 * g * g;
         p.w -= p.slots[0] * .01 * std::sqrt(1 - std::pow(.999, t)) / (1 - std::pow(.9, t)) /
                (std::sqrt(p.slots[1]) + 1e-7);
       }},
      {SGD({.learningRate = .5, .weightDecay = .1, .clipvalue = .75}),
       {},
       [](Point &p, double g, int) { p.w -= p.w * .1 * .5, p.w -= .5 * std::clamp(g, -.75, .75); }},
      {SGD({.learningRate = .5, .clipnorm = .75}),
       {},
       [](Point &p, double g, int) { p.w -= .5 * g * .75 / std::max(std::abs(g), .75); }},
      // The other gradients' squares are 2 together.
      {SGD({.learningRate = .5, .globalClipnorm = 2}),
       {},
       [](Point &p, double g, int) { p.w -= .5 * g * std::min(1., 2 / std::sqrt(g * g + 2)); }},
      {AdamW({.learningRate = .01}),
       {"momentum", "velocity"},
       [](Point &p, double g, int t) {
         p.w -= p.w * .004 * .01;
         p.slots[0] = .9 * p.slots[0] + .1 * g;
         p.slots[1] = .999 * p.slots[1] + .001 * g * g;
         p.w -= p.slots[0] * .01 * std::sqrt(1 - std::pow(.999, t)) / (1 - std::pow(.9, t)) /
                (std::sqrt(p.slots[1]) + 1e-7);
       }},
      {Adam({.amsgrad = true}),
       {"momentum", "velocity", "velocity_hat"},
       [](Point &p, double g, int t) {
         p.slots[0] = .9 * p.slots[0] + .1 * g;
         p.slots[1] = .999 * p.slots[1] + .001 * g * g;
         p.slots[2] = std::max(p.slots[2], p.slots[1]);
         p.w -= p.slots[0] * .001 * std::sqrt(1 - std::pow(.999, t)) / (1 - std::pow(.9, t)) /
                (std::sqrt(p.slots[2]) + 1e-7);
       }},
  };
}

TEST(Optimizers, Trajectories) {
  const std::vector<double> gradients = {.5, -2, 3, .01, 0};
  for (const OptimizerCase &c : cases()) {
    SCOPED_TRACE(c.optimizer.toJson());
    EXPECT_EQ(c.optimizer.rule()->slots(), c.slots);
    Point expected{1, std::vector<double>(c.slots.size(), 0.0)};
    Point actual = expected;
    for (size_t t = 0; t < gradients.size(); ++t) {
      c.step(expected, gradients[t], static_cast<int>(t) + 1);
      std::vector<Value> arguments = {
          {{1}, {actual.w}}, {{1}, {gradients[t]}}, {{}, {c.optimizer.learningRate()}}, {{}, {double(t)}, true}};
      for (double slot : actual.slots)
        arguments.push_back({{1}, {slot}});
      auto results = interpreted(arguments, [&](std::vector<Expression> x) {
        UpdateOperands operands{x[0], x[1], {x.begin() + 4, x.end()}, x[2], x[3]};
        if (c.optimizer.rule()->needsSquaredNorm())
          operands.squaredNorm = sum(x[1] * x[1]) + 2.0;
        UpdateResults update = c.optimizer.rule()->step(operands);
        EXPECT_EQ(update.slots.size(), c.slots.size());
        std::vector<Expression> all = {update.variable};
        all.insert(all.end(), update.slots.begin(), update.slots.end());
        return all;
      });
      // Constants are float32, 0.999 and 1 - 0.999 among them.
      expectNear(results[0], {expected.w}, 2e-6);
      actual.w = results[0][0];
      for (size_t i = 0; i < c.slots.size(); ++i) {
        expectNear(results[i + 1], {expected.slots[i]}, 2e-6);
        actual.slots[i] = results[i + 1][0];
      }
    }
  }
}

TEST(Optimizers, EveryRowIsTested) {
  std::set<std::string> tested;
  for (const OptimizerCase &c : cases())
    tested.insert(c.optimizer.className());
  std::vector<std::string> names = optimizerNames();
  EXPECT_EQ(tested, std::set<std::string>(names.begin(), names.end()));
}

TEST(Optimizers, NamesAndDefaults) {
  EXPECT_EQ(Optimizer("adam"), Adam());
  EXPECT_EQ(Optimizer("Adam"), Adam());
  EXPECT_EQ(Optimizer("rmsprop"), RMSprop());
  EXPECT_EQ(Optimizer("sgd"), SGD());
  EXPECT_FALSE(SGD({.learningRate = .5}) == SGD());
  EXPECT_EQ(SGD().learningRate(), .01);
  EXPECT_EQ(errorOf([] { Optimizer("adamm"); }),
            "unknown optimizer 'adamm', expected one of adam, adamw, rmsprop, sgd");
  EXPECT_EQ(errorOf([] { SGD({.momentum = 2}); }), "SGD: momentum is 2.000000, expected a number from 0 to 1");
  EXPECT_EQ(errorOf([] { SGD({.clipnorm = 1, .clipvalue = 1}); }),
            "SGD: only one of clipnorm, clipvalue and global_clipnorm can be set");
  EXPECT_EQ(errorOf([] { RMSprop({.clipvalue = -1}); }), "RMSprop: clipvalue is -1.000000, expected 0 or more");
  EXPECT_EQ(errorOf([] { SGD({.learningRate = -1}); }), "SGD: learning_rate is -1.000000, expected 0 or more");
  EXPECT_EQ(errorOf([] { Adam({.beta1 = 1}); }), "Adam: beta_1 is 1.000000, expected a number from 0 to below 1");
}

TEST(Optimizers, JsonRoundTrip) {
  for (const OptimizerCase &c : cases())
    EXPECT_EQ(Optimizer::fromJson(c.optimizer.toJson()), c.optimizer);
  EXPECT_EQ(
      Adam({.learningRate = .25}).toJson(),
      R"({"module":"keras.optimizers","class_name":"Adam","config":{"name":"adam","learning_rate":0.25,)"
      R"("weight_decay":null,"clipnorm":null,"global_clipnorm":null,"clipvalue":null,"beta_1":0.9,"beta_2":0.999,"epsilon":1e-07,"amsgrad":false},"registered_name":null})");
  // As Keras writes it: what is off does not matter, what is on and not supported is refused.
  EXPECT_EQ(
      Optimizer::fromJson(R"({"class_name":"SGD","config":{"name":"SGD","learning_rate":0.01,"weight_decay":null,)"
                          R"("use_ema":false,"ema_momentum":0.99,"momentum":0.0,"nesterov":false}})"),
      SGD());
  EXPECT_EQ(errorOf([] { Optimizer::fromJson(R"({"class_name":"SGD","config":{"use_ema":true}})"); }),
            "SGD: option use_ema = true is not supported");
  EXPECT_EQ(Optimizer::fromJson(R"({"class_name":"SGD","config":{"clipnorm":1.0}})"), SGD({.clipnorm = 1}));
  EXPECT_EQ(Optimizer::fromJson(R"({"class_name":"AdamW","config":{"weight_decay":null}})"),
            AdamW({.weightDecay = std::nullopt}));
  EXPECT_EQ(errorOf([] { Optimizer::fromJson(R"({"class_name":"SGD","config":{"momentum":"much"}})"); }),
            "SGD: option momentum does not take the value \"much\"");
}

} // namespace
} // namespace tenon::testing
