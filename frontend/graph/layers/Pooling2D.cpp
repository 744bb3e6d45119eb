// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/Window.h"
#include <tenon/layers/pooling.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, MaxPooling2DOptions> ||
    std::is_same_v<std::remove_const_t<O>, AveragePooling2DOptions> {
  if constexpr (std::is_same_v<std::remove_const_t<O>, AveragePooling2DOptions>)
    field.required("pool_size", o.poolSize);
  else
    field("pool_size", o.poolSize);
  field("strides", o.strides);
  field("padding", o.padding);
  field.fixed("data_format", "channels_last");
}
template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, GlobalAveragePooling2DOptions> {
  field.fixed("data_format", "channels_last");
  field("keepdims", o.keepdims);
}

template <typename Options, typename Op> class Pooling2DNode : public LayerOf<Options> {
public:
  Pooling2DNode(const char *className, Options given)
      : LayerOf<Options>(className, std::move(given)),
        window(*this, "poolSize", this->options.poolSize,
               this->options.strides.given() ? this->options.strides : this->options.poolSize, 1,
               this->options.padding) {
    this->options.strides = window.strides; // Keras's config has the resolved ones
  }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const Shape &input = this->oneInput(inputs, 4, 4).shape;
    return {{window.output(*this, input, input.back())}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    return {e.create<Op>(inputs[0], window.sizes(), window.steps(), window.padding())};
  }

private:
  Window window;
};

struct MaxPooling2DNode : Pooling2DNode<MaxPooling2DOptions, ir::MaxPoolOp> {
  explicit MaxPooling2DNode(MaxPooling2DOptions options) : Pooling2DNode("MaxPooling2D", std::move(options)) {}
};
struct AveragePooling2DNode : Pooling2DNode<AveragePooling2DOptions, ir::AvgPoolOp> {
  explicit AveragePooling2DNode(AveragePooling2DOptions options)
      : Pooling2DNode("AveragePooling2D", std::move(options)) {}
};

class GlobalAveragePooling2DNode : public LayerOf<GlobalAveragePooling2DOptions> {
public:
  explicit GlobalAveragePooling2DNode(GlobalAveragePooling2DOptions given)
      : LayerOf("GlobalAveragePooling2D", std::move(given)) {}
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const Shape &input = oneInput(inputs, 4, 4).shape;
    return {{options.keepdims ? Shape{input[0], 1, 1, input[3]} : Shape{input[0], input[3]}}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    return {e.reduceMean(inputs[0], {1, 2}, options.keepdims)};
  }
};

LayerClass rowOfMaxPooling2D() { return layerRow<MaxPooling2DNode, MaxPooling2DOptions>("MaxPooling2D"); }
LayerClass rowOfAveragePooling2D() {
  return layerRow<AveragePooling2DNode, AveragePooling2DOptions>("AveragePooling2D");
}
LayerClass rowOfGlobalAveragePooling2D() {
  return layerRow<GlobalAveragePooling2DNode, GlobalAveragePooling2DOptions>("GlobalAveragePooling2D");
}

} // namespace graph

MaxPooling2D::MaxPooling2D(MaxPooling2DOptions options)
    : Layer(std::make_shared<graph::MaxPooling2DNode>(std::move(options))) {}
AveragePooling2D::AveragePooling2D(AveragePooling2DOptions options)
    : Layer(std::make_shared<graph::AveragePooling2DNode>(std::move(options))) {}
GlobalAveragePooling2D::GlobalAveragePooling2D(GlobalAveragePooling2DOptions options)
    : Layer(std::make_shared<graph::GlobalAveragePooling2DNode>(std::move(options))) {}

} // namespace tenon
