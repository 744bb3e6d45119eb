// SPDX-License-Identifier: Apache-2.0
// Deep Residual Learning for Image Recognition (arxiv.org/abs/1512.03385), as Keras builds it.
#include "frontend/applications/Network.h"

namespace tenon::applications {
namespace {

Tensor batchNorm(const Tensor &x, const std::string &name) {
  return BatchNormalization({.axis = 3, .epsilon = 1.001e-5, .name = name})(x);
}
Tensor relu(const Tensor &x, const std::string &name) { return Activation({.activation = "relu", .name = name})(x); }

Tensor block(const Tensor &x, int64_t filters, int64_t strides, bool projected, const std::string &name) {
  Tensor shortcut = x;
  if (projected)
    shortcut =
        batchNorm(Conv2D({.filters = 4 * filters, .kernelSize = 1, .strides = strides, .name = name + "_0_conv"})(x),
                  name + "_0_bn");
  Tensor y = Conv2D({.filters = filters, .kernelSize = 1, .strides = strides, .name = name + "_1_conv"})(x);
  y = relu(batchNorm(y, name + "_1_bn"), name + "_1_relu");
  y = Conv2D({.filters = filters, .kernelSize = 3, .padding = "same", .name = name + "_2_conv"})(y);
  y = relu(batchNorm(y, name + "_2_bn"), name + "_2_relu");
  y = batchNorm(Conv2D({.filters = 4 * filters, .kernelSize = 1, .name = name + "_3_conv"})(y), name + "_3_bn");
  return relu(Add({.name = name + "_add"})({shortcut, y}), name + "_out");
}

Tensor stack(Tensor x, int64_t filters, int blocks, int64_t strides, const std::string &name) {
  for (int i = 1; i <= blocks; ++i)
    x = block(x, filters, i == 1 ? strides : 1, i == 1, name + "_block" + std::to_string(i));
  return x;
}

} // namespace

Model ResNet50(const Options &options) {
  Network network{options.name.empty() ? "resnet50" : options.name, options, 224, 32};
  Tensor image = imageInput(network);
  Tensor x = ZeroPadding2D({.padding = 3, .name = "conv1_pad"})(image);
  x = Conv2D({.filters = 64, .kernelSize = 7, .strides = 2, .name = "conv1_conv"})(x);
  x = relu(batchNorm(x, "conv1_bn"), "conv1_relu");
  x = ZeroPadding2D({.padding = 1, .name = "pool1_pad"})(x);
  x = MaxPooling2D({.poolSize = 3, .strides = 2, .name = "pool1_pool"})(x);
  x = stack(x, 64, 3, 1, "conv2");
  x = stack(x, 128, 4, 2, "conv3");
  x = stack(x, 256, 6, 2, "conv4");
  x = stack(x, 512, 3, 2, "conv5");
  x = head(network, x, {.classifier = "avg_pool", .avg = "avg_pool", .max = "max_pool"});
  return finish(network, image, x,
                options.includeTop ? "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
                                   : "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5");
}

} // namespace tenon::applications
