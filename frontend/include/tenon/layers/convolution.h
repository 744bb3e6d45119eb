// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_CONVOLUTION_H
#define TENON_LAYERS_CONVOLUTION_H

#include <tenon/initializers.h>
#include <tenon/layer.h>
#include <tenon/layers/extent.h>

namespace tenon {

struct Conv2DOptions {
  /// Output channels; required.
  int64_t filters = 0;
  /// Window; required.
  Extent2D kernelSize = std::nullopt;
  Extent2D strides = 1;
  /// "valid" or "same".
  std::string padding = "valid";
  Extent2D dilationRate = 1;
  int64_t groups = 1;
  std::string activation = "linear";
  bool useBias = true;
  Initializer kernelInitializer = "glorot_uniform";
  Initializer biasInitializer = "zeros";
  std::string name = {};
  bool trainable = true;
  friend bool operator==(const Conv2DOptions &, const Conv2DOptions &) = default;
};
/// 2-d cross-correlation of (batch, height, width, channels). Weights: kernel (height, width, channels / groups,
/// filters), bias (filters).
class Conv2D : public Layer {
public:
  explicit Conv2D(Conv2DOptions options);
};

} // namespace tenon
#endif // TENON_LAYERS_CONVOLUTION_H
