// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_POOLING_H
#define TENON_LAYERS_POOLING_H

#include <tenon/layer.h>
#include <tenon/layers/extent.h>
#include <tenon/regularizers.h>

namespace tenon {

/// Over `Rank` spatial axes.
template <size_t Rank> struct MaxPoolingOptions {
  Extent<Rank> poolSize = 2;
  /// std::nullopt: the pool size.
  Extent<Rank> strides = std::nullopt;
  /// "valid" or "same".
  std::string padding = "valid";
  /// "channels_last": (batch, spatial.., channels), or "channels_first": (batch, channels, spatial..).
  std::string dataFormat = "channels_last";
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const MaxPoolingOptions &, const MaxPoolingOptions &) = default;
};
template <size_t Rank> struct AveragePoolingOptions {
  /// Required.
  Extent<Rank> poolSize = std::nullopt;
  /// std::nullopt: the pool size.
  Extent<Rank> strides = std::nullopt;
  /// "valid" or "same".
  std::string padding = "valid";
  /// "channels_last" or "channels_first".
  std::string dataFormat = "channels_last";
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const AveragePoolingOptions &, const AveragePoolingOptions &) = default;
};
using MaxPooling1DOptions = MaxPoolingOptions<1>;
using MaxPooling2DOptions = MaxPoolingOptions<2>;
using AveragePooling1DOptions = AveragePoolingOptions<1>;
using AveragePooling2DOptions = AveragePoolingOptions<2>;

/// Largest element of each window of (batch, time, channels); padding never wins.
class MaxPooling1D : public Layer {
public:
  explicit MaxPooling1D(MaxPooling1DOptions options = {});
};
/// Largest element of each window of (batch, height, width, channels); padding never wins.
class MaxPooling2D : public Layer {
public:
  explicit MaxPooling2D(MaxPooling2DOptions options = {});
};
/// Mean of each window of (batch, time, channels); padding does not count.
class AveragePooling1D : public Layer {
public:
  explicit AveragePooling1D(AveragePooling1DOptions options);
};
/// Mean of each window of (batch, height, width, channels); padding does not count.
class AveragePooling2D : public Layer {
public:
  explicit AveragePooling2D(AveragePooling2DOptions options);
};

struct GlobalPoolingOptions {
  /// "channels_last" or "channels_first".
  std::string dataFormat = "channels_last";
  /// Keep the spatial axes as 1.
  bool keepdims = false;
  Regularizer activityRegularizer = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const GlobalPoolingOptions &, const GlobalPoolingOptions &) = default;
};
/// Largest over time: (batch, time, channels) to (batch, channels).
class GlobalMaxPooling1D : public Layer {
public:
  explicit GlobalMaxPooling1D(GlobalPoolingOptions options = {});
};
/// Largest over height and width: (batch, height, width, channels) to (batch, channels).
class GlobalMaxPooling2D : public Layer {
public:
  explicit GlobalMaxPooling2D(GlobalPoolingOptions options = {});
};
/// Mean over time: (batch, time, channels) to (batch, channels).
class GlobalAveragePooling1D : public Layer {
public:
  explicit GlobalAveragePooling1D(GlobalPoolingOptions options = {});
};
/// Mean over height and width: (batch, height, width, channels) to (batch, channels).
class GlobalAveragePooling2D : public Layer {
public:
  explicit GlobalAveragePooling2D(GlobalPoolingOptions options = {});
};

/// Keras's other names.
using AvgPool1D = AveragePooling1D;
using AvgPool2D = AveragePooling2D;
using GlobalAvgPool1D = GlobalAveragePooling1D;
using GlobalAvgPool2D = GlobalAveragePooling2D;
using GlobalMaxPool1D = GlobalMaxPooling1D;
using GlobalMaxPool2D = GlobalMaxPooling2D;
using MaxPool1D = MaxPooling1D;
using MaxPool2D = MaxPooling2D;

} // namespace tenon
#endif // TENON_LAYERS_POOLING_H
