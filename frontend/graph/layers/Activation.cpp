// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/elementwise.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, ActivationOptions> {
  field.required("activation", o.activation);
}

class ActivationNode : public LayerOf<ActivationOptions> {
public:
  explicit ActivationNode(ActivationOptions given) : LayerOf("Activation", std::move(given)) {
    require(!options.activation.empty(), "option activation is required");
    options.activation = checkActivation(name(), options.activation);
  }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override { return {oneInput(inputs, 1)}; }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    return {emitActivation(e, options.activation, inputs[0])};
  }
};

LayerClass rowOfActivation() { return layerRow<ActivationNode, ActivationOptions>("Activation"); }

} // namespace graph

Activation::Activation(ActivationOptions options)
    : Layer(std::make_shared<graph::ActivationNode>(std::move(options))) {}

} // namespace tenon
