// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/BoundedDescent.h"

namespace tenon::search {
using Eigen::MatrixXd;
using Eigen::VectorXd;

double descend(const Differentiable &function, VectorXd &x, const VectorXd &low, const VectorXd &high, int iterations) {
  const Eigen::Index size = x.size();
  VectorXd gradient(size), nextGradient(size);
  double value = function(x, gradient);
  MatrixXd inverse = MatrixXd::Identity(size, size);
  bool isFresh = true; // the inverse Hessian is the identity
  for (int i = 0; i < iterations; ++i) {
    VectorXd free = gradient;
    for (Eigen::Index k = 0; k < size; ++k)
      if ((x[k] <= low[k] && gradient[k] > 0) || (x[k] >= high[k] && gradient[k] < 0))
        free[k] = 0;
    if (free.lpNorm<Eigen::Infinity>() < 1e-6)
      break;
    VectorXd direction = -(inverse * free);
    direction = (free.array() == 0).select(0, direction);
    if (!(direction.dot(gradient) < 0)) {
      inverse.setIdentity();
      isFresh = true;
      direction = -free;
    }
    double step = isFresh ? std::min(1., 0.3 / direction.norm()) : 1;
    bool isLower = false;
    VectorXd next;
    double nextValue = value;
    for (int halving = 0; halving < 25 && !isLower; ++halving, step /= 2) {
      next = (x + step * direction).cwiseMax(low).cwiseMin(high);
      nextValue = function(next, nextGradient);
      isLower = nextValue <= value + 1e-4 * gradient.dot(next - x) && nextValue < value;
    }
    if (!isLower) {
      if (isFresh)
        break;
      inverse.setIdentity();
      isFresh = true;
      continue;
    }
    VectorXd moved = next - x, turned = nextGradient - gradient;
    const bool isDone = value - nextValue < 1e-7 * (1 + std::abs(value));
    double curvature = moved.dot(turned);
    if (curvature > 1e-12 * moved.norm() * turned.norm()) {
      if (isFresh)
        inverse *= curvature / turned.squaredNorm();
      VectorXd product = inverse * turned;
      inverse += (1 + turned.dot(product) / curvature) / curvature * moved * moved.transpose() -
                 (moved * product.transpose() + product * moved.transpose()) / curvature;
      isFresh = false;
    }
    x = next;
    gradient = nextGradient;
    value = nextValue;
    if (isDone)
      break;
  }
  return value;
}

} // namespace tenon::search
