// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_POOLING_H
#define TENON_LAYERS_POOLING_H

#include <tenon/layer.h>
#include <tenon/layers/extent.h>

namespace tenon {

struct MaxPooling2DOptions {
  Extent2D poolSize = 2;
  /// std::nullopt: the pool size.
  Extent2D strides = std::nullopt;
  /// "valid" or "same".
  std::string padding = "valid";
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const MaxPooling2DOptions &, const MaxPooling2DOptions &) = default;
};
/// Largest element of each window of (batch, height, width, channels).
class MaxPooling2D : public Layer {
public:
  explicit MaxPooling2D(MaxPooling2DOptions options = {});
};

struct AveragePooling2DOptions {
  /// Required.
  Extent2D poolSize = std::nullopt;
  /// std::nullopt: the pool size.
  Extent2D strides = std::nullopt;
  /// "valid" or "same".
  std::string padding = "valid";
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const AveragePooling2DOptions &, const AveragePooling2DOptions &) = default;
};
/// Mean of each window of (batch, height, width, channels); padding does not count.
class AveragePooling2D : public Layer {
public:
  explicit AveragePooling2D(AveragePooling2DOptions options);
};

struct GlobalAveragePooling2DOptions {
  /// Keep height and width as 1.
  bool keepdims = false;
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const GlobalAveragePooling2DOptions &, const GlobalAveragePooling2DOptions &) = default;
};
/// Mean over height and width: (batch, height, width, channels) to (batch, channels).
class GlobalAveragePooling2D : public Layer {
public:
  explicit GlobalAveragePooling2D(GlobalAveragePooling2DOptions options = {});
};

} // namespace tenon
#endif // TENON_LAYERS_POOLING_H
