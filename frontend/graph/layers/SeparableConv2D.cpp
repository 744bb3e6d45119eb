// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/layers/Convolution.h"

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, SeparableConv2DOptions> {
  field.required("filters", o.filters);
  field.required("kernel_size", o.kernelSize);
  field("strides", o.strides);
  field("padding", o.padding);
  field("data_format", o.dataFormat);
  field("dilation_rate", o.dilationRate);
  field("depth_multiplier", o.depthMultiplier);
  field("activation", o.activation);
  field("use_bias", o.useBias);
  field("depthwise_initializer", o.depthwiseInitializer);
  field("pointwise_initializer", o.pointwiseInitializer);
  field("bias_initializer", o.biasInitializer);
  field("depthwise_regularizer", o.depthwiseRegularizer);
  field("pointwise_regularizer", o.pointwiseRegularizer);
  field("bias_regularizer", o.biasRegularizer);
  field("activity_regularizer", o.activityRegularizer);
  field("depthwise_constraint", o.depthwiseConstraint);
  field("pointwise_constraint", o.pointwiseConstraint);
  field("bias_constraint", o.biasConstraint);
}

class SeparableConv2DNode : public ConvolutionNode<SeparableConv2DOptions> {
public:
  explicit SeparableConv2DNode(SeparableConv2DOptions given)
      : ConvolutionNode("SeparableConv2D", std::move(given)) {
    requirePositive("filters", options.filters);
    requirePositive("depthMultiplier", options.depthMultiplier);
  }

protected:
  int64_t outputChannels(int64_t) const override { return options.filters; }
  int64_t inputChannels() const override { return weights()[0]->value.shape()[2]; }
  mlir::Value convolve(Emitter &e, mlir::Value input) const override {
    const int64_t ones[] = {1, 1}, zeros[] = {0, 0, 0, 0};
    return e.create<ir::ConvOp>(depthwise(e, input, *weights()[0]), e.read(*weights()[1]), ones, zeros, ones, 1);
  }
  void buildKernels(int64_t inputChannels) override {
    addWeight("depthwise_kernel", WeightKind::Weight,
              options.depthwiseInitializer(kernelShape(inputChannels, options.depthMultiplier)),
              options.depthwiseRegularizer, options.depthwiseConstraint);
    addWeight("pointwise_kernel", WeightKind::Weight,
              options.pointwiseInitializer({1, 1, inputChannels * options.depthMultiplier, options.filters}),
              options.pointwiseRegularizer, options.pointwiseConstraint);
  }
};

LayerClass rowOfSeparableConv2D() { return layerRow<SeparableConv2DNode, SeparableConv2DOptions>("SeparableConv2D"); }

} // namespace graph

SeparableConv2D::SeparableConv2D(SeparableConv2DOptions options)
    : Layer(std::make_shared<graph::SeparableConv2DNode>(std::move(options))) {}

} // namespace tenon
