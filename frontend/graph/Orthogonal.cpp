// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Orthogonal.h"
#include <Eigen/QR>
#include <tenon/error.h>

namespace tenon::graph {

void fillOrthogonal(RandomStream &stream, double gain, Array &array) {
  if (array.shape().size() < 2)
    throw Error("initializer Orthogonal: expected a weight of two dimensions or more");
  Eigen::Index columns = array.shape().back(), rows = array.size() / columns;
  Eigen::Index tall = std::max(rows, columns), narrow = std::min(rows, columns);
  Eigen::MatrixXd normal = Eigen::MatrixXd::NullaryExpr(tall, narrow, [&] { return stream.normal(); });
  Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall, narrow);
  // Uniform over orthogonal matrices only with the signs of R's diagonal (Mezzadri 2007).
  for (Eigen::Index i = 0; i < narrow; ++i)
    if (qr.matrixQR()(i, i) < 0)
      q.col(i) = -q.col(i);
  float *data = array.data<float>();
  for (Eigen::Index r = 0; r < rows; ++r)
    for (Eigen::Index c = 0; c < columns; ++c)
      data[r * columns + c] = static_cast<float>(gain * (rows < columns ? q(c, r) : q(r, c)));
}

} // namespace tenon::graph
