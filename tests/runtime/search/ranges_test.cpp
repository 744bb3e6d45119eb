// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Range.h"
#include "tests/runtime/Helpers.h"

#include <gmock/gmock.h>

#include <cmath>

namespace tenon::search {
namespace {
using testing::HasSubstr;

ParameterRange floats(double low, double high, bool log = false, double step = 0) {
  return {.kind = ParameterKind::Float, .low = low, .high = high, .step = step, .log = log};
}
ParameterRange integers(double low, double high, double step = 1) {
  return {.kind = ParameterKind::Int, .low = low, .high = high, .step = step};
}

TEST(Ranges, OfManyIntegersHaveThemAndNoMore) {
  EXPECT_EQ(integers(0, 1e13).count(), 10000000000001);
  EXPECT_EQ(integers(1, 0x1p53).count(), int64_t(1) << 53);
  EXPECT_EQ(integers(0, 10, 3).count(), 4);
  for (double place : {1 - 1e-13, 1 - 1e-15, 1.})
    EXPECT_TRUE(integers(0, 1e13).contains(fromUnit(integers(0, 1e13), place))) << place;
}

TEST(Ranges, HaveTheirEndsAtPlaces0And1) {
  for (const ParameterRange &range : {floats(1e-4, 0.1, true), floats(1e-200, 1e200, true), floats(0.1, 0.7)}) {
    EXPECT_EQ(fromUnit(range, 0), ParameterValue(range.low));
    EXPECT_EQ(fromUnit(range, 1), ParameterValue(range.high));
  }
}

TEST(Ranges, OfAllMagnitudesAreLogarithmic) {
  const ParameterRange range = floats(1e-200, 1e200, true);
  for (double exponent : {-150., -3., 0., 100., 199.}) {
    const double place = (exponent + 200) / 400;
    EXPECT_NEAR(std::get<double>(fromUnit(range, place)) / std::pow(10, exponent), 1, 1e-12);
    EXPECT_NEAR(toUnit(range, std::pow(10, exponent)), place, 1e-15);
  }
}

TEST(Ranges, WithImpossibleStepsAreRefused) {
  EXPECT_THAT(test::errorOf([] { checkRange("x", floats(0, 1, false, INFINITY)); }), HasSubstr("expected a step"));
  EXPECT_THAT(test::errorOf([] { checkRange("n", integers(0, 10, 1.5)); }),
              HasSubstr("a step of at least 1, a whole number"));
  EXPECT_THAT(test::errorOf([] { checkRange("n", integers(0, 10, INFINITY)); }), HasSubstr("whole number"));
}

} // namespace
} // namespace tenon::search
