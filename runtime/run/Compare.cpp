// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Commands.h"

#include <tenon/error.h>

#include <cmath>
#include <cstdio>

namespace tenon::run {
namespace {
std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

Shape positionOf(int64_t index, const Shape &shape) {
  Shape position(shape.size());
  for (size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
    position[axis] = index % shape[axis];
  return position;
}
} // namespace

double compare(const std::string &name, const Array &actual, const Array &expected, double rtol, double atol) {
  if (actual.shape() != expected.shape())
    throw Error("output '" + name + "' has shape " + toString(actual.shape()) + ", expected " +
                toString(expected.shape()));
  int64_t worst = -1, wrong = 0;
  double worstExcess = 0, greatest = 0;
  for (int64_t i = 0; i < actual.size(); ++i) {
    double a = actual.at(i), e = expected.at(i);
    double off = a == e || (std::isnan(a) && std::isnan(e)) ? 0 : std::fabs(a - e);
    off = std::isnan(off) ? HUGE_VAL : off;
    greatest = std::fmax(greatest, off);
    double excess = off - (atol + rtol * std::fabs(e));
    if (!(excess > 0))
      continue;
    ++wrong;
    if (worst < 0 || excess > worstExcess) {
      worst = i;
      worstExcess = excess;
    }
  }
  if (worst >= 0)
    throw Error("output '" + name + "': " + std::to_string(wrong) + " of " + std::to_string(actual.size()) +
                " elements differ; the worst is at " + toString(positionOf(worst, actual.shape())) + ": received " +
                number(actual.at(worst)) + ", expected " + number(expected.at(worst)));
  return greatest;
}

} // namespace tenon::run
