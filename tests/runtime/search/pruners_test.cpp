// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"
#include "tests/runtime/Samples.h"

#include <tenon/search.h>
#include <tenon/trainer.h>

#include <gmock/gmock.h>

#include <cmath>

using namespace tenon;
using test::errorOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
TrialRecord trialOf(int64_t number, TrialState state, const std::vector<double> &reports) {
  TrialRecord trial{.number = number, .state = state};
  for (size_t i = 0; i < reports.size(); ++i)
    trial.reports[int64_t(i)] = reports[i];
  return trial;
}

/// How many epochs each of `curves` ran for under a pruner; a curve's value is the same after every epoch.
std::vector<int> epochsOf(std::shared_ptr<Pruner> pruner, const std::vector<double> &curves, int epochs,
                          Direction direction = Direction::Minimize) {
  Study study({.direction = direction, .sampler = makeSampler("random"), .pruner = std::move(pruner)});
  std::vector<int> ran(curves.size());
  study.optimize(
      [&](Trial &trial) {
        size_t number = size_t(trial.number());
        for (int epoch = 0; epoch < epochs; ++epoch) {
          ++ran[number];
          trial.report(epoch, curves[number]);
          if (trial.shouldPrune())
            throw TrialPruned();
        }
        return curves[number];
      },
      {.trials = int64_t(curves.size())});
  return ran;
}
} // namespace

TEST(Pruners, TheMedianEndsWhatIsWorseThanHalfOfTheCompleteOnes) {
  std::vector<TrialRecord> trials;
  for (double value : {1., 2., 3., 4., 5.})
    trials.push_back(trialOf(int64_t(trials.size()), TrialState::Complete, {value + 1, value}));
  trials.push_back(trialOf(5, TrialState::Pruned, {0, 0}));
  SearchHistory history{trials};
  MedianPruner pruner;
  auto isPruned = [&](const std::vector<double> &reports) {
    return pruner.shouldPrune(history, trialOf(6, TrialState::Running, reports));
  };
  EXPECT_FALSE(isPruned({4.0}));
  EXPECT_TRUE(isPruned({4.1}));
  EXPECT_FALSE(isPruned({9, 2.9}));
  EXPECT_FALSE(isPruned({2.5, 9})) << "its best so far counts";
  EXPECT_TRUE(isPruned({9, 3.1}));
  EXPECT_TRUE(isPruned({NAN}));
  EXPECT_FALSE(isPruned({9, 9, 9})) << "nothing to compare with at this step";
  EXPECT_FALSE(MedianPruner({.warmupSteps = 2}).shouldPrune(history, trialOf(6, TrialState::Running, {9, 9})));
  EXPECT_FALSE(MedianPruner({.startupTrials = 6}).shouldPrune(history, trialOf(6, TrialState::Running, {9})));
  EXPECT_FALSE(MedianPruner({.intervalSteps = 2}).shouldPrune(history, trialOf(6, TrialState::Running, {9, 9})));
  SearchHistory reverse{trials, Direction::Maximize};
  EXPECT_TRUE(pruner.shouldPrune(reverse, trialOf(6, TrialState::Running, {3.9})));
}

TEST(Pruners, TheMedianDecidesByTheFirstReportInEachInterval) {
  const MedianPruner pruner({.startupTrials = 0, .warmupSteps = 2, .intervalSteps = 5});
  TrialRecord complete = trialOf(0, TrialState::Complete, std::vector<double>(30, 1));
  TrialRecord trial = trialOf(1, TrialState::Running, {});
  std::vector<int64_t> decided;
  for (int64_t step : {0, 1, 4, 9, 10, 14, 16, 27, 28}) { // intervals begin at 2, 7, 12, 17, 22 and 27
    trial.reports[step] = 2;
    if (pruner.shouldPrune({{complete}}, trial))
      decided.push_back(step);
  }
  EXPECT_THAT(decided, ElementsAre(4, 9, 14, 27));
}

TEST(Pruners, HalvingLetsTheBestPartOfEachRungOn) {
  auto pruner = std::make_shared<SuccessiveHalvingPruner>(SuccessiveHalvingOptions{.reductionFactor = 2});
  // Rungs after 1, 2, 4 and 8 epochs. The first is alone everywhere; each further one must be in the better half.
  EXPECT_THAT(epochsOf(pruner, {5, 6, 4, 7, 3, 4.5}, 10), ElementsAre(10, 1, 10, 1, 10, 2));
  EXPECT_THAT(epochsOf(pruner, {5, 6, 4}, 10, Direction::Maximize), ElementsAre(10, 10, 1));
  EXPECT_THAT(epochsOf(pruner, {NAN, 1}, 10), ElementsAre(1, 10));
  auto late = std::make_shared<SuccessiveHalvingPruner>(SuccessiveHalvingOptions{.minResource = 3});
  EXPECT_THAT(epochsOf(late, {1, 2}, 10), ElementsAre(10, 3));
}

TEST(Pruners, HyperbandSpreadsTrialsOverBracketsInProportion) {
  HyperbandPruner pruner({.maxResource = 81});
  ASSERT_EQ(pruner.brackets(), 5);
  std::vector<int> counts(5);
  for (int64_t trial = 0; trial < 14300; ++trial)
    ++counts[size_t(pruner.bracketOf(7, trial))];
  // Of 143 configurations Hyperband starts 81, 34, 15, 8 and 5 in its brackets (Li et al., table 1).
  const double expected[] = {8100, 3400, 1500, 800, 500};
  for (size_t b = 0; b < 5; ++b)
    EXPECT_NEAR(counts[b], expected[b], 5 * std::sqrt(expected[b])) << b;
}

TEST(Pruners, HyperbandHalvesWithinABracket) {
  auto pruner = std::make_shared<HyperbandPruner>(HyperbandOptions{.maxResource = 9});
  std::vector<double> curves;
  for (int i = 0; i < 40; ++i)
    curves.push_back(i); // each worse than all before it
  std::vector<int> ran = epochsOf(pruner, curves, 9);
  std::vector<bool> seen(3);
  for (size_t i = 0; i < ran.size(); ++i) {
    size_t bracket = size_t(pruner->bracketOf(0, int64_t(i)));
    int first = bracket == 0 ? 1 : bracket == 1 ? 3 : 9;
    EXPECT_EQ(ran[i], seen[bracket] ? first : 9) << i;
    seen[bracket] = true;
  }
  EXPECT_THAT(seen, ElementsAre(true, true, true));
}

TEST(Pruners, HyperbandEndsNoTrialAtItsLastRung) {
  auto pruner = std::make_shared<HyperbandPruner>(); // 81 is the largest power of 3 up to 100
  std::vector<double> curves(60);
  for (size_t i = 0; i < curves.size(); ++i)
    curves[i] = double(i);
  std::vector<int> ran = epochsOf(pruner, curves, 100);
  EXPECT_THAT(ran, testing::Each(testing::AnyOf(1, 3, 9, 27, 100)));
  for (size_t i = 0; i < ran.size(); ++i)
    if (pruner->bracketOf(0, int64_t(i)) == pruner->brackets() - 1) {
      EXPECT_EQ(ran[i], 100) << "a bracket without halvings";
    }
}

TEST(Pruners, APrunedTrialHasItsLastReportForValueAndIsNeverTheBest) {
  Study study({.sampler = makeSampler("random"), .pruner = std::make_shared<MedianPruner>(MedianPrunerOptions{1})});
  study.optimize(
      [](Trial &trial) -> double {
        for (int epoch = 0; epoch < 3; ++epoch) {
          trial.report(epoch, double(trial.number()) - epoch);
          if (trial.shouldPrune())
            throw TrialPruned();
        }
        return 10 + double(trial.number());
      },
      {.trials = 3});
  std::vector<TrialRecord> trials = study.trials();
  EXPECT_EQ(trials[1].state, TrialState::Pruned);
  EXPECT_EQ(trials[1].value, 1);
  EXPECT_EQ(study.best()->number, 0);
}

TEST(Pruners, ATrialThatBeginsAnewForgetsItsLaterReports) {
  Study study({.sampler = makeSampler("random")});
  Trial trial = *study.ask();
  for (int epoch = 0; epoch < 4; ++epoch)
    trial.report(epoch, 1);
  trial.report(1, 2);
  EXPECT_THAT(trial.record().reports, ElementsAre(std::pair(0, 1.), std::pair(1, 2.)));
}

TEST(Pruners, TheCallbackEndsFitWhenTheTrialIsPruned) {
  auto pruner = std::make_shared<MedianPruner>(MedianPrunerOptions{.startupTrials = 1});
  Study study({.sampler = makeSampler("random"), .pruner = pruner});
  study.enqueue({{"rate", 0.05}});
  study.enqueue({{"rate", 1e-6}});
  test::LinearProgram linear;
  study.optimize(
      [&](Trial &trial) {
        Session session(Program::wrap(linear.table()), {.threads = 1});
        TrainingContext(session).setLearningRate(trial.suggestFloat("rate", 1e-6, 0.1, {.log = true}));
        FitOptions options{.batchSize = 8, .epochs = 6, .verbose = 0, .validationSplit = 0.25};
        options.callbacks = {PruningCallback(trial, {.monitor = "val_loss"})};
        return Trainer(session, test::samples(100), options).run().history.at("val_loss").back();
      },
      {.trials = 2});
  std::vector<TrialRecord> trials = study.trials();
  EXPECT_EQ(trials[0].state, TrialState::Complete) << trials[0].failure;
  EXPECT_EQ(trials[0].reports.size(), 6u);
  EXPECT_EQ(trials[1].state, TrialState::Pruned) << trials[1].failure;
  EXPECT_EQ(trials[1].reports.size(), 1u);

  Study other({.sampler = makeSampler("random")});
  Trial trial = *other.ask();
  Session session(Program::wrap(linear.table()), {.threads = 1});
  FitOptions options{.batchSize = 8, .epochs = 1, .verbose = 0};
  options.callbacks = {PruningCallback(trial)};
  EXPECT_THAT(errorOf([&] { Trainer(session, test::samples(100), options).run(); }),
              HasSubstr("'val_loss' is not among the logs; there are "));
}

TEST(Pruners, UnknownNamesAndOptionsAreRefused) {
  EXPECT_EQ(errorOf([] { makePruner("mean"); }),
            "expected a pruner of 'none', 'median', 'halving', 'hyperband', received 'mean'");
  EXPECT_THAT(errorOf([] { MedianPruner({.intervalSteps = 0}); }),
              HasSubstr("intervalSteps takes whole numbers of 1 or more, received 0"));
  EXPECT_THAT(errorOf([] { SuccessiveHalvingPruner({.reductionFactor = 1}); }),
              HasSubstr("reductionFactor takes whole numbers of 2 or more, received 1"));
  EXPECT_THAT(errorOf([] { HyperbandPruner({.minResource = 9, .maxResource = 3}); }), HasSubstr("received 9 and 3"));
}
