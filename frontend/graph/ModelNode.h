// SPDX-License-Identifier: Apache-2.0
// What stands behind the handle Model: the graph between inputs and outputs in the order in which it is emitted.
#pragma once
#include "frontend/graph/LayerNode.h"
#include <tenon/model.h>

namespace tenon::graph {

/// Inputs, outputs and everything between, ordered as Keras orders it.
struct Network {
  std::vector<Tensor> inputs, outputs;
  /// By depth from the inputs, then by traversal: model.layers.
  std::vector<std::shared_ptr<LayerNode>> layers;
  /// Every call, inputs before users.
  std::vector<std::shared_ptr<Call>> calls;
};
/// Throws an Error when an output does not follow from the inputs, or two layers have one name. `model` names the
/// model.
Network buildNetwork(const std::string &model, std::vector<Tensor> inputs, std::vector<Tensor> outputs);

/// What an optimizer keeps: how many numbers, and in how many bytes.
struct OptimizerSize {
  int64_t elements = 0, bytes = 0;
};

class ModelNode : public LayerNode {
public:
  /// A functional model.
  ModelNode(const Tensors &inputs, const Tensors &outputs, std::string name, bool trainable);
  /// A Sequential, at first without layers.
  ModelNode(std::string name, bool trainable);

  bool isSequential() const { return sequential; }
  /// Appends to a Sequential.
  void add(std::shared_ptr<LayerNode> layer);
  /// Gives a Sequential its input; its layers are called.
  void buildSequential(const TensorSpec &input);

  /// The graph; an Error for a Sequential that does not know its input shape yet.
  const Network &network() const;
  bool hasNetwork() const { return ready; }
  /// A Sequential's layers as the user added them, its Input left out; network().layers otherwise.
  const std::vector<std::shared_ptr<LayerNode>> &layers() const { return sequential ? stack : graph.layers; }
  /// The layers as config() lists them: a Sequential's Input in front.
  std::vector<std::shared_ptr<LayerNode>> written() const;
  std::vector<std::string> inputNames() const;
  /// The output layers' names; a second output of one layer gets "_1".
  std::vector<std::string> outputNames() const;

  void setTrainable(bool trainable) override;
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override;
  std::vector<mlir::Value> emit(Emitter &emitter, const std::vector<mlir::Value> &inputs) const override;
  bool takesFloats() const override { return false; }
  Masking masking() const override { return Masking::Own; }
  Json config() const override;
  Json callArguments() const override;
  void collectWeights(const std::string &path, std::vector<NamedWeight> &weights) const override;
  void collectStates(const std::string &path, std::vector<NamedWeight> &states) const override;

  /// What compile, fit and predict keep for this model, and what the optimizer's part of it comes to.
  std::shared_ptr<void> facade;
  std::function<OptimizerSize()> optimizerSize;

protected:
  void build(const std::vector<TensorSpec> &inputs) override;

private:
  void extend();
  bool sequential, ready = false;
  bool inputsAreList = false, outputsAreList = false;
  std::shared_ptr<InputNode> sequentialInput;
  std::vector<std::shared_ptr<LayerNode>> stack;
  Network graph;
};

/// The layers of a model and of the models inside it, those models included.
std::vector<std::shared_ptr<LayerNode>> allLayers(const ModelNode &model);
/// All weights of a model as its program names them (no path of its own), in Keras's order; a shared one once.
std::vector<NamedWeight> namedWeights(const ModelNode &model);
/// The states of its stateful layers, named likewise.
std::vector<NamedWeight> namedStates(const ModelNode &model);
/// Changes whenever a weight of the model was written.
uint64_t weightsVersion(const ModelNode &model);
/// Marks all weights as written.
void touchWeights(const ModelNode &model);

/// Keras's serialised form of a layer or model without inbound_nodes: {module, class_name, config, registered_name,
/// ...}.
Json serializeLayer(const LayerNode &layer);
/// Is it one of Keras's operations on tensors?
bool isOperation(const Json &entry);
class SharedLayers;
/// The layer or model from it, with new weights; one of `shared` where it stands for that.
std::shared_ptr<LayerNode> deserializeLayer(const Json &json, SharedLayers &shared);
/// Everything in it that is not supported: `conv (Conv2D): option groups does not take "two"`, one entry per layer.
std::vector<std::string> unsupportedParts(const Json &json);

} // namespace tenon::graph
