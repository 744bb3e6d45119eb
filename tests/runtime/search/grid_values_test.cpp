// SPDX-License-Identifier: Apache-2.0
// Which numbers a grid has of a range without a step.
#include "runtime/search/Range.h"
#include "tests/runtime/Helpers.h"

#include <tenon/search.h>

#include <gmock/gmock.h>

#include <cmath>

using namespace tenon;
using testing::ElementsAre;

namespace {
std::shared_ptr<Sampler> grid(int points) { return std::make_shared<GridSampler>(GridOptions{.points = points}); }

struct Span {
  double low, high;
  bool log = false;
  double suggest(Trial &trial) const { return trial.suggestFloat("x", low, high, {.log = log}); }
};
const Span decades{1e-4, 1e-1, true};

std::vector<double> valuesOf(const Study &study) {
  std::vector<double> values;
  for (const TrialRecord &trial : study.trials())
    values.push_back(std::get<double>(*trial.find("x")));
  return values;
}

std::vector<double> gridOf(const Span &span, int points) {
  Study study({.sampler = grid(points)});
  study.optimize([&](Trial &trial) { return span.suggest(trial); }, {.trials = 2 * points});
  return valuesOf(study);
}

/// What grids had before they were rounded.
double unrounded(const Span &span, int index, int points) {
  const double place = double(index) / (points - 1);
  return std::clamp(span.log ? span.low * std::exp(place * std::log(span.high / span.low))
                             : span.low + place * (span.high - span.low),
                    span.low, span.high);
}
} // namespace

TEST(GridValues, DecimalsAreThemselves) {
  EXPECT_THAT(gridOf(decades, 4), ElementsAre(1e-4, 1e-3, 1e-2, 1e-1));
  EXPECT_THAT(gridOf({1e-5, 1, true}, 6), ElementsAre(1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1));
  EXPECT_THAT(gridOf({0, 1}, 11), ElementsAre(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1));
  EXPECT_THAT(gridOf({-0.3, 0.3}, 7), ElementsAre(-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3));
  EXPECT_THAT(gridOf({-0.1, 0.2}, 4), ElementsAre(-0.1, 0, 0.1, 0.2));
  const std::vector<double> tenths = gridOf({-10, 10}, 201);
  for (int i = 0; i <= 200; ++i)
    EXPECT_EQ(tenths[size_t(i)], (i - 100) / 10.) << i;
}

TEST(GridValues, EndsAreTheOnesGivenAndPointsStayApart) {
  for (Span span : {Span{0.1, 0.7, true},
                    {1e-4, 1e-1, true},
                    {3e-7, 1.2345678901234567, true},
                    {1e-150, 1e150, true},
                    {0.1, 0.7},
                    {1e6, 1e6 + 1},
                    {1e6, 1e6 + 1, true},
                    {1, 1 + 1e-14},
                    {-1e300, 7e307}})
    for (int points : {2, 3, 10, 31}) {
      const std::vector<double> values = gridOf(span, points);
      ASSERT_EQ(values.size(), size_t(points)) << span.low << " to " << span.high;
      EXPECT_EQ(values.front(), span.low);
      EXPECT_EQ(values.back(), span.high);
      for (int i = 1; i < points; ++i) {
        EXPECT_GT(values[size_t(i)], values[size_t(i) - 1]) << span.low << " to " << span.high;
        EXPECT_NEAR(values[size_t(i)], unrounded(span, i, points), 1e-12 * std::abs(values[size_t(i)]));
      }
    }
}

TEST(GridValues, OneValueEndsToo) {
  EXPECT_THAT(gridOf({2, 2}, 10), ElementsAre(2));
  EXPECT_EQ(gridOf({1e-4, 1e-2, true}, 1), std::vector<double>{1e-3});
}

TEST(GridValues, AStudyWithUnroundedOnesGoesOn) {
  constexpr int points = 7;
  for (const Span &span : {decades, Span{0.1, 0.7}, Span{3e-7, 1.2345678901234567, true}}) {
    Study study({.sampler = grid(points)});
    std::vector<double> old;
    for (int i = 0; i < points; i += 2)
      study.enqueue({{"x", old.emplace_back(unrounded(span, i, points))}});
    study.optimize([&](Trial &trial) { return span.suggest(trial); }, {.trials = 2 * points});
    const std::vector<double> values = valuesOf(study);
    ASSERT_EQ(values.size(), size_t(points)) << "each point once";
    EXPECT_EQ(std::vector<double>(values.begin(), values.begin() + int64_t(old.size())), old);
  }
}

TEST(GridValues, EveryRangesEndsAreThoseOfPlaces) {
  for (int i = 1; i < 400; ++i) {
    const ParameterRange range{
        .kind = ParameterKind::Float, .low = 1.1e-7 * i, .high = 0.1 + 0.37 * i, .step = 0, .log = i % 2 == 0};
    EXPECT_EQ(search::fromUnit(range, 0), ParameterValue(range.low));
    EXPECT_EQ(search::fromUnit(range, 1), ParameterValue(range.high));
    EXPECT_EQ(search::fromUnit(range, 1.5), ParameterValue(range.high));
  }
}
