// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_SHAPING_H
#define TENON_LAYERS_SHAPING_H

#include <tenon/layer.h>
#include <tenon/layers/extent.h>
#include <tenon/regularizers.h>

namespace tenon {

struct FlattenOptions {
  /// "channels_first" puts channels last before flattening, so that weights behind it do not depend on the order.
  std::string dataFormat = "channels_last";
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const FlattenOptions &, const FlattenOptions &) = default;
};
/// (batch, a, b, ...) to (batch, a * b * ...).
class Flatten : public Layer {
public:
  explicit Flatten(FlattenOptions options = {});
};

struct ReshapeOptions {
  /// Without the batch; one entry may be -1 for what is left. Required.
  Shape targetShape = {};
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const ReshapeOptions &, const ReshapeOptions &) = default;
};
/// The same elements of each sample in row-major order under another shape.
class Reshape : public Layer {
public:
  explicit Reshape(ReshapeOptions options);
};

struct ZeroPadding1DOptions {
  /// Before and after along time.
  Margin padding = 1;
  /// "channels_last" or "channels_first".
  std::string dataFormat = "channels_last";
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const ZeroPadding1DOptions &, const ZeroPadding1DOptions &) = default;
};
/// Zeros before and after along time of (batch, time, channels).
class ZeroPadding1D : public Layer {
public:
  explicit ZeroPadding1D(ZeroPadding1DOptions options = {});
};

struct ZeroPadding2DOptions {
  /// Around height and width.
  Margin2D padding = 1;
  /// "channels_last" or "channels_first".
  std::string dataFormat = "channels_last";
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const ZeroPadding2DOptions &, const ZeroPadding2DOptions &) = default;
};
/// Zeros around height and width of (batch, height, width, channels).
class ZeroPadding2D : public Layer {
public:
  explicit ZeroPadding2D(ZeroPadding2DOptions options = {});
};

} // namespace tenon
#endif // TENON_LAYERS_SHAPING_H
