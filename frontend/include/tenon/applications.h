// SPDX-License-Identifier: Apache-2.0
// Networks for images with Keras's layers, names and weights' order.
#ifndef TENON_APPLICATIONS_H
#define TENON_APPLICATIONS_H

#include <optional>
#include <string>
#include <tenon/model.h>
#include <vector>

namespace tenon::applications {

/// What every network takes; Keras's arguments in Keras's order.
struct Options {
  /// The classifier behind the last convolutions.
  bool includeTop = true;
  /// "imagenet" (the file that Keras keeps in ~/.keras/models, or in models below $KERAS_HOME), the path of a
  /// file that Model::loadWeights takes, or std::nullopt for random weights.
  std::optional<std::string> weights = "imagenet";
  /// Height, width, channels; {} for the network's own size and, without a classifier, for sides of any size. Sides may
  /// be None without a classifier.
  Shape inputShape = {};
  /// Without a classifier: "avg" or "max" over the image, or std::nullopt for all of its pixels.
  std::optional<std::string> pooling = std::nullopt;
  int64_t classes = 1000;
  /// "linear" gives the logits.
  std::string classifierActivation = "softmax";
  /// "" for the network's.
  std::string name = {};
};

/// 299 x 299, sides of 75 or more; preprocessInput(x, "tf"). An Error that starts with the network's name says which
/// option does not fit, or which file is missing and where it belongs; so for all of these.
Model InceptionV3(const Options &options = {});
/// 299 x 299, sides of 71 or more; preprocessInput(x, "tf").
Model Xception(const Options &options = {});
/// 224 x 224, sides of 32 or more; preprocessInput(x, "caffe").
Model ResNet50(const Options &options = {});

struct MobileNetOptions {
  Shape inputShape = {};
  /// Multiplies the number of filters.
  double alpha = 1.0;
  /// Depthwise filters of each channel.
  int64_t depthMultiplier = 1;
  double dropout = 1e-3;
  bool includeTop = true;
  std::optional<std::string> weights = "imagenet";
  std::optional<std::string> pooling = std::nullopt;
  int64_t classes = 1000;
  std::string classifierActivation = "softmax";
  std::string name = {};
};
/// 224 x 224, sides of 32 or more; preprocessInput(x, "tf").
Model MobileNet(const MobileNetOptions &options = {});

struct MobileNetV2Options {
  Shape inputShape = {};
  /// Multiplies the number of filters.
  double alpha = 1.0;
  bool includeTop = true;
  std::optional<std::string> weights = "imagenet";
  std::optional<std::string> pooling = std::nullopt;
  int64_t classes = 1000;
  std::string classifierActivation = "softmax";
  std::string name = {};
};
/// 224 x 224, sides of 32 or more; preprocessInput(x, "tf").
Model MobileNetV2(const MobileNetV2Options &options = {});

/// Images (height, width, 3) or batches of them, RGB with values from 0 to 255, as a network was trained on them. "tf":
/// scaled to [-1, 1]; "caffe": BGR with the means of ImageNet taken off; "torch": scaled to [0, 1], then by ImageNet's
/// means and deviations. The result is a new float32 array.
Array preprocessInput(const Array &images, const std::string &mode = "caffe");

/// A class of ImageNet.
struct Prediction {
  std::string className;   ///< WordNet's: "n02123045"
  std::string description; ///< "tabby"
  float score;
};
/// The `top` best classes of every row of predictions (samples, 1000), the best first. Reads imagenet_class_index.json
/// from where Keras keeps it; an Error says where it belongs when it is missing.
std::vector<std::vector<Prediction>> decodePredictions(const Array &predictions, int top = 5);

} // namespace tenon::applications
#endif // TENON_APPLICATIONS_H
