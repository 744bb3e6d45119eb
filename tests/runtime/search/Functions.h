// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_RUNTIME_SEARCH_FUNCTIONS_H
#define TENON_TESTS_RUNTIME_SEARCH_FUNCTIONS_H

#include <tenon/search.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace tenon::test {

/// Branin (Dixon and Szego, 1978): three equal minima of 0.397887 over [-5, 10] x [0, 15].
inline double branin(Trial &trial) {
  constexpr double pi = std::numbers::pi;
  double x = trial.suggestFloat("x", -5, 10), y = trial.suggestFloat("y", 0, 15);
  double root = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
  return root * root + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10;
}

/// Hartmann's function of six parameters in [0, 1]: minimum -3.32237.
inline double hartmann6(Trial &trial) {
  constexpr double alpha[4] = {1, 1.2, 3, 3.2};
  constexpr double a[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                              {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                              {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                              {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  std::array<double, 6> x;
  for (size_t j = 0; j < 6; ++j)
    x[j] = trial.suggestFloat("x" + std::to_string(j), 0, 1);
  double sum = 0;
  for (size_t i = 0; i < 4; ++i) {
    double exponent = 0;
    for (size_t j = 0; j < 6; ++j)
      exponent += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
    sum += alpha[i] * std::exp(-exponent);
  }
  return -sum;
}

/// A slope that rises towards a region without numbers, 30 % of the space: the least is -0.7, at its edge.
inline double cliff(Trial &trial) {
  double x = trial.suggestFloat("x", 0, 1), y = trial.suggestFloat("y", 0, 1);
  return x > 0.7 ? NAN : (y - 0.3) * (y - 0.3) - x;
}

/// A bowl of which a tenth of the space has values as of a training that diverged; the least is 0.
inline double diverging(Trial &trial) {
  double x = trial.suggestFloat("x", 0, 1), y = trial.suggestFloat("y", 0, 1), z = trial.suggestFloat("z", 0, 1);
  if (x > 0.9)
    return 1e38 * (1 + y);
  return (x - 0.72) * (x - 0.72) + (y - 0.3) * (y - 0.3) + (z - 0.6) * (z - 0.6);
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The best value of a study's first `count` trials.
inline double bestOf(const std::vector<TrialRecord> &trials, size_t count) {
  double best = INFINITY;
  for (size_t i = 0; i < std::min(count, trials.size()); ++i)
    best = std::min(best, trials[i].value.value_or(INFINITY));
  return best;
}

} // namespace tenon::test
#endif // TENON_TESTS_RUNTIME_SEARCH_FUNCTIONS_H
