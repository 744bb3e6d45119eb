// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_CONVOLUTION_H
#define TENON_LAYERS_CONVOLUTION_H

#include <tenon/constraints.h>
#include <tenon/initializers.h>
#include <tenon/layer.h>
#include <tenon/layers/extent.h>
#include <tenon/regularizers.h>

namespace tenon {

/// Over `Rank` spatial axes.
template <size_t Rank> struct ConvolutionOptions {
  /// Output channels; required.
  int64_t filters = 0;
  /// Window; required.
  Extent<Rank> kernelSize = std::nullopt;
  Extent<Rank> strides = 1;
  /// "valid" (only whole windows), "same" (ceil(size / strides) windows, the input padded with zeros, an odd one at the
  /// end), or, over one axis, "causal" (no window sees what comes after its place).
  std::string padding = "valid";
  /// "channels_last": (batch, spatial.., channels), or "channels_first": (batch, channels, spatial..).
  std::string dataFormat = "channels_last";
  /// Distance of a window's elements; above 1 only with strides of 1.
  Extent<Rank> dilationRate = 1;
  /// Filters see only their group's share of the input channels.
  int64_t groups = 1;
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
  friend bool operator==(const ConvolutionOptions &, const ConvolutionOptions &) = default;
};
using Conv1DOptions = ConvolutionOptions<1>;
using Conv2DOptions = ConvolutionOptions<2>;

/// 1-d cross-correlation of (batch, time, channels). Weights: kernel (window, channels / groups, filters), bias
/// (filters).
class Conv1D : public Layer {
public:
  explicit Conv1D(Conv1DOptions options);
};
/// 2-d cross-correlation of (batch, height, width, channels). Weights: kernel (height, width, channels / groups,
/// filters), bias (filters).
class Conv2D : public Layer {
public:
  explicit Conv2D(Conv2DOptions options);
};

struct DepthwiseConv2DOptions {
  /// Window; required.
  Extent2D kernelSize = std::nullopt;
  Extent2D strides = 1;
  /// "valid" or "same".
  std::string padding = "valid";
  /// Filters of each input channel.
  int64_t depthMultiplier = 1;
  /// "channels_last" or "channels_first".
  std::string dataFormat = "channels_last";
  Extent2D dilationRate = 1;
  std::string activation = "linear";
  bool useBias = true;
  Initializer depthwiseInitializer = "glorot_uniform";
  Initializer biasInitializer = "zeros";
  Regularizer depthwiseRegularizer = std::nullopt;
  Regularizer biasRegularizer = std::nullopt;
  Regularizer activityRegularizer = std::nullopt;
  Constraint depthwiseConstraint = std::nullopt;
  Constraint biasConstraint = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const DepthwiseConv2DOptions &, const DepthwiseConv2DOptions &) = default;
};
/// Filters of its own for each channel of (batch, height, width, channels); result channel c * depthMultiplier + m is
/// filter m of channel c. Weights: kernel (height, width, channels, depthMultiplier), bias (channels *
/// depthMultiplier).
class DepthwiseConv2D : public Layer {
public:
  explicit DepthwiseConv2D(DepthwiseConv2DOptions options);
};

struct SeparableConv2DOptions {
  /// Output channels; required.
  int64_t filters = 0;
  /// Window; required.
  Extent2D kernelSize = std::nullopt;
  Extent2D strides = 1;
  /// "valid" or "same".
  std::string padding = "valid";
  /// "channels_last" or "channels_first".
  std::string dataFormat = "channels_last";
  Extent2D dilationRate = 1;
  /// Filters of each input channel before they are combined.
  int64_t depthMultiplier = 1;
  std::string activation = "linear";
  bool useBias = true;
  Initializer depthwiseInitializer = "glorot_uniform";
  Initializer pointwiseInitializer = "glorot_uniform";
  Initializer biasInitializer = "zeros";
  Regularizer depthwiseRegularizer = std::nullopt;
  Regularizer pointwiseRegularizer = std::nullopt;
  Regularizer biasRegularizer = std::nullopt;
  Regularizer activityRegularizer = std::nullopt;
  Constraint depthwiseConstraint = std::nullopt;
  Constraint pointwiseConstraint = std::nullopt;
  Constraint biasConstraint = std::nullopt;
  std::string name = {};
  bool trainable = true;
  /// For the first layer of a Sequential without an Input: one sample's shape.
  Shape inputShape = {};
  friend bool operator==(const SeparableConv2DOptions &, const SeparableConv2DOptions &) = default;
};
/// A depthwise convolution, then a 1x1 one over its channels; bias and activation at the end only. Weights:
/// depthwise_kernel (height, width, channels, depthMultiplier), pointwise_kernel (1, 1, channels * depthMultiplier,
/// filters), bias (filters).
class SeparableConv2D : public Layer {
public:
  explicit SeparableConv2D(SeparableConv2DOptions options);
};

/// Keras's other names.
using Convolution1D = Conv1D;
using Convolution2D = Conv2D;
using DepthwiseConvolution2D = DepthwiseConv2D;
using SeparableConvolution2D = SeparableConv2D;

} // namespace tenon
#endif // TENON_LAYERS_CONVOLUTION_H
