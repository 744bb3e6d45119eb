// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/embedding.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, EmbeddingOptions> {
  field.required("input_dim", o.inputDim);
  field.required("output_dim", o.outputDim);
  field("embeddings_initializer", o.embeddingsInitializer);
  field("embeddings_regularizer", o.embeddingsRegularizer);
  field("activity_regularizer", o.activityRegularizer);
  field("embeddings_constraint", o.embeddingsConstraint);
  field("mask_zero", o.maskZero);
  field.unsaved("weights", o.weights);
  field.sometimes("input_length", o.inputLength);
  field.fixed("quantization_config", nullptr);
}

class EmbeddingNode : public LayerOf<EmbeddingOptions> {
public:
  explicit EmbeddingNode(EmbeddingOptions given) : LayerOf("Embedding", std::move(given)) {
    require(options.inputDim > 0, "expected an input dim of 1 or more, got " + std::to_string(options.inputDim));
    require(options.outputDim > 0, "expected an output dim of 1 or more, got " + std::to_string(options.outputDim));
    Shape table{options.inputDim, options.outputDim};
    if (options.weights && (options.weights->shape() != table || options.weights->dtype() != DType::F32))
      fail("expected weights of shape " + shapeText(table) + " and type float32, got " + shapeText(options.weights->shape()) +
           " and " + nameOf(options.weights->dtype()));
    if (options.inputLength)
      warn(name() + ": inputLength is not looked at; the length of sequences is the input's");
    options.inputLength.reset();
  }
  bool takesFloats() const override { return false; }
  bool recordsBuild() const override { return true; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    TensorSpec result = oneInput(inputs, 1);
    result.shape.push_back(options.outputDim);
    result.dtype = DType::F32;
    return {result};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value indices = inputs[0];
    if (mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(indices)))
      indices = e.create<ir::ConvertOp>(indices, e.builder().getI32Type());
    mlir::Value rows = e.create<ir::GatherOp>(e.read(*weights()[0]), indices);
    if (options.maskZero) { // of what was given, not of what it is cut to
      mlir::Type element = mlir::getElementTypeOrSelf(inputs[0]);
      mlir::Value zero = mlir::isa<mlir::FloatType>(element) ? e.constant(0) : e.integer(0, element);
      mlir::Value padding = e.create<ir::EqualOp>(inputs[0], zero);
      e.setMask(rows, e.create<ir::EqualOp>(padding, e.integer(0, e.builder().getI8Type())));
    }
    return {rows};
  }
  Masking masking() const override { return options.maskZero ? Masking::Own : Masking::Ends; }

protected:
  void build(const std::vector<TensorSpec> &) override {
    Array table = options.weights ? options.weights->clone()
                                  : options.embeddingsInitializer({options.inputDim, options.outputDim});
    addWeight("embeddings", WeightKind::Weight, std::move(table), options.embeddingsRegularizer,
              options.embeddingsConstraint);
  }
};

LayerClass rowOfEmbedding() { return layerRow<EmbeddingNode, EmbeddingOptions>("Embedding"); }

} // namespace graph

Embedding::Embedding(EmbeddingOptions options) : Layer(std::make_shared<graph::EmbeddingNode>(std::move(options))) {}

} // namespace tenon
