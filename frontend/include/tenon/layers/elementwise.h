// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_ELEMENTWISE_H
#define TENON_LAYERS_ELEMENTWISE_H

#include <optional>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace tenon {

struct ActivationOptions {
  /// A name of Keras's: celu, elu, exponential, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu (slope 0.2),
  /// linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu (swish), soft_shrink, softmax, softplus,
  /// softsign, sparse_plus, sparse_sigmoid, squareplus, tanh, tanh_shrink; required.
  std::string activation = {};
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const ActivationOptions &, const ActivationOptions &) = default;
};
/// An activation as a layer of its own.
class Activation : public Layer {
public:
  explicit Activation(ActivationOptions options);
  explicit Activation(const char *activation) : Activation(ActivationOptions{.activation = activation}) {}
};

struct ReLUOptions {
  /// Larger values are cut to it; std::nullopt: none are.
  std::optional<double> maxValue = std::nullopt;
  /// Slope below the threshold.
  double negativeSlope = 0.0;
  /// Values at or below it are not passed.
  double threshold = 0.0;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const ReLUOptions &, const ReLUOptions &) = default;
};
/// max(x, 0), with Keras's variations.
class ReLU : public Layer {
public:
  explicit ReLU(ReLUOptions options = {});
};

struct SoftmaxOptions {
  int64_t axis = -1;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const SoftmaxOptions &, const SoftmaxOptions &) = default;
};
/// Softmax over an axis.
class Softmax : public Layer {
public:
  explicit Softmax(SoftmaxOptions options = {});
};

struct RescalingOptions {
  /// Required.
  std::optional<double> scale = std::nullopt;
  double offset = 0.0;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const RescalingOptions &, const RescalingOptions &) = default;
};
/// x * scale + offset.
class Rescaling : public Layer {
public:
  explicit Rescaling(RescalingOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_ELEMENTWISE_H
