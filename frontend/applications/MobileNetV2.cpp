// SPDX-License-Identifier: Apache-2.0
// MobileNetV2: Inverted Residuals and Linear Bottlenecks (arxiv.org/abs/1801.04381), as Keras builds it.
#include "frontend/applications/MobileNets.h"
#include <algorithm>

namespace tenon::applications {
namespace {

// The nearest multiple of eight that is no more than a tenth below.
int64_t multipleOf8(double filters) {
  int64_t rounded = std::max<int64_t>(8, static_cast<int64_t>(filters + 4) / 8 * 8);
  return double(rounded) < 0.9 * filters ? rounded + 8 : rounded;
}

Tensor batchNorm(const Tensor &x, const std::string &name) {
  return BatchNormalization({.momentum = 0.999, .epsilon = 1e-3, .name = name})(x);
}

// One before and one behind, and one less before where the side is even or (as in Keras) not known.
Margin2D paddingFor(const Tensor &x) {
  auto side = [](int64_t size) { return Margin(size == None || size % 2 == 0 ? 0 : 1, 1); };
  return {side(x.shape()[1]), side(x.shape()[2])};
}

Tensor invertedBlock(const Tensor &inputs, int64_t filters, double alpha, int64_t strides, int number) {
  int64_t channels = inputs.shape()[3], narrow = multipleOf8(double(static_cast<int64_t>(double(filters) * alpha)));
  std::string prefix = number ? "block_" + std::to_string(number) + "_" : "expanded_conv_";
  Tensor x = inputs;
  if (number) {
    x = Conv2D(
        {.filters = 6 * channels, .kernelSize = 1, .padding = "same", .useBias = false, .name = prefix + "expand"})(x);
    x = relu6(batchNorm(x, prefix + "expand_BN"), prefix + "expand_relu");
  }
  if (strides == 2)
    x = ZeroPadding2D({.padding = paddingFor(x), .name = prefix + "pad"})(x);
  x = DepthwiseConv2D({.kernelSize = 3,
                       .strides = strides,
                       .padding = strides == 1 ? "same" : "valid",
                       .useBias = false,
                       .name = prefix + "depthwise"})(x);
  x = relu6(batchNorm(x, prefix + "depthwise_BN"), prefix + "depthwise_relu");
  x = Conv2D({.filters = narrow, .kernelSize = 1, .padding = "same", .useBias = false, .name = prefix + "project"})(x);
  x = batchNorm(x, prefix + "project_BN");
  return channels == narrow && strides == 1 ? Add({.name = prefix + "add"})({inputs, x}) : x;
}

} // namespace

Model MobileNetV2(const MobileNetV2Options &options) {
  Network network = mobileNetwork("mobilenetv2", options, {0.35, 0.5, 0.75, 1, 1.3, 1.4}, {96, 128, 160, 192, 224});
  Tensor image = imageInput(network);
  Tensor x = Conv2D({.filters = multipleOf8(32 * options.alpha),
                     .kernelSize = 3,
                     .strides = 2,
                     .padding = "same",
                     .useBias = false,
                     .name = "Conv1"})(image);
  x = relu6(batchNorm(x, "bn_Conv1"), "Conv1_relu");
  struct Stage {
    int64_t filters, strides;
    int blocks;
  };
  int number = 0;
  for (auto [filters, strides, blocks] :
       {Stage{16, 1, 1}, {24, 2, 2}, {32, 2, 3}, {64, 2, 4}, {96, 1, 3}, {160, 2, 3}, {320, 1, 1}})
    for (int i = 0; i < blocks; ++i)
      x = invertedBlock(x, filters, options.alpha, i == 0 ? strides : 1, number++);
  // A network that is made narrower keeps its last layer.
  int64_t last = options.alpha > 1 ? multipleOf8(1280 * options.alpha) : 1280;
  x = Conv2D({.filters = last, .kernelSize = 1, .useBias = false, .name = "Conv_1"})(x);
  x = relu6(batchNorm(x, "Conv_1_bn"), "out_relu");
  x = head(network, x);
  return finish(network, image, x,
                "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_" + shortText(options.alpha) + "_" +
                    std::to_string(pretrainedSize(network, image, {96, 128, 160, 192, 224})) +
                    (options.includeTop ? ".h5" : "_no_top.h5"));
}

} // namespace tenon::applications
