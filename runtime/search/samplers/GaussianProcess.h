// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_GAUSSIANPROCESS_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_GAUSSIANPROCESS_H

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace tenon::search {

/// A Gaussian process with mean 0 and the kernel scale (1 + sqrt5 r + 5/3 r^2) exp(-sqrt5 r), r^2 = sum of
/// (difference / length)^2 (Matern 5/2; Rasmussen and Williams, "Gaussian processes for machine learning", 2006), and
/// noise on the values. Points are the columns.
class GaussianProcess {
public:
  /// Takes the hyper-parameters of the largest marginal likelihood times their priors.
  GaussianProcess(Eigen::MatrixXd points, Eigen::VectorXd values);
  /// Adds points with the values that are expected of them.
  void believe(const Eigen::MatrixXd &points);

  struct Prediction {
    double mean = 0, deviation = 0;
    Eigen::VectorXd meanGradient, deviationGradient; ///< of predictWithGradient
  };
  /// Of the function without noise.
  Prediction predictWithGradient(const Eigen::VectorXd &point) const;
  /// Means and deviations of many points.
  void predict(const Eigen::MatrixXd &points, Eigen::VectorXd &means, Eigen::VectorXd &deviations) const;

private:
  double negativeLogPosterior(const Eigen::VectorXd &logs, Eigen::VectorXd &gradient) const;
  void condition();
  Eigen::MatrixXd covariance(const Eigen::MatrixXd &points) const; ///< with the observed ones, a row each
  Eigen::MatrixXd points_;
  Eigen::VectorXd values_;
  Eigen::ArrayXd inverseSquares_; // of the lengths
  double scale_ = 1, noise_ = 1e-4;
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd weights_; // covariance^-1 values
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_GAUSSIANPROCESS_H
