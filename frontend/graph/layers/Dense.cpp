// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/linear.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, DenseOptions> {
  field.required("units", o.units);
  field("activation", o.activation);
  field("use_bias", o.useBias);
  field("kernel_initializer", o.kernelInitializer);
  field("bias_initializer", o.biasInitializer);
  field("kernel_regularizer", o.kernelRegularizer);
  field("bias_regularizer", o.biasRegularizer);
  field.sometimes("activity_regularizer", o.activityRegularizer);
  field("kernel_constraint", o.kernelConstraint);
  field("bias_constraint", o.biasConstraint);
  field.fixed("quantization_config", nullptr);
}

class DenseNode : public LayerOf<DenseOptions> {
public:
  explicit DenseNode(DenseOptions given) : LayerOf("Dense", std::move(given)) {
    require(options.units > 0, "expected units of 1 or more, got " + std::to_string(options.units));
    options.activation = checkActivation(name(), options.activation);
  }
  bool recordsBuild() const override { return true; }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    TensorSpec result = oneInput(inputs, 2);
    channels(result, built() ? weights()[0]->value.shape()[0] : None);
    result.shape.back() = options.units;
    return {result};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value y = e.create<ir::MatmulOp>(inputs[0], e.read(*weights()[0]), false, false);
    if (options.useBias)
      y = e.add(y, e.read(*weights()[1]));
    return {emitActivation(e, options.activation, y)};
  }

protected:
  void build(const std::vector<TensorSpec> &inputs) override {
    addWeight("kernel", WeightKind::Weight, options.kernelInitializer({inputs[0].shape.back(), options.units}),
              options.kernelRegularizer, options.kernelConstraint);
    if (options.useBias)
      addWeight("bias", WeightKind::Weight, options.biasInitializer({options.units}), options.biasRegularizer,
                options.biasConstraint);
  }
};

LayerClass rowOfDense() { return layerRow<DenseNode, DenseOptions>("Dense"); }

} // namespace graph

Dense::Dense(DenseOptions options) : Layer(std::make_shared<graph::DenseNode>(std::move(options))) {}

} // namespace tenon
