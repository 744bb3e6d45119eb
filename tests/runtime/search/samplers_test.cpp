// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/EvolutionStrategy.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/search/Functions.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <thread>

using namespace tenon;
using test::bestOf;
using test::branin;
using test::errorOf;
using test::hartmann6;
using test::median;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
std::vector<double> bests(const std::string &sampler, const Objective &objective, int64_t trials, uint64_t seeds) {
  std::vector<double> values;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    Study study({.seed = seed, .sampler = makeSampler(sampler)});
    study.optimize(objective, {.trials = trials});
    values.push_back(bestOf(study.trials(), size_t(trials)));
  }
  return values;
}

/// Every kind of parameter, one of them there only after a choice; the minimum is 0.
double mixed(Trial &trial) {
  std::string kind = trial.suggestCategorical("kind", {"a", "b", "c"});
  double rate = std::log10(trial.suggestFloat("rate", 1e-5, 1, {.log = true})) + 2.5;
  double units = double(trial.suggestInt("units", 4, 64, {.step = 4}) - 40) / 16;
  double depth = std::log2(double(trial.suggestInt("depth", 1, 64, {.log = true}))) - 3;
  double drop = trial.suggestFloat("drop", 0, 0.5, {.step = 0.125}) - 0.25;
  double loss = rate * rate + units * units + depth * depth + drop * drop + (kind == "b" ? 0 : 1);
  if (kind == "b")
    loss += std::abs(trial.suggestFloat("momentum", 0, 1) - 0.9);
  return loss;
}

std::vector<std::string> pointsOf(const Study &study) {
  std::vector<std::string> points;
  for (const TrialRecord &trial : study.trials()) {
    std::string text;
    for (const Parameter &parameter : trial.parameters)
      text += parameter.name + "=" + toText(parameter.value) + " ";
    points.push_back(text);
  }
  return points;
}

struct EverySampler : testing::TestWithParam<std::string> {};
std::vector<std::string> modelBased() {
  std::vector<std::string> names = samplerNames();
  std::erase(names, "grid");
  return names;
}
} // namespace

TEST(Samplers, RandomHasTheExactDistributionOfTheBestOfMany) {
  // Branin's distribution function from a fine grid.
  std::vector<double> values;
  for (int i = 0; i < 600; ++i)
    for (int j = 0; j < 600; ++j) {
      double x = -5 + 15 * (i + 0.5) / 600, y = 15 * (j + 0.5) / 600;
      double root = y - 5.1 / (4 * M_PI * M_PI) * x * x + 5 / M_PI * x - 6;
      values.push_back(root * root + 10 * (1 - 1 / (8 * M_PI)) * std::cos(x) + 10);
    }
  std::sort(values.begin(), values.end());
  auto probability = [&](double best, int count) {
    double below =
        double(std::lower_bound(values.begin(), values.end(), best) - values.begin()) / double(values.size());
    return 1 - std::pow(1 - below, count);
  };
  for (int count : {50, 100, 200}) {
    std::vector<double> found = bests("random", branin, count, 300);
    double middle = probability(median({found.begin(), found.begin() + 30}), count);
    EXPECT_GT(middle, 0.05) << count;
    EXPECT_LT(middle, 0.95) << count;
    // Kolmogorov and Smirnov: 1.95 / sqrt(n) is passed by chance once in a thousand times.
    std::vector<double> ranks;
    for (double best : found)
      ranks.push_back(probability(best, count));
    std::sort(ranks.begin(), ranks.end());
    double distance = 0;
    for (size_t i = 0; i < ranks.size(); ++i)
      distance = std::max({distance, ranks[i] - double(i) / 300, double(i + 1) / 300 - ranks[i]});
    EXPECT_LT(distance, 1.95 / std::sqrt(300.)) << count;
  }
}

TEST(Samplers, TpeFindsTheMinimaOfBraninAndHartmann) {
  EXPECT_LE(median(bests("tpe", branin, 100, 9)), 0.45);
  EXPECT_LE(median(bests("tpe", hartmann6, 100, 9)), -2.9);
}

TEST(Samplers, MultivariateTpeFollowsParametersThatDepend) {
  auto valley = [](Trial &trial) {
    double x = trial.suggestFloat("x", -1, 1), y = trial.suggestFloat("y", -1, 1);
    return std::abs(x - y) + 0.1 * std::abs(x - 0.5);
  };
  std::vector<double> joint, single = bests("tpe", valley, 60, 15);
  for (uint64_t seed = 0; seed < 15; ++seed) {
    Study study({.seed = seed, .sampler = std::make_shared<TpeSampler>(TpeOptions{.multivariate = true})});
    study.optimize(valley, {.trials = 60});
    joint.push_back(*study.best()->value);
  }
  EXPECT_LT(median(joint), median(single));
}

TEST(Samplers, TheGaussianProcessIsBetterThanTpeAfter50Trials) {
  EXPECT_LE(median(bests("gp", branin, 50, 5)), 0.42);
  EXPECT_LE(median(bests("gp", hartmann6, 50, 5)), -2.8);
}

TEST(Samplers, GeneticAndCmaEsFindTheMinimaOfBraninAndHartmann) {
  for (const char *sampler : {"genetic", "cmaes"}) {
    EXPECT_LE(median(bests(sampler, branin, 200, 9)), 0.43) << sampler;
    EXPECT_LE(median(bests(sampler, hartmann6, 200, 9)), -3.0) << sampler;
  }
}

TEST(Samplers, CmaEsStartsAgainWhenARunHasConverged) {
  // Most runs end in the wide valley, which is not the deep one.
  auto valleys = [](Trial &trial) {
    double x = trial.suggestFloat("x", 0, 1), y = trial.suggestFloat("y", 0, 1);
    return std::min(0.1 + (x - 0.4) * (x - 0.4) + (y - 0.4) * (y - 0.4),
                    5 * ((x - 0.85) * (x - 0.85) + (y - 0.85) * (y - 0.85)));
  };
  EXPECT_LT(median(bests("cmaes", valleys, 800, 3)), 0.01);
}

TEST(Samplers, CmaEsDoesNotCreditAnEnqueuedValueToAPointThatWasNotRun) {
  auto bowl = [](Trial &trial) {
    double x = trial.suggestFloat("x", 0, 1), y = trial.suggestFloat("y", 0, 1);
    return (x - 0.1) * (x - 0.1) + (y - 0.1) * (y - 0.1);
  };
  // The first generation ends after six trials that were drawn, whatever was enqueued.
  Study study({.seed = 3, .sampler = makeSampler("cmaes")});
  for (int i = 0; i < 8; ++i)
    study.enqueue({{"x", 0.6 + 0.04 * i}});
  study.optimize(bowl, {.trials = 16});
  const std::vector<TrialRecord> trials = study.trials();
  for (size_t i = 1; i < trials.size(); ++i) // the first has no space to draw in
    EXPECT_EQ(std::get<int64_t>(trials[i].planned.at("(cmaes) generation")), i < 14 ? 0 : 1) << i;
}

TEST(Samplers, CmaEsStallsItsPathWhereHansenSays) {
  // After one generation that goes `step` deviations, by how much draws are spread: it jumps where sqrt(mu_eff) |step|
  // passes (1.4 + 2 / (n + 1)) E|N(0, I)|, as the path's norm is divided by sqrt(1 - (1 - c)^(2 g)), g being 1.
  auto spread = [](double step) {
    search::EvolutionStrategy strategy(Eigen::VectorXd::Constant(1, 0.5), 1e-3, 4);
    const double mean = 0.5 + step * 1e-3;
    strategy.update(std::vector(4, Eigen::VectorXd::Constant(1, mean).eval()));
    search::Draws draws(1, 1, "spread");
    return std::abs(strategy.draw(draws)[0] - mean);
  };
  const double first = std::log(2.5), second = std::log(2.5) - std::log(2);
  const double muEff = (first + second) * (first + second) / (first * first + second * second);
  const double limit = 2.4 * (1 - 1 / 4. + 1 / 21.) / std::sqrt(muEff);
  EXPECT_LT(spread(limit * 1.001), 0.95 * spread(limit * 0.999));
}

TEST_P(EverySampler, TakesEveryKindOfParameterAndConditionalOnes) {
  std::vector<double> found = bests(GetParam(), mixed, 80, 3);
  // The best of 80 random ones has a median of 1.1.
  EXPECT_LT(median(found), GetParam() == "random" ? 1.6 : 0.75) << testing::PrintToString(found);
}

TEST_P(EverySampler, IsAFunctionOfTheTrialsOnRecord) {
  test::TemporaryFolder temporary;
  Study whole({.seed = 3, .sampler = makeSampler(GetParam())});
  whole.optimize(mixed, {.trials = 45});
  for (int64_t count : {7, 24, 25, 45})
    Study({.folder = temporary.file("study"), .seed = 3, .sampler = makeSampler(GetParam())})
        .optimize(mixed, {.trials = count});
  EXPECT_EQ(pointsOf(Study({.folder = temporary.file("study")})), pointsOf(whole));
  Study other({.seed = 4, .sampler = makeSampler(GetParam())});
  other.optimize(mixed, {.trials = 45});
  EXPECT_NE(pointsOf(other), pointsOf(whole));
}

TEST_P(EverySampler, SpreadsTrialsThatRunAtOnce) {
  Study study({.seed = 1, .sampler = makeSampler(GetParam())});
  study.optimize(branin, {.trials = 30});
  std::vector<Trial> trials;
  std::set<std::pair<double, double>> points;
  for (int i = 0; i < 8; ++i) {
    trials.push_back(*study.ask());
    points.emplace(trials.back().suggestFloat("x", -5, 10), trials.back().suggestFloat("y", 0, 15));
  }
  EXPECT_EQ(points.size(), 8u);
  for (Trial &trial : trials)
    study.tell(trial, branin(trial));
  EXPECT_EQ(study.trials().size(), 38u);
}

TEST_P(EverySampler, SurvivesSmallSpacesFailuresAndEqualValues) {
  Study study({.seed = 1, .sampler = makeSampler(GetParam())});
  study.optimize(
      [](Trial &trial) -> double {
        trial.suggestInt("only", 5, 5);
        trial.suggestFloat("alone", 2, 2);
        int64_t units = trial.suggestInt("units", 1, 3);
        std::string act = trial.suggestCategorical("act", {"a", "b"});
        if (act == "b")
          throw std::runtime_error("does not fit");
        return units > 0 ? 1 : 0;
      },
      {.trials = 60, .maxConsecutiveFailures = 0});
  EXPECT_EQ(study.trials().size(), 60u);
  EXPECT_EQ(study.best()->value, 1);
  Study failing({.seed = 1, .sampler = makeSampler(GetParam())});
  failing.optimize([](Trial &trial) { return trial.suggestFloat("x", 0, 1) * NAN; },
                   {.trials = 20, .maxConsecutiveFailures = 0});
  EXPECT_EQ(failing.best(), std::nullopt);
}

TEST_P(EverySampler, Maximizes) {
  Study study({.direction = Direction::Maximize, .seed = 2, .sampler = makeSampler(GetParam())});
  study.optimize([](Trial &trial) { return -std::abs(trial.suggestFloat("x", 0, 1) - 0.7); }, {.trials = 60});
  EXPECT_GT(*study.best()->value, -0.03);
}

INSTANTIATE_TEST_SUITE_P(Samplers, EverySampler, testing::ValuesIn(modelBased()),
                         [](const auto &info) { return info.param; });

TEST(Samplers, UnknownNamesAndOptionsAreRefused) {
  EXPECT_EQ(errorOf([] { makeSampler("tpa"); }),
            "expected a sampler of 'random', 'grid', 'tpe', 'gp', 'genetic', 'cmaes', received 'tpa'");
  EXPECT_THAT(errorOf([] { TpeSampler({.candidates = 0}); }),
              HasSubstr("candidates takes whole numbers of 1 or more, received 0"));
  EXPECT_THAT(errorOf([] { GridSampler({.points = 0}); }), HasSubstr("received 0"));
  EXPECT_THAT(errorOf([] { GeneticSampler({.population = 1}); }),
              HasSubstr("population takes whole numbers of 2 or more, received 1"));
  EXPECT_THAT(errorOf([] { CmaEsSampler({.population = 3}); }), HasSubstr("received 3"));
  EXPECT_THAT(errorOf([] { GaussianProcessSampler({.startupTrials = 1}); }),
              HasSubstr("startupTrials takes whole numbers of 2 or more, received 1"));
}

TEST(Grid, TriesEveryPointOnceAndEnds) {
  Study study({.sampler = std::make_shared<GridSampler>(GridOptions{.points = 3})});
  study.optimize(
      [](Trial &trial) {
        trial.suggestCategorical("act", {"relu", "tanh"});
        return trial.suggestFloat("rate", 0, 1) + double(trial.suggestInt("units", 8, 16, {.step = 8}));
      },
      {});
  EXPECT_THAT(pointsOf(study),
              ElementsAre("act=relu rate=0 units=8 ", "act=relu rate=0 units=16 ", "act=relu rate=0.5 units=8 ",
                          "act=relu rate=0.5 units=16 ", "act=relu rate=1 units=8 ", "act=relu rate=1 units=16 ",
                          "act=tanh rate=0 units=8 ", "act=tanh rate=0 units=16 ", "act=tanh rate=0.5 units=8 ",
                          "act=tanh rate=0.5 units=16 ", "act=tanh rate=1 units=8 ", "act=tanh rate=1 units=16 "));
  EXPECT_FALSE(study.ask());
}

TEST(Grid, GoesThroughAConditionalSpace) {
  Study study({.sampler = makeSampler("grid")});
  study.enqueue({{"layers", 2}, {"units 0", 8}});
  study.optimize(
      [](Trial &trial) -> double {
        int64_t layers = trial.suggestInt("layers", 1, 2);
        for (int64_t i = 0; i < layers; ++i)
          trial.suggestInt("units " + std::to_string(i), 8, 16, {.step = 8});
        return 1;
      },
      {});
  std::vector<std::string> points = pointsOf(study);
  EXPECT_EQ(std::set<std::string>(points.begin(), points.end()).size(), 6u);
  EXPECT_EQ(points.size(), 6u);
}

TEST(Grid, WorkersShareThePoints) {
  test::TemporaryFolder temporary;
  auto objective = [](Trial &trial) {
    int64_t a = trial.suggestInt("a", 0, 9), b = trial.suggestInt("b", 0, 5);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return double(a * b);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(
        [&] { Study({.folder = temporary.file("study"), .sampler = makeSampler("grid")}).optimize(objective, {}); });
  for (std::thread &thread : threads)
    thread.join();
  std::vector<std::string> points = pointsOf(Study({.folder = temporary.file("study")}));
  EXPECT_EQ(points.size(), 60u);
  EXPECT_EQ(std::set<std::string>(points.begin(), points.end()).size(), 60u);
}
