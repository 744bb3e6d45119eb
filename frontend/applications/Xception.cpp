// SPDX-License-Identifier: Apache-2.0
// Xception: Deep Learning with Depthwise Separable Convolutions (arxiv.org/abs/1610.02357), as Keras builds it.
#include "frontend/applications/Network.h"

namespace tenon::applications {
namespace {

Tensor relu(const Tensor &x, const std::string &name) { return Activation({.activation = "relu", .name = name})(x); }

Tensor convBn(const Tensor &x, int64_t filters, Extent2D strides, const std::string &name) {
  Tensor y = Conv2D({.filters = filters, .kernelSize = 3, .strides = strides, .useBias = false, .name = name})(x);
  return relu(BatchNormalization({.name = name + "_bn"})(y), name + "_act");
}

Tensor separableBn(const Tensor &x, int64_t filters, const std::string &name) {
  Tensor y =
      SeparableConv2D({.filters = filters, .kernelSize = 3, .padding = "same", .useBias = false, .name = name})(x);
  return BatchNormalization({.name = name + "_bn"})(y);
}

// Two separable convolutions and a pool of stride 2, added to a projection of the same stride.
Tensor reductionBlock(const Tensor &x, int64_t first, int64_t second, const std::string &name, bool activated) {
  Tensor residual = Conv2D({.filters = second, .kernelSize = 1, .strides = 2, .padding = "same", .useBias = false})(x);
  residual = BatchNormalization()(residual);
  Tensor y = separableBn(activated ? relu(x, name + "_sepconv1_act") : x, first, name + "_sepconv1");
  y = separableBn(relu(y, name + "_sepconv2_act"), second, name + "_sepconv2");
  y = MaxPooling2D({.poolSize = 3, .strides = 2, .padding = "same", .name = name + "_pool"})(y);
  return add({y, residual});
}

Tensor identityBlock(const Tensor &x, const std::string &name) {
  Tensor y = x;
  for (const char *part : {"_sepconv1", "_sepconv2", "_sepconv3"})
    y = separableBn(relu(y, name + part + "_act"), 728, name + part);
  return add({y, x});
}

} // namespace

Model Xception(const Options &options) {
  Network network{options.name.empty() ? "xception" : options.name, options, 299, 71};
  Tensor image = imageInput(network);
  Tensor x = convBn(convBn(image, 32, 2, "block1_conv1"), 64, 1, "block1_conv2");
  x = reductionBlock(x, 128, 128, "block2", false);
  x = reductionBlock(x, 256, 256, "block3", true);
  x = reductionBlock(x, 728, 728, "block4", true);
  for (int block = 5; block <= 12; ++block)
    x = identityBlock(x, "block" + std::to_string(block));
  x = reductionBlock(x, 728, 1024, "block13", true);
  x = relu(separableBn(x, 1536, "block14_sepconv1"), "block14_sepconv1_act");
  x = relu(separableBn(x, 2048, "block14_sepconv2"), "block14_sepconv2_act");
  x = head(network, x, {.classifier = "avg_pool"});
  return finish(network, image, x,
                options.includeTop ? "xception_weights_tf_dim_ordering_tf_kernels.h5"
                                   : "xception_weights_tf_dim_ordering_tf_kernels_notop.h5");
}

} // namespace tenon::applications
