// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/layers/Convolution.h"

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, Conv1DOptions> ||
    std::is_same_v<std::remove_const_t<O>, Conv2DOptions> {
  field.required("filters", o.filters);
  field.required("kernel_size", o.kernelSize);
  field("strides", o.strides);
  field("padding", o.padding);
  field("data_format", o.dataFormat);
  field("dilation_rate", o.dilationRate);
  field("groups", o.groups);
  field("activation", o.activation);
  field("use_bias", o.useBias);
  field("kernel_initializer", o.kernelInitializer);
  field("bias_initializer", o.biasInitializer);
  field("kernel_regularizer", o.kernelRegularizer);
  field("bias_regularizer", o.biasRegularizer);
  field("activity_regularizer", o.activityRegularizer);
  field("kernel_constraint", o.kernelConstraint);
  field("bias_constraint", o.biasConstraint);
}

// Conv1D, Conv2D.
template <typename Options> class FullConvolutionNode : public ConvolutionNode<Options> {
public:
  FullConvolutionNode(const char *className, Options given)
      : ConvolutionNode<Options>(className, std::move(given), /*causalAllowed=*/true) {
    const Options &options = this->options;
    this->requirePositive("filters", options.filters);
    this->requirePositive("groups", options.groups);
    this->require(options.filters % options.groups == 0, "expected filters to be a multiple of groups, got " +
                                                             std::to_string(options.filters) + " and " +
                                                             std::to_string(options.groups));
  }

protected:
  int64_t outputChannels(int64_t inputChannels) const override {
    this->require(inputChannels % this->options.groups == 0,
                  "expected input channels that are a multiple of groups = " + std::to_string(this->options.groups) +
                      ", got " + std::to_string(inputChannels));
    return this->options.filters;
  }
  int64_t inputChannels() const override {
    const Shape &kernel = this->weights()[0]->value.shape();
    return kernel[kernel.size() - 2] * this->options.groups;
  }
  mlir::Value convolve(Emitter &e, mlir::Value input) const override {
    return e.create<ir::ConvOp>(input, e.read(*this->weights()[0]), this->window.steps(), this->window.padding(),
                                this->window.spread(), this->options.groups);
  }
  void buildKernels(int64_t inputChannels) override {
    const Options &o = this->options;
    this->addWeight("kernel", WeightKind::Weight,
                    o.kernelInitializer(this->kernelShape(inputChannels / o.groups, o.filters)), o.kernelRegularizer,
                    o.kernelConstraint);
  }
};
struct Conv1DNode : FullConvolutionNode<Conv1DOptions> {
  explicit Conv1DNode(Conv1DOptions options) : FullConvolutionNode("Conv1D", std::move(options)) {}
};
struct Conv2DNode : FullConvolutionNode<Conv2DOptions> {
  explicit Conv2DNode(Conv2DOptions options) : FullConvolutionNode("Conv2D", std::move(options)) {}
};

LayerClass rowOfConv1D() { return layerRow<Conv1DNode, Conv1DOptions>("Conv1D"); }
LayerClass rowOfConv2D() { return layerRow<Conv2DNode, Conv2DOptions>("Conv2D"); }

} // namespace graph

Conv1D::Conv1D(Conv1DOptions options) : Layer(std::make_shared<graph::Conv1DNode>(std::move(options))) {}
Conv2D::Conv2D(Conv2DOptions options) : Layer(std::make_shared<graph::Conv2DNode>(std::move(options))) {}

} // namespace tenon
