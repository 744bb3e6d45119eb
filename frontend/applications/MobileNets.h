// SPDX-License-Identifier: Apache-2.0
// What MobileNet and MobileNetV2 share: names and files that depend on the width.
#pragma once
#include "frontend/applications/Network.h"
#include <algorithm>
#include <cstdio>

namespace tenon::applications {

/// What both cut their activations at.
inline Tensor relu6(const Tensor &x, const std::string &name) { return ReLU({.maxValue = 6.0, .name = name})(x); }

/// "1.0", "0.35": a width as Python prints it.
inline std::string shortText(double alpha) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", alpha);
  std::string out = text;
  return out.find('.') == std::string::npos ? out + ".0" : out;
}

/// The side of the images that the pretrained weights were made with: the input's, where there are such, else 224.
inline int64_t pretrainedSize(const Network &network, const Tensor &image, std::initializer_list<int64_t> sizes) {
  int64_t rows = image.shape()[1];
  bool known = rows == image.shape()[2] && std::find(sizes.begin(), sizes.end(), rows) != sizes.end();
  return known ? rows : 224;
}

/// Checks alpha and gives the network its name, "mobilenet_1.00_224" unless the options name it. Its default size is
/// the input's, where there are pretrained weights for it.
template <typename WidthOptions>
Network mobileNetwork(const std::string &base, const WidthOptions &o, std::initializer_list<double> pretrained,
                      std::initializer_list<int64_t> sizes) {
  Network network{o.name.empty() ? base : o.name,
                  {o.includeTop, o.weights, o.inputShape, o.pooling, o.classes, o.classifierActivation, o.name},
                  224,
                  32};
  if (!(o.alpha > 0 && o.alpha < 1e3))
    throw Error(network.name + ": expected an alpha above 0, got " + shortText(o.alpha), Fault::Usage);
  if (o.weights == "imagenet" && std::find(pretrained.begin(), pretrained.end(), o.alpha) == pretrained.end()) {
    std::string known;
    for (double alpha : pretrained)
      known += (known.empty() ? "" : ", ") + shortText(alpha);
    throw Error(network.name + ": ImageNet's weights are there for an alpha of " + known + ", got " +
                    shortText(o.alpha),
                Fault::Usage);
  }
  const Shape &shape = o.inputShape;
  bool square = shape.size() == 3 && shape[0] == shape[1];
  if (square && std::find(sizes.begin(), sizes.end(), shape[0]) != sizes.end())
    network.defaultSize = shape[0];
  if (o.name.empty()) {
    int64_t rows = !shape.empty() ? shape[0] : o.includeTop ? 224 : None;
    if (o.weights == "imagenet")
      rows = square ? network.defaultSize : 224;
    char text[64];
    std::snprintf(text, sizeof text, "_%.2f_%s", o.alpha, rows == None ? "None" : std::to_string(rows).c_str());
    network.name += text;
  }
  return network;
}

} // namespace tenon::applications
