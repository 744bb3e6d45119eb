// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_EXPECTEDIMPROVEMENT_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_EXPECTEDIMPROVEMENT_H

#include <cmath>
#include <numbers>

namespace tenon::search {

/// The logarithm of the expected improvement over `best` (less is better) of a normal value, and its derivatives; does
/// not vanish where the improvement itself does (Ament et al., "Unexpected improvements to expected improvement",
/// 2023).
struct LogImprovement {
  double value, byMean, byDeviation;

  LogImprovement(double best, double mean, double deviation) {
    const double z = (best - mean) / deviation;
    const double logDensity = -z * z / 2 - 0.5 * std::log(2 * std::numbers::pi);
    double logMass, logImprovement; // of the normal distribution up to z; of density + z mass
    if (z > -20) {
      const double mass = std::erfc(-z / std::numbers::sqrt2) / 2;
      logMass = std::log(mass);
      logImprovement = z > -1 ? std::log(std::exp(logDensity) + z * mass)
                              : logDensity + std::log1p(z * std::exp(logMass - logDensity));
    } else { // the first terms of the asymptotic series
      const double inverse = 1 / (z * z);
      logMass = logDensity - std::log(-z) + std::log1p(-inverse + 3 * inverse * inverse);
      logImprovement = logDensity + std::log(inverse) + std::log1p(-3 * inverse + 15 * inverse * inverse);
    }
    value = std::log(deviation) + logImprovement;
    byMean = -std::exp(logMass - logImprovement) / deviation;
    byDeviation = std::exp(logDensity - logImprovement) / deviation;
  }
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_EXPECTEDIMPROVEMENT_H
