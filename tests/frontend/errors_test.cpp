// SPDX-License-Identifier: Apache-2.0
// Every mistake a user can make with a layer or a model, and what is said about it.
#include "tests/frontend/Interpret.h"
#include <tenon/layers.h>

namespace tenon::graph {
namespace {

struct Mistake {
  const char *title;
  std::function<void()> make;
  const char *message;
};
void PrintTo(const Mistake &mistake, std::ostream *out) { *out << mistake.title; }

Tensor input(Shape shape) { return Input(std::move(shape), {.name = "x"}); }

const Mistake mistakes[] = {
    {"StatefulNeedsTheBatch", [] { LSTM({.units = 3, .stateful = true})(input({5, 2})); },
     "lstm: is stateful, so the batch size must be known, got an input of shape (None, 5, 2); give Input a batchSize"},
    {"StatefulOfAnotherBatch",
     [] {
       LSTM lstm({.units = 3, .stateful = true});
       lstm(Input({5, 2}, {.batchSize = 2}));
       lstm(Input({5, 2}, {.batchSize = 4}));
     },
     "lstm: is stateful for batches of 2, got an input of shape (4, 5, 2)"},
    {"DenseRank", [] { Dense({.units = 4})(input({})); },
     "dense: expected an input of rank 2 or more, got shape (None,)"},
    {"DenseUnknownAxis", [] { Dense({.units = 4})(input({None})); },
     "dense: the last axis of the input must be known, got shape (None, None)"},
    {"DenseTwoInputs",
     [] {
       Dense({.units = 4})({input({3}), input({3})});
     },
     "dense: expected one input, got 2"},
    {"DenseUnits", [] { Dense({.activation = "relu"}); }, "dense: expected units of 1 or more, got 0"},
    {"DenseNegativeUnits", [] { Dense({.units = -3, .name = "wide"}); }, "wide: expected units of 1 or more, got -3"},
    {"DenseActivation", [] { Dense({.units = 4, .activation = "rleu"}); },
     "dense: unknown activation 'rleu', expected one of celu, elu, exponential, hard_shrink, hard_sigmoid, hard_silu, "
     "hard_tanh, leaky_relu, linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, "
     "softmax, softplus, softsign, sparse_plus, sparse_sigmoid, squareplus, tanh, tanh_shrink"},
    {"DenseRegularizer", [] { Dense({.units = 4, .kernelRegularizer = "l3"}); },
     "unknown regularizer 'l3', expected one of l1, l1l2, l2"},
    {"RegularizerFactor", [] { L1L2({.l1 = 0.1, .l2 = -0.5}); },
     "regularizer L1L2: expected l2 of 0 or more, got -0.5"},
    {"DenseConstraint", [] { Dense({.units = 4, .biasConstraint = "positive"}); },
     "unknown constraint 'positive', expected one of max_norm, min_max_norm, non_neg, unit_norm"},
    {"ConstraintAxis", [] { Dense({.units = 4, .kernelConstraint = UnitNorm({.axis = {0, 2}})})(input({3})); },
     "dense: constraint UnitNorm: axis 2 is outside a weight kernel of shape (3, 4)"},
    {"DenseOtherInput",
     [] {
       Dense dense({.units = 4});
       dense(input({3}));
       dense(input({5}));
     },
     "dense: expected an input whose last axis has size 3, got shape (None, 5)"},
    {"Initializer", [] { Dense({.units = 4, .kernelInitializer = "he"}); },
     "unknown initializer 'he', expected one of constant, glorot_normal, glorot_uniform, he_normal, he_uniform, ones, "
     "orthogonal, random_normal, random_uniform, truncated_normal, zeros"},
    {"NameWithSlash", [] { Dense({.units = 4, .name = "a/b"}); }, "a/b: a layer's name must not contain '/'"},
    {"EmptyTensor", [] { Dense({.units = 4})(Tensor()); }, "dense: called with a tensor that stands for no value"},
    {"ShapeOfEmptyTensor", [] { Tensor().shape(); },
     "tensor: stands for no value; make one with Input or a layer's call"},
    {"ConvRank",
     [] {
       Conv2D({.filters = 2, .kernelSize = 3})(input({8, 8}));
     },
     "conv2d: expected an input of rank 4, got shape (None, 8, 8)"},
    {"ConvFilters", [] { Conv2D({.kernelSize = 3}); }, "conv2d: expected filters of 1 or more, got 0"},
    {"ConvKernel", [] { Conv2D({.filters = 3}); }, "conv2d: option kernelSize is required"},
    {"ConvStrides",
     [] {
       Conv2D({.filters = 3, .kernelSize = 3, .strides = {0, 1}});
     },
     "conv2d: expected strides of 1 or more, got (0, 1)"},
    {"ConvPadding", [] { Conv2D({.filters = 3, .kernelSize = 3, .padding = "full"}); },
     "conv2d: expected padding \"valid\" or \"same\", got \"full\""},
    {"ConvCausal", [] { Conv2D({.filters = 3, .kernelSize = 3, .padding = "causal"}); },
     "conv2d: expected padding \"valid\" or \"same\", got \"causal\""},
    {"Conv1DPadding", [] { Conv1D({.filters = 3, .kernelSize = 3, .padding = "full"}); },
     "conv1d: expected padding \"valid\", \"same\" or \"causal\", got \"full\""},
    {"Conv1DRank", [] { Conv1D({.filters = 2, .kernelSize = 3})(input({8, 8, 1})); },
     "conv1d: expected an input of rank 3, got shape (None, 8, 8, 1)"},
    {"Conv1DKernel", [] { Conv1D({.filters = 2, .kernelSize = 0}); },
     "conv1d: expected kernelSize of 1 or more, got (0,)"},
    {"ConvDataFormat", [] { Conv2D({.filters = 2, .kernelSize = 3, .dataFormat = "NCHW"}); },
     "conv2d: expected dataFormat \"channels_last\" or \"channels_first\", got \"NCHW\""},
    {"ConvUnknownChannels",
     [] { Conv2D({.filters = 2, .kernelSize = 3, .dataFormat = "channels_first"})(input({None, 8, 8})); },
     "conv2d: axis 1 of the input must be known, got shape (None, None, 8, 8)"},
    {"ConvOtherChannels",
     [] {
       Conv2D conv({.filters = 2, .kernelSize = 3, .dataFormat = "channels_first"});
       conv(input({2, 8, 8}));
       conv(input({3, 8, 8}));
     },
     "conv2d: expected an input whose axis 1 has size 2, got shape (None, 3, 8, 8)"},
    {"DepthwiseMultiplier", [] { DepthwiseConv2D({.kernelSize = 3, .depthMultiplier = 0}); },
     "depthwise_conv2d: expected depthMultiplier of 1 or more, got 0"},
    {"DepthwiseDilatedAndStrided", [] { DepthwiseConv2D({.kernelSize = 3, .strides = 2, .dilationRate = 2}); },
     "depthwise_conv2d: strides and dilationRate above 1 exclude each other, got (2, 2) and (2, 2)"},
    {"SeparableFilters", [] { SeparableConv2D({.kernelSize = 3}); },
     "separable_conv2d: expected filters of 1 or more, got 0"},
    {"SeparableMultiplier", [] { SeparableConv2D({.filters = 2, .kernelSize = 3, .depthMultiplier = -1}); },
     "separable_conv2d: expected depthMultiplier of 1 or more, got -1"},
    {"SeparableChannels",
     [] {
       SeparableConv2D conv({.filters = 2, .kernelSize = 3});
       conv(input({8, 8, 2}));
       conv(input({8, 8, 3}));
     },
     "separable_conv2d: expected an input whose last axis has size 2, got shape (None, 8, 8, 3)"},
    {"ConvDilatedAndStrided", [] { Conv2D({.filters = 3, .kernelSize = 3, .strides = 2, .dilationRate = 2}); },
     "conv2d: strides and dilationRate above 1 exclude each other, got (2, 2) and (2, 2)"},
    {"ConvGroups", [] { Conv2D({.filters = 3, .kernelSize = 3, .groups = 2}); },
     "conv2d: expected filters to be a multiple of groups, got 3 and 2"},
    {"ConvGroupedInput",
     [] {
       Conv2D({.filters = 4, .kernelSize = 3, .groups = 2})(input({5, 5, 3}));
     },
     "conv2d: expected input channels that are a multiple of groups = 2, got 3"},
    {"ConvDilatedTooSmall",
     [] { Conv2D({.filters = 4, .kernelSize = 3, .dilationRate = 3})(input({5, 8, 3})); },
     "conv2d: the output would be empty: a window of (3, 3) dilated by (3, 3) does not fit into an input of shape "
     "(None, 5, 8, 3)"},
    {"ConvTooSmall",
     [] {
       Conv2D({.filters = 4, .kernelSize = 3})(input({5, 2, 3}));
     },
     "conv2d: the output would be empty: a window of (3, 3) does not fit into an input of shape (None, 5, 2, 3)"},
    {"PoolSize", [] { AveragePooling2D(AveragePooling2DOptions{}); }, "average_pooling2d: option poolSize is required"},
    {"PoolTooLarge",
     [] {
       MaxPooling2D({.poolSize = 5})(input({4, 8, 1}));
     },
     "max_pooling2d: the output would be empty: a window of (5, 5) does not fit into an input of shape (None, 4, 8, "
     "1)"},
    {"Pool1DSize", [] { AveragePooling1D(AveragePooling1DOptions{}); },
     "average_pooling1d: option poolSize is required"},
    {"PoolDataFormat", [] { MaxPooling1D({.dataFormat = "last"}); },
     "max_pooling1d: expected dataFormat \"channels_last\" or \"channels_first\", got \"last\""},
    {"GlobalPoolRank", [] { GlobalMaxPooling1D()(input({4, 5, 6})); },
     "global_max_pooling1d: expected an input of rank 3, got shape (None, 4, 5, 6)"},
    {"NormAxis", [] { BatchNormalization({.axis = 3})(input({4, 5})); },
     "batch_normalization: axis 3 is outside an input of shape (None, 4, 5)"},
    {"NormBatch", [] { BatchNormalization({.axis = 0})(input({4, 5})); },
     "batch_normalization: axis 0 is the batch and cannot be normalised"},
    {"NormUnknownAxis", [] { BatchNormalization({.axis = 1})(input({None, 5})); },
     "batch_normalization: axis 1 of the input must be known, got shape (None, None, 5)"},
    {"NormMomentum", [] { BatchNormalization({.momentum = 2}); },
     "batch_normalization: expected momentum in [0, 1], got 2.000000"},
    {"NormEpsilon", [] { BatchNormalization({.epsilon = 0}); },
     "batch_normalization: expected epsilon above 0, got 0.000000"},
    {"DropoutRate", [] { Dropout({.rate = 1.5}); }, "dropout: expected a rate in [0, 1], got 1.5"},
    {"DropoutWithoutRate", [] { Dropout(DropoutOptions{}); }, "dropout: option rate is required"},
    {"DropoutNoise", [] { Dropout({.rate = 0.5, .noiseShape = {None, 0}}); },
     "dropout: expected noiseShape of dimensions of 1 or more, or None, got (None, 0)"},
    {"DropoutNoiseRank", [] { Dropout({.rate = 0.5, .noiseShape = {None, 1}})(input({3, 4})); },
     "dropout: noiseShape (None, 1) does not broadcast to an input of shape (None, 3, 4)"},
    {"ActivationMissing", [] { Activation(ActivationOptions{}); }, "activation: option activation is required"},
    {"ReLUSlope", [] { ReLU({.negativeSlope = -1}); }, "re_lu: expected negativeSlope of 0 or more, got -1.0"},
    {"SoftmaxAxis", [] { Softmax({.axis = 2})(input({3})); }, "softmax: axis 2 is outside an input of shape (None, 3)"},
    {"RescalingScale", [] { Rescaling(RescalingOptions{}); }, "rescaling: option scale is required"},
    {"AddShapes",
     [] {
       add({input({3}), input({4})});
     },
     "add: expected inputs of shapes that broadcast, got (None, 3), (None, 4)"},
    {"AddNone", [] { add({}); }, "add: expected one input or more, got none"},
    {"ConcatenateNone", [] { concatenate({}); }, "concatenate: expected one input or more, got none"},
    {"EmbeddingWeights", [] { Embedding({.inputDim = 3, .outputDim = 2, .weights = Array{1, 2}}); },
     "embedding: expected weights of shape (3, 2) and type float32, got (2,) and float32"},
    {"InputSparse", [] { Input({3}, {.sparse = true}); }, "Input: sparse inputs are not supported"},
    {"InputOptional", [] { Input({3}, {.optional = true, .name = "x"}); }, "x: optional inputs are not supported"},
    {"RenormClipping",
     [] { BatchNormalization({.renorm = true, .renormClipping = RenormClipping{.rmax = 1, .rmin = 2}}); },
     "batch_normalization: expected an rmax of rmin or more, got rmax 1.0 and rmin 2.0"},
    {"LSTMDropout", [] { LSTM({.units = 2, .dropout = 1.5}); }, "lstm: expected a dropout in [0, 1], got 1.5"},
    {"PoolingMask",
     [] {
       Tensor tokens = Input({5}, {.name = "tokens"});
       Tensor x = Embedding({.inputDim = 9, .outputDim = 4, .maskZero = true})(tokens);
       Interpreted(Model(tokens, GlobalAveragePooling1D({.dataFormat = "channels_first"})(x)));
     },
     "global_average_pooling1d: the mask is for 5 steps, the input has 4: with dataFormat \"channels_first\" steps are the "
     "last axis"},
    {"SubtractThree", [] { subtract({input({3}), input({3}), input({3})}); },
     "subtract: expected two inputs, got 3"},
    {"MultiplyUnknown", [] { multiply({input({None, None, 3}), input({2, None, None, 3})}); },
     "multiply: an input of lower rank may have one unknown dimension besides the batch, got (None, None, None, 3), "
     "(None, 2, None, None, 3)"},
    {"DotAxes", [] { Dot(DotOptions{}); }, "dot: option axes is required"},
    {"DotThreeAxes", [] { Dot({.axes = {1, 2, 3}}); }, "dot: expected one axis or a pair of them, got 3"},
    {"DotOne", [] { dot({input({3})}, {.axes = 1}); }, "dot: expected two inputs, got 1"},
    {"DotSizes", [] { dot({input({3, 4}), input({5, 4})}, {.axes = 1}); },
     "dot: expected equal sizes along axis 1 of the first input and axis 1 of the second, got shapes (None, 3, 4) and "
     "(None, 5, 4)"},
    {"DotBatch", [] { dot({input({3}), input({3})}, {.axes = 0}); },
     "dot: axis 0 is the batch and cannot be summed over"},
    {"DotRank", [] { dot({input({}), input({3})}, {.axes = 1}); },
     "dot: expected inputs of rank 2 or more, got shapes (None,) and (None, 3)"},
    {"DotUnknown", [] { dot({input({3, 4}), input({None, None, 4})}, {.axes = -1}); },
     "dot: the second input may have one unknown dimension besides the batch, got shapes (None, 3, 4) and (None, None, "
     "None, 4)"},
    {"PaddingNegative", [] { ZeroPadding2D({.padding = {{0, 1}, {-1, 0}}}); },
     "zero_padding2d: expected padding of 0 or more, got (-1, 0)"},
    {"PaddingRank", [] { ZeroPadding1D()(input({3, 4, 5})); },
     "zero_padding1d: expected an input of rank 3, got shape (None, 3, 4, 5)"},
    {"FlattenDataFormat", [] { Flatten({.dataFormat = "first"}); },
     "flatten: expected dataFormat \"channels_last\" or \"channels_first\", got \"first\""},
    {"ConcatenateShapes",
     [] {
       concatenate({input({3, 2}), input({4, 3})});
     },
     "concatenate: expected inputs of equal shapes except for axis -1, got (None, 3, 2), (None, 4, 3)"},
    {"ConcatenateBatch",
     [] {
       concatenate({input({3}), input({3})}, {.axis = 0});
     },
     "concatenate: axis 0 is the batch and cannot be joined"},
    {"ConcatenateAxis",
     [] {
       concatenate({input({3}), input({3})}, {.axis = 4});
     },
     "concatenate: axis 4 is outside an input of shape (None, 3)"},
    {"ReshapeTarget",
     [] {
       Reshape({.targetShape = {-1, -1}});
     },
     "reshape: expected targetShape of dimensions of 1 or more and at most one -1, got (-1, -1)"},
    {"ReshapeSize",
     [] {
       Reshape({.targetShape = {5}})(input({3, 2}));
     },
     "reshape: expected an input that fits targetShape (5,), got shape (None, 3, 2)"},
    {"ReshapeRest",
     [] {
       Reshape({.targetShape = {4, -1}})(input({3, 2}));
     },
     "reshape: expected an input that fits targetShape (4, -1), got shape (None, 3, 2)"},
    {"InputDtype", [] { Input({3}, {.dtype = "float64", .name = "x"}); },
     "x: expected dtype \"float32\", \"int32\" or \"int64\", got \"float64\""},
    {"InputShape",
     [] {
       Input({3, 0}, {.name = "x"});
     },
     "x: expected dimensions of 1 or more, or None, got shape (None, 3, 0)"},
    {"InputTwoShapes", [] { Input({3}, {.batchShape = {2, 3}, .name = "x"}); },
     "x: batchShape (2, 3) stands in place of shape and batchSize, which are given too"},
    {"InputBatchSize", [] { Input({3}, {.batchSize = 0, .name = "x"}); },
     "x: expected dimensions of 1 or more, or None, got shape (0, 3)"},
    {"Disconnected",
     [] {
       Tensor a = Input({3}, {.name = "a"}), b = Input({3}, {.name = "b"});
       Model(a, add({a, b}));
     },
     "functional: the outputs do not follow from the inputs: add needs b, which is not among the inputs"},
    {"OtherOutput", [] { Model(input({3}), Input({3}, {.name = "y"})); },
     "functional: the outputs do not follow from the inputs: y is not among the inputs"},
    {"InputTwice",
     [] {
       Tensor a = input({3});
       Model({a, a}, a);
     },
     "functional: the input x is given more than once"},
    {"NoOutputs", [] { Model(input({3}), std::vector<Tensor>{}); },
     "functional: a model needs at least one input and one output, got 1 and 0"},
    {"SameName",
     [] {
       Tensor a = input({3});
       Model(a, Dense({.units = 2, .name = "d"})(Dense({.units = 2, .name = "d"})(a)));
     },
     "functional: the name \"d\" is used by several layers; names must be unique"},
    {"GetLayerName",
     [] {
       Tensor a = input({3});
       Model(a, Flatten({.name = "flat"})(a)).getLayer("other");
     },
     "functional: has no layer named other, its layers are x, flat"},
    {"GetLayerIndex",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a)).getLayer(5);
     },
     "functional: has no layer 5, it has 2 layers"},
    {"OutputOfUncalled", [] { Flatten().output(); },
     "flatten: has been called 0 times, so its output is not one tensor"},
    {"OutputOfTwice",
     [] {
       Flatten flatten;
       Tensor a = flatten(input({3})), b = flatten(input({3}));
       flatten.output();
     },
     "flatten: has been called 2 times, so its output is not one tensor"},
    {"SetWeightsCount",
     [] {
       Dense dense({.units = 2});
       dense(input({3}));
       dense.setWeights({Array({3, 2}, DType::F32)});
     },
     "dense: setWeights got 1 arrays, expected 2"},
    {"SetWeightsShape",
     [] {
       Dense dense({.units = 2});
       dense(input({3}));
       dense.setWeights({Array({2, 3}, DType::F32), Array({2}, DType::F32)});
     },
     "dense: setWeights got an array of shape (2, 3) for kernel, expected (3, 2)"},
    {"NestedShape",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a), {.name = "inner"})(input({4}));
     },
     "inner: expected shape (None, 3) for its input x, got shape (None, 4)"},
    {"NestedCount",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a), {.name = "inner"})({a, a});
     },
     "inner: expected 1 inputs, got 2"},
    {"SeveralResults",
     [] {
       Tensor a = input({3});
       Model(a, {Flatten()(a), ReLU()(a)}, {.name = "inner"})(input({3}));
     },
     "inner: has 2 results, expected one; call(...) gives them all"},
    {"SequentialWithoutShape", [] { Sequential({Dense({.units = 2})}).outputs(); },
     "sequential: its input shape is not known yet; begin with Input({...}), call build, or add a layer"},
    {"SequentialInputLater",
     [] {
       Sequential({Dense({.units = 2}), input({3})});
     },
     "sequential: an Input must be the first of its layers, got x behind dense"},
    {"SequentialTensor", [] { Sequential({Flatten()(input({3}))}); },
     "sequential: takes layers, and Input({...}) as the first; got the output of flatten"},
    {"SequentialSameLayer",
     [] {
       Dense dense({.units = 3});
       Sequential({input({3}), dense, dense});
     },
     "sequential: the name \"dense\" is used by several layers; names must be unique"},
    {"SummaryRange",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a), {.name = "m"}).summaryText({.layerRange = {"x", "y"}});
     },
     "m: layerRange: no layer's name matches 'y'"},
    {"SummaryPositions",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a), {.name = "m"}).summaryText({.positions = {0.5, 1}});
     },
     "m: summary has 3 columns, got 2 positions"},
    {"SummaryStyle",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a)).summaryText({.style = "keras"});
     },
     "functional: expected summary style \"keras3\" or \"keras2\", got \"keras\""},
    {"SummaryWidth",
     [] {
       Tensor a = input({3});
       Model(a, Flatten()(a)).summaryText({.lineLength = 12});
     },
     "functional: summary needs a wider line than 12 columns"},
};

class Mistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreNamed) {
  clearSession();
  EXPECT_EQ(messageOf(GetParam().make), GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(Table, Mistakes, ::testing::ValuesIn(mistakes),
                         [](const auto &info) { return std::string(info.param.title); });

TEST(Mistakes, LeaveASequentialAsItWas) {
  Sequential model({Input({8, 8, 1}), Flatten()});
  messageOf([&] { model.add(MaxPooling2D()); });
  EXPECT_EQ(model.layers().size(), 1u);
  model.add(Dense({.units = 3}));
  EXPECT_EQ(model.outputs()[0].shape(), (Shape{None, 3}));
}

} // namespace
} // namespace tenon::graph
