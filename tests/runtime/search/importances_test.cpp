// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Importances.h"

#include <cmath>
#include <gmock/gmock.h>

namespace tenon::search {
namespace {

using Value = std::function<double(Trial &)>;

std::map<std::string, double> sharesOf(const Value &value, int trials = 300, double *sum = nullptr) {
  Study study({.sampler = std::make_shared<RandomSampler>()});
  study.optimize(value, {.trials = trials});
  std::map<std::string, double> shares;
  double last = 1;
  for (const Importance &one : importances(study.trials(), 0)) {
    EXPECT_LE(one.share, last + 1e-12); // largest first
    EXPECT_GE(one.share, 0);
    last = one.share;
    shares[one.name] = one.share;
    if (sum)
      *sum += one.share;
  }
  return shares;
}

TEST(Importances, OfASumAreTheSharesOfItsVariance) {
  // x of [0, 1] times 3 has variance 9 / 12, times 1 has 1 / 12; log rates from 1e-4 to 1 likewise.
  double sum = 0;
  auto shares = sharesOf(
      [](Trial &trial) {
        trial.suggestInt("idle", 0, 100);
        return 3 * trial.suggestFloat("large", 0, 1) +
               std::log10(trial.suggestFloat("small", 1e-4, 1, {.log = true})) / 4;
      },
      300, &sum);
  EXPECT_NEAR(shares.at("large"), 0.9, 0.05);
  EXPECT_NEAR(shares.at("small"), 0.1, 0.05);
  EXPECT_LT(shares.at("idle"), 0.02);
  EXPECT_LE(sum, 1 + 1e-9);
}

TEST(Importances, WhatOnlyTwoTogetherDoIsNobodysOwn) {
  double sum = 0;
  sharesOf(
      [](Trial &trial) {
        const bool a = trial.suggestBool("a"), b = trial.suggestBool("b");
        return a == b ? 1.0 : 0.0;
      },
      200, &sum);
  EXPECT_LT(sum, 0.1);
}

TEST(Importances, OfAChoice) {
  auto shares = sharesOf([](Trial &trial) {
    const double x = trial.suggestFloat("x", 0, 1);
    return 0.1 * x + (trial.suggestCategorical("kind", {"a", "b", "c", "d"}) == "b" ? 5 : 0);
  });
  EXPECT_GT(shares.at("kind"), 0.98);
}

TEST(Importances, LeaveOutWhatNotEveryTrialHas) {
  auto shares = sharesOf([](Trial &trial) {
    const bool more = trial.suggestBool("more");
    return more ? trial.suggestFloat("rate", 0, 1) : 2;
  });
  EXPECT_EQ(shares.size(), 1u);
  EXPECT_GT(shares.at("more"), 0.99);
}

TEST(Importances, AreNoneWhereNothingDiffers) {
  EXPECT_TRUE(sharesOf([](Trial &trial) { return trial.suggestFloat("x", 0, 1) * 0 + 4; }).empty());
  EXPECT_TRUE(sharesOf([](Trial &trial) { return trial.suggestFloat("x", 0, 1); }, 1).empty());
  EXPECT_TRUE(importances({}, 0).empty());
}

TEST(Importances, CutNothingBetweenNeighbours) {
  const ParameterRange range{.low = 0, .high = 1};
  std::vector<TrialRecord> trials;
  for (int i = 0; i < 12; ++i)
    trials.push_back({.state = TrialState::Complete,
                      .parameters = {{"end", range, i % 2 ? 1. : std::nextafter(1., 0.)}, {"x", range, i / 12.}},
                      .value = i % 2 * 5 + i * 0.3});
  for (const Importance &one : importances(trials, 1)) {
    EXPECT_GE(one.share, 0) << one.name;
    EXPECT_LE(one.share, 1) << one.name;
  }
}

TEST(Importances, StandValuesOfAnySize) {
  for (double factor : {1e-300, 1e300, -1e300})
    EXPECT_GT(sharesOf([&](Trial &trial) { return factor * trial.suggestFloat("x", 0, 1); }).at("x"), 0.99) << factor;
}

} // namespace
} // namespace tenon::search
