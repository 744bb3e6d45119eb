// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_BOUNDEDDESCENT_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_BOUNDEDDESCENT_H

#include <Eigen/Core>

#include <functional>

namespace tenon::search {

/// A function's value, its gradient into the second argument.
using Differentiable = std::function<double(const Eigen::VectorXd &, Eigen::VectorXd &)>;

/// Goes from `x` to a minimum between the bounds: BFGS (Nocedal and Wright, "Numerical optimization", 2006, chapter 6)
/// over the coordinates that are not held at a bound, with steps cut off at the bounds. The value reached.
double descend(const Differentiable &function, Eigen::VectorXd &x, const Eigen::VectorXd &low,
               const Eigen::VectorXd &high, int iterations);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_BOUNDEDDESCENT_H
