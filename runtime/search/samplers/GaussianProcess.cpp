// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/GaussianProcess.h"
#include "runtime/search/samplers/BoundedDescent.h"

#include <vector>

namespace tenon::search {
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {
const double root5 = std::sqrt(5.);
constexpr Index mostFitted = 80;

/// Sums of squared differences, each dimension times its weight.
MatrixXd squaredDistances(const MatrixXd &a, const MatrixXd &b, const Eigen::ArrayXd &weights) {
  MatrixXd scaledA = weights.sqrt().matrix().asDiagonal() * a, scaledB = weights.sqrt().matrix().asDiagonal() * b;
  MatrixXd squares = -2 * scaledA.transpose() * scaledB;
  squares.colwise() += scaledA.colwise().squaredNorm().transpose();
  squares.rowwise() += scaledB.colwise().squaredNorm();
  return squares.cwiseMax(0);
}

ArrayXXd maternOf(const MatrixXd &squares) {
  ArrayXXd r = squares.array().sqrt() * root5;
  return (1 + r + r.square() / 3) * (-r).exp();
}
} // namespace

GaussianProcess::GaussianProcess(MatrixXd points, VectorXd values) {
  const Index dimensions = points.rows(), count = points.cols();
  // Every evaluation of the likelihood costs the cube of the points; its maximum moves little beyond so many.
  const Index stride = (count + mostFitted - 1) / mostFitted, fitted = (count + stride - 1) / stride;
  points_.resize(dimensions, fitted);
  values_.resize(fitted);
  for (Index i = 0; i < fitted; ++i) {
    points_.col(i) = points.col(i * stride);
    values_[i] = values[i * stride];
  }
  VectorXd low = VectorXd::Constant(dimensions + 2, std::log(1e-3)),
           high = VectorXd::Constant(dimensions + 2, std::log(1e4));
  low[dimensions] = std::log(1e-2), high[dimensions] = std::log(1e3);        // scale
  low[dimensions + 1] = std::log(1e-6), high[dimensions + 1] = std::log(1.); // noise
  VectorXd best;
  double bestValue = 0;
  // A second start finds another explanation of few points; of many there is mostly one.
  for (double length : count <= 60 ? std::vector{0.3, 1.} : std::vector{0.3}) {
    VectorXd logs = VectorXd::Constant(dimensions + 2, -2 * std::log(length));
    logs[dimensions] = 0;
    logs[dimensions + 1] = std::log(1e-3);
    double value =
        descend([this](const VectorXd &at, VectorXd &gradient) { return negativeLogPosterior(at, gradient); }, logs,
                low, high, 30);
    if (best.size() == 0 || value < bestValue) {
      best = logs;
      bestValue = value;
    }
  }
  inverseSquares_ = best.head(dimensions).array().exp();
  scale_ = std::exp(best[dimensions]);
  noise_ = std::exp(best[dimensions + 1]);
  points_ = std::move(points);
  values_ = std::move(values);
  condition();
}

double GaussianProcess::negativeLogPosterior(const VectorXd &logs, VectorXd &gradient) const {
  const Index dimensions = points_.rows(), count = points_.cols();
  const Eigen::ArrayXd inverseSquares = logs.head(dimensions).array().exp();
  const double scale = std::exp(logs[dimensions]), noise = std::exp(logs[dimensions + 1]);
  ArrayXXd r = squaredDistances(points_, points_, inverseSquares).array().sqrt() * root5, decay = (-r).exp();
  MatrixXd kernel = scale * ((1 + r + r.square() / 3) * decay).matrix();
  MatrixXd whole = kernel;
  whole.diagonal().array() += noise;
  Eigen::LLT<MatrixXd> factor(whole);
  if (factor.info() != Eigen::Success) {
    gradient.setZero();
    return 1e30;
  }
  VectorXd weights = factor.solve(values_);
  double value = 0.5 * values_.dot(weights) + factor.matrixLLT().diagonal().array().log().sum();
  MatrixXd inverse = factor.solve(MatrixXd::Identity(count, count));
  MatrixXd slope = inverse - weights * weights.transpose(); // d value / d covariance = slope / 2
  // The kernel's derivative by the squared distance is -5/6 scale (1 + sqrt5 r) exp(-sqrt5 r).
  MatrixXd bySquare = (slope.array() * (-5. / 6 * scale) * (1 + r) * decay).matrix();
  for (Index d = 0; d < dimensions; ++d) {
    // The sum over all pairs of bySquare times (a - b)^2, bySquare being symmetric.
    VectorXd row = points_.row(d).transpose();
    double sum = 2 * row.cwiseAbs2().dot(bySquare.rowwise().sum()) - 2 * row.dot(bySquare * row);
    gradient[d] = 0.5 * inverseSquares[d] * sum;
  }
  gradient[dimensions] = 0.5 * slope.cwiseProduct(kernel).sum();
  gradient[dimensions + 1] = 0.5 * noise * slope.trace();
  // Priors: lengths log-normal around the range's half (where one is not seen to matter it must not matter), growing
  // with the number of dimensions; the scale Gamma(2, 1); little noise, Gamma(1.1, 30).
  const double centre = -2 * std::log(0.5 * std::sqrt(double(std::max<Index>(dimensions, 2)) / 2)), spread = 2;
  for (Index d = 0; d < dimensions; ++d) {
    double distance = (logs[d] - centre) / spread;
    value += 0.5 * distance * distance;
    gradient[d] += distance / spread;
  }
  value += scale - 2 * logs[dimensions] + 30 * noise - 1.1 * logs[dimensions + 1];
  gradient[dimensions] += scale - 2;
  gradient[dimensions + 1] += 30 * noise - 1.1;
  return value;
}

void GaussianProcess::condition() {
  MatrixXd whole = scale_ * maternOf(squaredDistances(points_, points_, inverseSquares_)).matrix();
  whole.diagonal().array() += noise_ + 1e-9 * scale_;
  factor_.compute(whole);
  weights_ = factor_.solve(values_);
}

void GaussianProcess::believe(const MatrixXd &points) {
  VectorXd means, deviations;
  predict(points, means, deviations);
  MatrixXd allPoints(points_.rows(), points_.cols() + points.cols());
  allPoints << points_, points;
  VectorXd allValues(values_.size() + means.size());
  allValues << values_, means;
  points_ = allPoints;
  values_ = allValues;
  condition();
}

MatrixXd GaussianProcess::covariance(const MatrixXd &points) const {
  return scale_ * maternOf(squaredDistances(points_, points, inverseSquares_)).matrix();
}

void GaussianProcess::predict(const MatrixXd &points, VectorXd &means, VectorXd &deviations) const {
  MatrixXd cross = covariance(points);
  means = cross.transpose() * weights_;
  factor_.matrixL().solveInPlace(cross);
  deviations = (scale_ - cross.colwise().squaredNorm().array()).max(1e-12 * scale_).sqrt().matrix().transpose();
}

GaussianProcess::Prediction GaussianProcess::predictWithGradient(const VectorXd &point) const {
  MatrixXd differences = (-points_).colwise() + point; // a column for each observed point
  VectorXd r = (differences.array().square().colwise() * inverseSquares_).colwise().sum().sqrt().transpose() * root5;
  Eigen::ArrayXd decay = (-r.array()).exp();
  VectorXd cross = scale_ * ((1 + r.array() + r.array().square() / 3) * decay).matrix();
  VectorXd solved = factor_.solve(cross);
  // d cross / d point = -5/3 scale (1 + sqrt5 r) exp(-sqrt5 r) difference / length^2
  Eigen::ArrayXd slope = -5. / 3 * scale_ * (1 + r.array()) * decay;
  Prediction result;
  result.mean = cross.dot(weights_);
  double variance = std::max(scale_ - cross.dot(solved), 1e-12 * scale_);
  result.deviation = std::sqrt(variance);
  result.meanGradient = (inverseSquares_ * (differences * (slope * weights_.array()).matrix()).array()).matrix();
  result.deviationGradient =
      (inverseSquares_ * (differences * (slope * solved.array()).matrix()).array()).matrix() / -result.deviation;
  return result;
}

} // namespace tenon::search
