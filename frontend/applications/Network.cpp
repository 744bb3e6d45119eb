// SPDX-License-Identifier: Apache-2.0
#include "frontend/applications/Network.h"
#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace tenon::applications {
namespace {

[[noreturn]] void fail(const Network &network, const std::string &message) {
  throw Error(network.name + ": " + message, Fault::Usage);
}

std::string text(const Shape &shape) {
  std::string out;
  for (int64_t dim : shape)
    out += (out.empty() ? "" : ", ") + (dim == None ? std::string("None") : std::to_string(dim));
  return "{" + out + "}";
}

} // namespace

Tensor imageInput(const Network &network) {
  const Options &options = network.options;
  bool imagenet = options.weights == "imagenet";
  if (options.weights && !imagenet && !std::filesystem::exists(*options.weights))
    fail(network,
         "expected weights \"imagenet\", std::nullopt or the path of a file, got \"" + *options.weights + "\"");
  if (imagenet && options.includeTop && options.classes != 1000)
    fail(network, "ImageNet's weights have 1000 classes, got classes = " + std::to_string(options.classes));
  if (options.classes < 1)
    fail(network, "expected classes of 1 or more, got " + std::to_string(options.classes));
  if (options.pooling && *options.pooling != "avg" && *options.pooling != "max")
    fail(network, "expected pooling \"avg\", \"max\" or std::nullopt, got \"" + *options.pooling + "\"");

  Shape shape = options.inputShape;
  if (shape.empty())
    shape = options.includeTop ? Shape{network.defaultSize, network.defaultSize, 3} : Shape{None, None, 3};
  if (shape.size() != 3)
    fail(network, "expected an inputShape of height, width and channels, got " + text(shape));
  if (imagenet && options.includeTop && shape != Shape{network.defaultSize, network.defaultSize, 3})
    fail(network, "ImageNet's weights with the classifier take an inputShape of " +
                      text({network.defaultSize, network.defaultSize, 3}) + ", got " + text(shape));
  if (imagenet && shape[2] != 3)
    fail(network, "ImageNet's weights take three channels, got inputShape " + text(shape));
  for (int axis : {0, 1}) {
    if (shape[axis] != None && shape[axis] < network.minSize)
      fail(network, "expected sides of " + std::to_string(network.minSize) + " or more, got inputShape " + text(shape));
    if (shape[axis] == None && options.includeTop)
      fail(network, "the classifier needs sides of a known size, got inputShape " + text(shape));
  }
  return Input(shape);
}

void checkClassifier(const Network &network) {
  const std::string &activation = network.options.classifierActivation;
  if (network.options.weights && activation != "softmax" && activation != "linear")
    fail(network, "weights from a file belong to the classifierActivation \"softmax\" or \"linear\", got \"" +
                      activation + "\"");
}

Tensor poolFeatures(const Network &network, const Tensor &x, const std::string &avg, const std::string &max) {
  if (network.options.pooling == "avg")
    return GlobalAveragePooling2D({.name = avg})(x);
  return network.options.pooling == "max" ? GlobalMaxPooling2D({.name = max})(x) : x;
}

Tensor head(const Network &network, const Tensor &x, const HeadNames &names) {
  const Options &options = network.options;
  if (!options.includeTop)
    return poolFeatures(network, x, names.avg, names.max);
  Tensor mean = GlobalAveragePooling2D({.name = names.classifier})(x);
  checkClassifier(network);
  return Dense({.units = options.classes, .activation = options.classifierActivation, .name = "predictions"})(mean);
}

std::string kerasFile(const std::string &name) {
  const char *own = std::getenv("KERAS_HOME"), *home = std::getenv("HOME");
  std::string root = own && *own ? own : std::string(home && *home ? home : "") + "/.keras";
  return root + "/models/" + name;
}

void requireKerasFile(const std::string &what, const std::string &name) {
  std::string path = kerasFile(name);
  if (!std::filesystem::exists(path))
    throw Error(what + ": " + name + " is missing, expected it at " + path + ", where Keras keeps its downloads");
}

Model finish(const Network &network, const Tensor &image, const Tensor &result, const std::string &imagenet) {
  Model model(image, result, {.name = network.name});
  if (!network.options.weights)
    return model;
  if (network.options.weights == "imagenet") {
    requireKerasFile(network.name, imagenet);
    model.loadWeights(kerasFile(imagenet));
  } else {
    model.loadWeights(*network.options.weights);
  }
  return model;
}

} // namespace tenon::applications
