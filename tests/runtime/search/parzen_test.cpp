// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Range.h"
#include "runtime/search/samplers/Parzen.h"

#include <gmock/gmock.h>

namespace tenon::search {
namespace {
const ParameterRange few{.kind = ParameterKind::Int, .low = 0, .high = 10, .step = 3},
    rising{.kind = ParameterKind::Int, .low = 1, .high = 9, .step = 1, .log = true},
    many{.kind = ParameterKind::Int, .low = 1, .high = 1e7, .step = 1},
    most{.kind = ParameterKind::Int, .low = 0, .high = 0x1p53, .step = 1};

TEST(Parzen, DensitiesOfPiecesIntegrateTo1) {
  for (const ParameterRange &range : {few, rising}) {
    const Parzen parzen({&range}, {0.1, 0.2, 0.9});
    double sum = 0;
    const int cells = 100000;
    for (int i = 0; i < cells; ++i)
      sum += std::exp(parzen.logDensity({(i + 0.5) / cells})) / cells;
    EXPECT_NEAR(sum, 1, 1e-4) << range.toText();
  }
}

TEST(Parzen, TellsPlacesOfManyIntegersApart) {
  for (const ParameterRange &range : {many, most}) {
    const Parzen parzen(std::vector(50, &range), std::vector(50, 0.3));
    const double at = parzen.logDensity(Place(50, 0.3)), near = parzen.logDensity(Place(50, 0.45)),
                 far = parzen.logDensity(Place(50, 0.8));
    EXPECT_GT(at, near + 1) << range.toText();
    EXPECT_GT(near, far + 1) << range.toText();
  }
}

TEST(Parzen, HasOfManyIntegersTheDensityOfFloats) {
  const ParameterRange floats{.low = 0, .high = 1};
  for (double place : {0.1, 0.3, 0.75})
    EXPECT_NEAR(Parzen({&most}, {0.2, 0.4}).logDensity({place}), Parzen({&floats}, {0.2, 0.4}).logDensity({place}),
                1e-9);
}

} // namespace
} // namespace tenon::search
