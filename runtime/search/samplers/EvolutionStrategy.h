// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_EVOLUTIONSTRATEGY_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_EVOLUTIONSTRATEGY_H

#include "runtime/search/Draws.h"

#include <Eigen/Core>

namespace tenon::search {

/// The state of a CMA-ES run and its update, in the notation and with the constants of Hansen, "The CMA evolution
/// strategy: a tutorial", 2016 (table 1, with negative weights), over the unit cube.
class EvolutionStrategy {
public:
  EvolutionStrategy(Eigen::VectorXd mean, double sigma, int population);

  int population() const { return lambda_; }
  /// A point of the cube: drawn again while it lies outside, at last cut off.
  Eigen::VectorXd draw(Draws &draws) const;
  /// One generation; `points` are population() ones, the best first.
  void update(const std::vector<Eigen::VectorXd> &points);
  /// Whether it has no more to find: its points are less than 1e-4 of the range apart, or the covariance is singular.
  bool isConverged() const;

private:
  void decompose();
  int dimensions_, lambda_, mu_, generation_ = 0;
  Eigen::VectorXd weights_; // of all points by rank; those behind mu_ are negative
  double muEff_, cSigma_, dSigma_, cC_, c1_, cMu_, chi_;
  Eigen::VectorXd mean_, pathSigma_, pathC_;
  double sigma_;
  Eigen::MatrixXd covariance_, basis_; // covariance = basis diag(scales^2) basis^T
  Eigen::VectorXd scales_;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_EVOLUTIONSTRATEGY_H
