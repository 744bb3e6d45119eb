// SPDX-License-Identifier: Apache-2.0
// What samplers make of trials that failed, diverged or were pruned.
#include "runtime/search/samplers/SharedSpace.h"
#include "runtime/search/samplers/StandardLosses.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/search/Functions.h"

#include <tenon/search.h>

#include <gmock/gmock.h>

#include <cmath>

using namespace tenon;
using test::errorOf;
using test::median;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
TrialRecord trialOf(TrialState state, std::optional<double> value) { return {.state = state, .value = value}; }

std::vector<double> standard(const std::vector<TrialRecord> &trials, Direction direction = Direction::Minimize) {
  std::vector<const TrialRecord *> pointers;
  for (const TrialRecord &trial : trials)
    pointers.push_back(&trial);
  const Eigen::VectorXd values = search::standardLosses({trials, direction}, pointers);
  return {values.begin(), values.end()};
}

std::vector<double> standardOf(const std::vector<double> &losses) {
  std::vector<TrialRecord> trials;
  for (double loss : losses)
    trials.push_back(trialOf(TrialState::Complete, loss));
  return standard(trials);
}
} // namespace

TEST(BadPoints, ModelsKeepAwayFromWhereTrialsFail) {
  for (const char *sampler : {"tpe", "gp"}) {
    int64_t failed = 0;
    std::vector<double> best;
    for (uint64_t seed = 0; seed < 5; ++seed) {
      Study study({.seed = seed, .sampler = makeSampler(sampler)});
      study.optimize(test::cliff, {.trials = 60});
      best.push_back(*study.best()->value);
      for (const TrialRecord &trial : study.trials())
        failed += trial.number >= 20 && trial.state == TrialState::Failed;
    }
    EXPECT_LT(failed, 100) << sampler << ": of 200; the best points are at the edge";
    EXPECT_LT(median(best), -0.68) << sampler;
  }
}

TEST(BadPoints, TheGaussianProcessLeavesOutWhatLacksAParameter) {
  Study study({.seed = 1, .sampler = makeSampler("random")});
  study.optimize(
      [](Trial &trial) -> double {
        const double x = trial.suggestFloat("x", 0, 1);
        if (trial.number() == 4)
          throw std::runtime_error("before the second parameter");
        return x + trial.suggestFloat("y", 0, 1);
      },
      {.trials = 12});
  std::vector<TrialRecord> trials = study.trials();
  ASSERT_EQ(trials[4].state, TrialState::Failed);
  auto next = [&] {
    std::vector<ParameterValue> values;
    for (const Parameter &parameter : makeSampler("gp")->sampleJointly({trials}, 12))
      values.push_back(parameter.value);
    return values;
  };
  const std::vector<ParameterValue> with = next();
  trials[4].accident = true; // which is left out by itself
  EXPECT_EQ(with, next());
  EXPECT_EQ(with.size(), 2u);
}

TEST(BadPoints, TheGaussianProcessTriesNoFailedPointAgain) {
  Study study({.seed = 1, .sampler = std::make_shared<GaussianProcessSampler>(GaussianProcessOptions{2})});
  int again = 0;
  std::set<int64_t> bad;
  study.optimize(
      [&](Trial &trial) -> double {
        const int64_t n = trial.suggestInt("n", 0, 39);
        again += bad.contains(n) && trial.record().planned.contains("n");
        if (n % 2)
          bad.insert(n);
        return n % 2 ? NAN : double(n);
      },
      {.trials = 40});
  EXPECT_EQ(again, 0);
}

TEST(BadPoints, ALargeLossDoesNotHideTheOthers) {
  for (double diverged : {1e3, 1e38, 1e300}) {
    std::vector<double> best;
    for (uint64_t seed = 0; seed < 5; ++seed) {
      Study study({.seed = seed, .sampler = makeSampler("gp")});
      study.optimize(
          [&](Trial &trial) {
            const double x = trial.suggestFloat("x", 0, 1), y = trial.suggestFloat("y", 0, 1);
            const double loss = std::pow(x - 0.72, 2) + std::pow(y - 0.3, 2);
            return x > 0.9 ? diverged * (1 + y) : loss;
          },
          {.trials = 40});
      best.push_back(*study.best()->value);
    }
    EXPECT_LT(median(best), 1e-4) << diverged;
  }
}

TEST(StandardLosses, HaveMean0AndDeviation1WhateverTheirSize) {
  const std::vector<double> shape = standardOf({4, 1, 2, 3, 1.5});
  double sum = 0, squares = 0;
  for (double value : shape) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum, 0, 1e-12);
  EXPECT_NEAR(squares, 5, 1e-12);
  for (double factor : {1e-300, 1e200, 4e307})
    for (size_t i = 0; i < 5; ++i)
      EXPECT_NEAR(standardOf({4 * factor, factor, 2 * factor, 3 * factor, 1.5 * factor})[i], shape[i], 1e-9) << factor;
  EXPECT_THAT(standardOf({-1.7e308, 1.7e308}), ElementsAre(-1, 1));
  EXPECT_THAT(standardOf({0, 0, 0}), Each(0));
}

TEST(StandardLosses, OfALargeOneAreBounded) {
  // As 0, 1, 2 and 2 + 2 * 2, log1p being cut off there; the distances of the first three stay.
  const std::vector<double> values = standardOf({2, 0, 1, 1e300, 1e300});
  const double unit = values[2] - values[1];
  EXPECT_GT(unit, 0.3);
  EXPECT_NEAR(values[0] - values[2], unit, 1e-12);
  EXPECT_NEAR(values[3] - values[0], 4 * unit, 1e-12);
}

TEST(StandardLosses, PrunedTrialsAreNoBetterThanTheMedianAndFailedOnesAsTheWorst) {
  std::vector<TrialRecord> trials;
  for (double loss : {1., 2., 3., 4., 5.})
    trials.push_back(trialOf(TrialState::Complete, loss));
  trials.push_back(trialOf(TrialState::Pruned, -100));
  trials.push_back(trialOf(TrialState::Pruned, 4));
  trials.push_back(trialOf(TrialState::Pruned, std::nullopt));
  trials.push_back(trialOf(TrialState::Failed, std::nullopt));
  for (Direction direction : {Direction::Minimize, Direction::Maximize}) {
    if (direction == Direction::Maximize)
      for (TrialRecord &trial : trials)
        if (trial.value)
          *trial.value *= -1;
    const std::vector<double> values = standard(trials, direction);
    EXPECT_EQ(values[5], values[2]);
    EXPECT_EQ(values[6], values[3]);
    EXPECT_EQ(values[7], values[4]);
    EXPECT_EQ(values[8], values[4]);
  }
  EXPECT_THAT(standard({trialOf(TrialState::Pruned, 1), trialOf(TrialState::Pruned, 2)}), ElementsAre(-1, 1));
}

TEST(BadPoints, OnlyWhatTheObjectiveDidCountsAgainstAPoint) {
  test::TemporaryFolder temporary;
  const StudyOptions options{.folder = temporary.file("study"), .maxWorkersPerTrial = 1};
  Study study(options);
  EXPECT_THROW(study.optimize([](Trial &trial) { return trial.suggestFloat("x", 1, 0); }, {.trials = 1}),
               SearchSpaceError);
  study.ask()->suggestFloat("x", 0, 1); // its worker is lost at once
  study.optimize([](Trial &trial) { return trial.suggestFloat("x", 0, 1) * NAN; }, {.trials = 3});
  const std::vector<TrialRecord> trials = Study(options).trials();
  ASSERT_EQ(trials.size(), 3u);
  for (const TrialRecord &trial : trials) {
    EXPECT_EQ(trial.state, TrialState::Failed);
    EXPECT_EQ(trial.accident, trial.number < 2) << trial.failure;
    EXPECT_EQ(search::isBad(trial), trial.number == 2);
  }
}

TEST(BadPoints, AFinishedTrialHasNoValueOfWhatItNeverAskedFor) {
  const search::SpaceParameter parameter{"x", {.low = 0, .high = 1}};
  TrialRecord trial{.state = TrialState::Running, .planned = {{"x", 0.5}}};
  EXPECT_EQ(*search::valueOf(trial, parameter), ParameterValue(0.5));
  trial.state = TrialState::Complete;
  EXPECT_EQ(search::valueOf(trial, parameter), nullptr);
}

TEST(BadPoints, ANumberThatIsNotFiniteIsNoFailureOfTheProgram) {
  auto seldom = [](Trial &trial) { return trial.number() == 5 ? 1 : INFINITY; };
  Study study({.sampler = makeSampler("random")});
  study.optimize(seldom, {.trials = 40});
  EXPECT_EQ(study.trials().size(), 40u);
  EXPECT_EQ(study.trials()[39].state, TrialState::Failed);

  auto never = [](Trial &) { return NAN; };
  Study without({.sampler = makeSampler("random")});
  EXPECT_THAT(
      errorOf([&] { without.optimize(never, {.trials = 40}); }),
      HasSubstr("10 trials and none with a finite number, the last one, trial 9: the objective's value is nan"));
  EXPECT_THAT(errorOf([&] { without.optimize(never, {.trials = 40, .maxConsecutiveFailures = 20}); }),
              HasSubstr("20 trials and none with a finite number, the last one, trial 29"));
  without.optimize(never, {.trials = 40, .maxConsecutiveFailures = 0});
  EXPECT_EQ(without.trials().size(), 40u);

  Study mixed({.sampler = makeSampler("random")});
  auto crashing = [](Trial &trial) -> double {
    if (trial.number() % 2)
      throw std::runtime_error("no data");
    return NAN;
  };
  EXPECT_THAT(errorOf([&] { mixed.optimize(crashing, {.trials = 40}); }),
              HasSubstr("3 trials in a row failed, the last one, trial 5: no data"));
}

TEST(BadPoints, TrialsWithoutANumberAreCountedOfAllWorkers) {
  test::TemporaryFolder temporary;
  const StudyOptions options{.folder = temporary.file("study"), .sampler = makeSampler("random")};
  Study study(options), other(options);
  auto tellOther = [&](double value) {
    Trial trial = *other.ask();
    other.tell(trial, value);
  };
  tellOther(NAN); // before the search begins
  auto never = [&](Trial &) {
    tellOther(NAN);
    return NAN;
  };
  EXPECT_THAT(
      errorOf([&] { study.optimize(never, {.trials = 40}); }),
      HasSubstr("10 trials and none with a finite number, the last one, trial 9: the objective's value is nan"));
  EXPECT_EQ(study.trials().size(), 11u);
  tellOther(1);
  study.optimize(never, {.trials = 40});
  EXPECT_EQ(study.trials().size(), 40u);
}
