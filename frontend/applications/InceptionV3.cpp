// SPDX-License-Identifier: Apache-2.0
// Rethinking the Inception Architecture for Computer Vision (arxiv.org/abs/1512.00567), as Keras builds it.
#include "frontend/applications/Network.h"

namespace tenon::applications {
namespace {

Tensor convBn(const Tensor &x, int64_t filters, Extent2D kernel, Extent2D strides = 1, const char *padding = "same") {
  Tensor y =
      Conv2D({.filters = filters, .kernelSize = kernel, .strides = strides, .padding = padding, .useBias = false})(x);
  return Activation("relu")(BatchNormalization({.axis = 3, .scale = false})(y));
}

Tensor pooled(const Tensor &x, int64_t filters) {
  return convBn(AveragePooling2D({.poolSize = 3, .strides = 1, .padding = "same"})(x), filters, 1);
}
Tensor reduced(const Tensor &x) { return MaxPooling2D({.poolSize = 3, .strides = 2})(x); }
Tensor joined(std::initializer_list<Tensor> branches, const std::string &name = "") {
  return concatenate(branches, {.axis = 3, .name = name});
}

// 35 x 35
Tensor block35(const Tensor &x, int64_t poolFilters, const std::string &name) {
  Tensor one = convBn(x, 64, 1);
  Tensor five = convBn(convBn(x, 48, 1), 64, 5);
  Tensor three = convBn(convBn(convBn(x, 64, 1), 96, 3), 96, 3);
  return joined({one, five, three, pooled(x, poolFilters)}, name);
}

// 17 x 17
Tensor block17(const Tensor &x, int64_t width, const std::string &name) {
  Tensor one = convBn(x, 192, 1);
  Tensor seven = convBn(convBn(convBn(x, width, 1), width, {1, 7}), 192, {7, 1});
  Tensor twice = convBn(convBn(convBn(x, width, 1), width, {7, 1}), width, {1, 7});
  twice = convBn(convBn(twice, width, {7, 1}), 192, {1, 7});
  return joined({one, seven, twice, pooled(x, 192)}, name);
}

// 8 x 8
Tensor block8(const Tensor &x, const std::string &name, const std::string &innerName) {
  Tensor one = convBn(x, 320, 1);
  Tensor three = convBn(x, 384, 1);
  Tensor row = convBn(three, 384, {1, 3}), column = convBn(three, 384, {3, 1});
  three = joined({row, column}, innerName);
  Tensor twice = convBn(convBn(x, 448, 1), 384, 3);
  row = convBn(twice, 384, {1, 3});
  column = convBn(twice, 384, {3, 1});
  twice = joined({row, column});
  return joined({one, three, twice, pooled(x, 192)}, name);
}

} // namespace

Model InceptionV3(const Options &options) {
  Network network{options.name.empty() ? "inception_v3" : options.name, options, 299, 75};
  Tensor image = imageInput(network);
  Tensor x = convBn(convBn(image, 32, 3, 2, "valid"), 32, 3, 1, "valid");
  x = reduced(convBn(x, 64, 3));
  x = reduced(convBn(convBn(x, 80, 1, 1, "valid"), 192, 3, 1, "valid"));

  x = block35(x, 32, "mixed0");
  x = block35(x, 64, "mixed1");
  x = block35(x, 64, "mixed2");

  Tensor three = convBn(x, 384, 3, 2, "valid");
  Tensor twice = convBn(convBn(convBn(x, 64, 1), 96, 3), 96, 3, 2, "valid");
  x = joined({three, twice, reduced(x)}, "mixed3");

  x = block17(x, 128, "mixed4");
  x = block17(x, 160, "mixed5");
  x = block17(x, 160, "mixed6");
  x = block17(x, 192, "mixed7");

  three = convBn(convBn(x, 192, 1), 320, 3, 2, "valid");
  Tensor seven = convBn(convBn(convBn(convBn(x, 192, 1), 192, {1, 7}), 192, {7, 1}), 192, 3, 2, "valid");
  x = joined({three, seven, reduced(x)}, "mixed8");

  x = block8(x, "mixed9", "mixed9_0");
  x = block8(x, "mixed10", "mixed9_1");

  x = head(network, x, {.classifier = "avg_pool"});
  return finish(network, image, x,
                options.includeTop ? "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"
                                   : "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5");
}

} // namespace tenon::applications
