// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/EvolutionStrategy.h"

#include <Eigen/Eigenvalues>

#include <vector>

namespace tenon::search {
using Eigen::MatrixXd;
using Eigen::VectorXd;

EvolutionStrategy::EvolutionStrategy(VectorXd mean, double sigma, int population)
    : dimensions_(int(mean.size())), lambda_(population), mu_(population / 2), weights_(population),
      mean_(std::move(mean)), pathSigma_(VectorXd::Zero(dimensions_)), pathC_(pathSigma_), sigma_(sigma),
      covariance_(MatrixXd::Identity(dimensions_, dimensions_)) {
  const double n = dimensions_;
  for (int i = 0; i < lambda_; ++i)
    weights_[i] = std::log((lambda_ + 1) / 2.) - std::log(i + 1.);
  auto effective = [](const auto &part) { return part.sum() * part.sum() / part.squaredNorm(); };
  muEff_ = effective(weights_.head(mu_));
  const double muEffNegative = effective(weights_.tail(lambda_ - mu_));
  cC_ = (4 + muEff_ / n) / (n + 4 + 2 * muEff_ / n);
  cSigma_ = (muEff_ + 2) / (n + muEff_ + 5);
  dSigma_ = 1 + 2 * std::max(0., std::sqrt((muEff_ - 1) / (n + 1)) - 1) + cSigma_;
  c1_ = 2 / ((n + 1.3) * (n + 1.3) + muEff_);
  cMu_ = std::min(1 - c1_, 2 * (muEff_ - 2 + 1 / muEff_) / ((n + 2) * (n + 2) + muEff_));
  const double negative =
      std::min({1 + c1_ / cMu_, 1 + 2 * muEffNegative / (muEff_ + 2), (1 - c1_ - cMu_) / (n * cMu_)});
  weights_.head(mu_) /= weights_.head(mu_).sum();
  const double below = -weights_.cwiseMin(0).sum();
  for (int i = mu_; i < lambda_; ++i)
    weights_[i] = weights_[i] < 0 ? weights_[i] * negative / below : 0;
  chi_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  decompose();
}

void EvolutionStrategy::decompose() {
  Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance_);
  basis_ = solver.eigenvectors();
  scales_ = solver.eigenvalues().cwiseMax(1e-20).cwiseSqrt();
}

VectorXd EvolutionStrategy::draw(Draws &draws) const {
  VectorXd point;
  for (int attempt = 0; attempt < 100; ++attempt) {
    VectorXd step(dimensions_);
    for (double &value : step)
      value = draws.normal();
    point = mean_ + sigma_ * (basis_ * scales_.cwiseProduct(step));
    if (point.minCoeff() >= 0 && point.maxCoeff() <= 1)
      return point;
  }
  return point.cwiseMax(0).cwiseMin(1);
}

void EvolutionStrategy::update(const std::vector<VectorXd> &points) {
  ++generation_;
  const double n = dimensions_;
  std::vector<VectorXd> steps;
  for (const VectorXd &point : points)
    steps.push_back((point - mean_) / sigma_);
  VectorXd mean = VectorXd::Zero(dimensions_);
  for (int i = 0; i < mu_; ++i)
    mean += weights_[i] * steps[size_t(i)];
  mean_ += sigma_ * mean;

  auto whitened = [&](const VectorXd &step) -> VectorXd {
    return basis_ * (basis_.transpose() * step).cwiseQuotient(scales_);
  };
  pathSigma_ = (1 - cSigma_) * pathSigma_ + std::sqrt(cSigma_ * (2 - cSigma_) * muEff_) * whitened(mean);
  const double norm = pathSigma_.norm();
  sigma_ *= std::exp(cSigma_ / dSigma_ * (norm / chi_ - 1));
  const bool isMoving = norm / std::sqrt(1 - std::pow(1 - cSigma_, 2. * generation_)) < (1.4 + 2 / (n + 1)) * chi_;
  pathC_ *= 1 - cC_;
  if (isMoving)
    pathC_ += std::sqrt(cC_ * (2 - cC_) * muEff_) * mean;

  const double stalled = isMoving ? 0 : c1_ * cC_ * (2 - cC_);
  MatrixXd covariance = (1 + stalled - c1_ - cMu_ * weights_.sum()) * covariance_ + c1_ * pathC_ * pathC_.transpose();
  for (int i = 0; i < lambda_; ++i) {
    const VectorXd &step = steps[size_t(i)];
    double weight = weights_[i];
    if (weight < 0) // keeps the covariance positive definite
      weight *= n / std::max(whitened(step).squaredNorm(), 1e-30);
    covariance += cMu_ * weight * step * step.transpose();
  }
  covariance_ = (covariance + covariance.transpose()) / 2;
  decompose();
}

bool EvolutionStrategy::isConverged() const {
  return sigma_ * scales_.maxCoeff() < 1e-4 || scales_.maxCoeff() > 1e7 * scales_.minCoeff();
}

} // namespace tenon::search
