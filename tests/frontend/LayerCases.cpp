// SPDX-License-Identifier: Apache-2.0
#include "tests/frontend/LayerCases.h"

namespace tenon::testing {

const std::vector<LayerCase> &layerCases() {
  static const std::vector<LayerCase> cases = {
    {"Activation", [] { return Activation("tanh"); }, {{3}}, {None, 3}},
    {"Add", [] { return Add(); }, {{2, 3}, {2, 3}}, {None, 2, 3}},
    {"AddBroadcast", [] { return Add(); }, {{4, 3}, {1, 3}, {4, 1}}, {None, 4, 3}},
    {"AddLowerRank", [] { return Add(); }, {{4, 3}, {3}}, {None, 4, 3}},
    {"AddUnknown", [] { return Add(); }, {{None, 3}, {None, 3}}, {None, None, 3}},
    {"AveragePooling2D", [] { return AveragePooling2D({.poolSize = 2}); }, {{5, 6, 3}}, {None, 2, 3, 3}},
    {"AveragePooling2DSame",
     [] {
       return AveragePooling2D({.poolSize = {3, 2}, .strides = {2, 1}, .padding = "same"});
     },
     {{5, 6, 3}},
     {None, 3, 6, 3}},
    {"BatchNormalization",
     [] { return BatchNormalization(); },
     {{3, 5}},
     {None, 3, 5},
     {{"gamma", {5}}, {"beta", {5}}, {"moving_mean", {5}}, {"moving_variance", {5}}}},
    {"BatchNormalizationBare",
     [] { return BatchNormalization({.axis = 1, .momentum = 0.5, .center = false, .scale = false}); },
     {{5}},
     {None, 5},
     {{"moving_mean", {5}}, {"moving_variance", {5}}}},
    {"Concatenate", [] { return Concatenate(); }, {{2, 3}, {2, 4}}, {None, 2, 7}},
    {"ConcatenateAxis", [] { return Concatenate({.axis = 1}); }, {{None, 3}, {5, 3}, {2, 3}}, {None, None, 3}},
    {"Conv2D",
     [] {
       return Conv2D({.filters = 4, .kernelSize = {3, 2}, .activation = "relu"});
     },
     {{6, 5, 3}},
     {None, 4, 4, 4},
     {{"kernel", {3, 2, 3, 4}}, {"bias", {4}}}},
    {"Conv2DSame",
     [] { return Conv2D({.filters = 4, .kernelSize = 3, .strides = 2, .padding = "same", .useBias = false}); },
     {{None, 7, 2}},
     {None, None, 4, 4},
     {{"kernel", {3, 3, 2, 4}}}},
    {"Conv2DGroups",
     [] { return Conv2D({.filters = 6, .kernelSize = 2, .dilationRate = 2, .groups = 2}); },
     {{5, 5, 4}},
     {None, 3, 3, 6},
     {{"kernel", {2, 2, 2, 6}}, {"bias", {6}}}},
    {"Dense",
     [] { return Dense({.units = 4, .activation = "sigmoid"}); },
     {{3}},
     {None, 4},
     {{"kernel", {3, 4}}, {"bias", {4}}}},
    {"DenseRank3",
     [] {
       return Dense({.units = 4, .useBias = false, .kernelInitializer = HeNormal({.seed = 3}), .trainable = false});
     },
     {{None, 3}},
     {None, None, 4},
     {{"kernel", {3, 4}}}},
    {"Dropout", [] { return Dropout({.rate = 0.25, .seed = 7}); }, {{2, 3}}, {None, 2, 3}},
    {"Flatten", [] { return Flatten(); }, {{2, 3, 4}}, {None, 24}},
    {"FlattenVector", [] { return Flatten(); }, {{}}, {None, 1}},
    {"FlattenUnknown", [] { return Flatten(); }, {{None, 4}}, {None, None}},
    {"GlobalAveragePooling2D", [] { return GlobalAveragePooling2D(); }, {{3, None, 5}}, {None, 5}},
    {"GlobalAveragePooling2DKept",
     [] { return GlobalAveragePooling2D({.keepdims = true}); },
     {{3, 4, 5}},
     {None, 1, 1, 5}},
    {"MaxPooling2D", [] { return MaxPooling2D(); }, {{4, 5, 3}}, {None, 2, 2, 3}},
    {"MaxPooling2DStrided",
     [] { return MaxPooling2D({.poolSize = 3, .strides = 1, .padding = "same"}); },
     {{4, 5, 3}},
     {None, 4, 5, 3}},
    {"ReLU", [] { return ReLU(); }, {{3}}, {None, 3}},
    {"ReLUOptions", [] { return ReLU({.maxValue = 6, .negativeSlope = 0.1, .threshold = 0.5}); }, {{3}}, {None, 3}},
    {"Rescaling", [] { return Rescaling({.scale = 0.5, .offset = 1}); }, {{3}}, {None, 3}},
    {"Reshape",
     [] {
       return Reshape({.targetShape = {2, -1}});
     },
     {{3, 4}},
     {None, 2, 6}},
    {"ReshapeUnknown",
     [] {
       return Reshape({.targetShape = {-1, 4}});
     },
     {{None, 2}},
     {None, None, 4}},
    {"Softmax", [] { return Softmax(); }, {{2, 3}}, {None, 2, 3}},
    {"SoftmaxAxis", [] { return Softmax({.axis = 1}); }, {{2, 3, 4}}, {None, 2, 3, 4}},
};
  return cases;
}

} // namespace tenon::testing
