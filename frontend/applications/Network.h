// SPDX-License-Identifier: Apache-2.0
// What the networks share: input shape, classifier, weights.
#pragma once
#include <tenon/applications.h>
#include <tenon/layers.h>

namespace tenon::applications {

/// A network being built.
struct Network {
  std::string name; ///< in front of messages, and the model's
  Options options;
  int64_t defaultSize, minSize;
};

/// Checks the options and gives the input; an Error that starts with the network's name.
Tensor imageInput(const Network &network);
/// Is the classifier's activation one that pretrained weights belong to? An Error if not.
void checkClassifier(const Network &network);
/// Behind the last convolution without a classifier: what options.pooling says. `avg` and `max` name the layers.
Tensor poolFeatures(const Network &network, const Tensor &x, const std::string &avg = "", const std::string &max = "");
/// Names of a head's pooling layers, "" for automatic ones: before the classifier, and without one.
struct HeadNames {
  std::string classifier = {}, avg = {}, max = {};
};
/// Behind the last convolution: the mean over the image and a Dense layer "predictions", or without a classifier
/// poolFeatures.
Tensor head(const Network &network, const Tensor &x, const HeadNames &names = {});
/// The model with its weights. `imagenet` is the file that Keras keeps ImageNet's weights in.
Model finish(const Network &network, const Tensor &image, const Tensor &result, const std::string &imagenet);

/// Path of a file where Keras keeps its downloads.
std::string kerasFile(const std::string &name);
/// An Error that says that the file is missing and where it belongs, unless it is there.
void requireKerasFile(const std::string &what, const std::string &name);

} // namespace tenon::applications
