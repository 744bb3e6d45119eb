// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/layers/Convolution.h"

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, DepthwiseConv2DOptions> {
  field.required("kernel_size", o.kernelSize);
  field("strides", o.strides);
  field("padding", o.padding);
  field("depth_multiplier", o.depthMultiplier);
  field("data_format", o.dataFormat);
  field("dilation_rate", o.dilationRate);
  field("activation", o.activation);
  field("use_bias", o.useBias);
  field("depthwise_initializer", o.depthwiseInitializer);
  field("bias_initializer", o.biasInitializer);
  field("depthwise_regularizer", o.depthwiseRegularizer);
  field("bias_regularizer", o.biasRegularizer);
  field("activity_regularizer", o.activityRegularizer);
  field("depthwise_constraint", o.depthwiseConstraint);
  field("bias_constraint", o.biasConstraint);
}

class DepthwiseConv2DNode : public ConvolutionNode<DepthwiseConv2DOptions> {
public:
  explicit DepthwiseConv2DNode(DepthwiseConv2DOptions given)
      : ConvolutionNode("DepthwiseConv2D", std::move(given)) {
    requirePositive("depthMultiplier", options.depthMultiplier);
  }

protected:
  int64_t outputChannels(int64_t inputChannels) const override { return inputChannels * options.depthMultiplier; }
  int64_t inputChannels() const override { return weights()[0]->value.shape()[2]; }
  mlir::Value convolve(Emitter &e, mlir::Value input) const override { return depthwise(e, input, *weights()[0]); }
  void buildKernels(int64_t inputChannels) override {
    addWeight("kernel", WeightKind::Weight,
              options.depthwiseInitializer(kernelShape(inputChannels, options.depthMultiplier)),
              options.depthwiseRegularizer, options.depthwiseConstraint);
  }
};

LayerClass rowOfDepthwiseConv2D() { return layerRow<DepthwiseConv2DNode, DepthwiseConv2DOptions>("DepthwiseConv2D"); }

} // namespace graph

DepthwiseConv2D::DepthwiseConv2D(DepthwiseConv2DOptions options)
    : Layer(std::make_shared<graph::DepthwiseConv2DNode>(std::move(options))) {}

} // namespace tenon
