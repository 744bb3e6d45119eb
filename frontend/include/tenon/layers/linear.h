// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_LINEAR_H
#define TENON_LAYERS_LINEAR_H

#include <tenon/constraints.h>
#include <tenon/initializers.h>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

struct DenseOptions {
  /// Size of the output's last axis; required.
  int64_t units = 0;
  std::string activation = "linear";
  bool useBias = true;
  Initializer kernelInitializer = "glorot_uniform";
  Initializer biasInitializer = "zeros";
  Regularizer kernelRegularizer = std::nullopt;
  Regularizer biasRegularizer = std::nullopt;
  Regularizer activityRegularizer = std::nullopt;
  Constraint kernelConstraint = std::nullopt;
  Constraint biasConstraint = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const DenseOptions &, const DenseOptions &) = default;
};
/// activation(x . kernel + bias) over the last axis of an input of rank 2 or more. Weights: kernel (inputs, units),
/// bias (units).
class Dense : public Layer {
public:
  explicit Dense(DenseOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_LINEAR_H
