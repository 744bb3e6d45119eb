// SPDX-License-Identifier: Apache-2.0
// MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications (arxiv.org/abs/1704.04861), as
// Keras builds them.
#include "frontend/applications/MobileNets.h"

namespace tenon::applications {
namespace {

Tensor normalized(const Tensor &x, const std::string &name) {
  return relu6(BatchNormalization({.name = name + "_bn"})(x), name + "_relu");
}

Tensor depthwiseBlock(Tensor x, int64_t filters, const MobileNetOptions &options, int64_t strides, int number) {
  std::string id = std::to_string(number);
  if (strides == 2)
    x = ZeroPadding2D({.padding = {{0, 1}, {0, 1}}, .name = "conv_pad_" + id})(x);
  x = DepthwiseConv2D({.kernelSize = 3,
                       .strides = strides,
                       .padding = strides == 1 ? "same" : "valid",
                       .depthMultiplier = options.depthMultiplier,
                       .useBias = false,
                       .name = "conv_dw_" + id})(x);
  x = normalized(x, "conv_dw_" + id);
  x = Conv2D({.filters = static_cast<int64_t>(double(filters) * options.alpha),
              .kernelSize = 1,
              .padding = "same",
              .useBias = false,
              .name = "conv_pw_" + id})(x);
  return normalized(x, "conv_pw_" + id);
}

} // namespace

Model MobileNet(const MobileNetOptions &options) {
  Network network = mobileNetwork("mobilenet", options, {0.25, 0.5, 0.75, 1}, {128, 160, 192, 224});
  if (options.weights == "imagenet" && options.depthMultiplier != 1)
    throw Error(network.name + ": ImageNet's weights have a depthMultiplier of 1, got " +
                    std::to_string(options.depthMultiplier),
                Fault::Usage);
  Tensor image = imageInput(network);
  Tensor x = Conv2D({.filters = static_cast<int64_t>(32 * options.alpha),
                     .kernelSize = 3,
                     .strides = 2,
                     .padding = "same",
                     .useBias = false,
                     .name = "conv1"})(image);
  x = normalized(x, "conv1");
  struct Block {
    int64_t filters, strides;
  };
  int number = 1;
  for (auto [filters, strides] : {Block{64, 1},
                                  {128, 2},
                                  {128, 1},
                                  {256, 2},
                                  {256, 1},
                                  {512, 2},
                                  {512, 1},
                                  {512, 1},
                                  {512, 1},
                                  {512, 1},
                                  {512, 1},
                                  {1024, 2},
                                  {1024, 1}})
    x = depthwiseBlock(x, filters, options, strides, number++);
  if (options.includeTop) {
    x = GlobalAveragePooling2D({.keepdims = true})(x);
    x = Dropout({.rate = options.dropout, .name = "dropout"})(x);
    x = Conv2D({.filters = options.classes, .kernelSize = 1, .padding = "same", .name = "conv_preds"})(x);
    x = Reshape({.targetShape = {options.classes}, .name = "reshape_2"})(x);
    checkClassifier(network);
    x = Activation({.activation = options.classifierActivation, .name = "predictions"})(x);
  } else {
    x = poolFeatures(network, x);
  }
  const char *width = options.alpha == 1 ? "1_0" : options.alpha == 0.75 ? "7_5" : options.alpha == 0.5 ? "5_0" : "2_5";
  return finish(network, image, x,
                std::string("mobilenet_") + width + "_" +
                    std::to_string(pretrainedSize(network, image, {128, 160, 192, 224})) +
                    (options.includeTop ? "_tf.h5" : "_tf_no_top.h5"));
}

} // namespace tenon::applications
