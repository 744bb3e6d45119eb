// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/Window.h"
#include <tenon/layers/convolution.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, Conv2DOptions> {
  field.required("filters", o.filters);
  field.required("kernel_size", o.kernelSize);
  field("strides", o.strides);
  field("padding", o.padding);
  field.fixed("data_format", "channels_last");
  field("dilation_rate", o.dilationRate);
  field("groups", o.groups);
  field("activation", o.activation);
  field("use_bias", o.useBias);
  field("kernel_initializer", o.kernelInitializer);
  field("bias_initializer", o.biasInitializer);
  for (const char *key :
       {"kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"})
    field.fixed(key, nullptr);
}

class Conv2DNode : public LayerOf<Conv2DOptions> {
public:
  explicit Conv2DNode(Conv2DOptions given)
      : LayerOf("Conv2D", std::move(given)),
        window(*this, "kernelSize", options.kernelSize, options.strides, options.dilationRate, options.padding) {
    require(options.filters > 0, "expected filters of 1 or more, got " + std::to_string(options.filters));
    require(options.groups > 0, "expected groups of 1 or more, got " + std::to_string(options.groups));
    require(options.filters % options.groups == 0, "expected filters to be a multiple of groups, got " +
                                                       std::to_string(options.filters) + " and " +
                                                       std::to_string(options.groups));
    options.activation = checkActivation(name(), options.activation);
  }
  bool recordsBuild() const override { return true; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 4, 4);
    int64_t size = channels(input, built() ? weights()[0]->value.shape()[2] * options.groups : None);
    require(size % options.groups == 0, "expected input channels that are a multiple of groups = " +
                                            std::to_string(options.groups) + ", got shape " + shapeText(input.shape));
    return {{window.output(*this, input.shape, options.filters)}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value y = e.create<ir::ConvOp>(inputs[0], e.read(*weights()[0]), window.steps(), window.padding(),
                                         window.spread(), options.groups);
    if (options.useBias)
      y = e.add(y, e.read(*weights()[1]));
    return {emitActivation(e, options.activation, y)};
  }

protected:
  void build(const std::vector<TensorSpec> &inputs) override {
    addWeight("kernel", WeightKind::Weight,
              options.kernelInitializer({window.size.height(), window.size.width(),
                                         inputs[0].shape.back() / options.groups, options.filters}));
    if (options.useBias)
      addWeight("bias", WeightKind::Weight, options.biasInitializer({options.filters}));
  }

private:
  Window window;
};

LayerClass rowOfConv2D() { return layerRow<Conv2DNode, Conv2DOptions>("Conv2D"); }

} // namespace graph

Conv2D::Conv2D(Conv2DOptions options) : Layer(std::make_shared<graph::Conv2DNode>(std::move(options))) {}

} // namespace tenon
