// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_MODEL_H
#define TENON_MODEL_H

#include <tenon/layer.h>

namespace tenon {
namespace graph {
class ModelNode;
} // namespace graph

struct ModelOptions {
  /// "" for Keras's automatic name (functional, functional_1, ...; sequential for Sequential).
  std::string name = {};
  bool trainable = true;
};

/// How summary() prints.
struct SummaryOptions {
  /// "keras3" for the box table, "keras2" for the ruled one.
  std::string style = "keras3";
  /// Width in columns; 0 for the style's own.
  int64_t lineLength = 0;
  /// Also the layers inside nested models.
  bool expandNested = false;
  /// A column that says which layers training may change.
  bool showTrainable = false;
};

/// A graph of layers from inputs to outputs. It is a layer itself: called, it shares its weights.
class Model : public Layer {
public:
  /// Inputs and outputs: one tensor or a list. An input may be any layer's output: the model is then the part behind it.
  /// An Error when an output does not follow from the inputs or two layers have one name.
  Model(const Tensors &inputs, const Tensors &outputs, ModelOptions options = {});
  explicit Model(std::shared_ptr<graph::ModelNode> model);

  const std::vector<Tensor> &inputs() const;
  const std::vector<Tensor> &outputs() const;
  /// The layers in Keras's order: by depth from the inputs.
  std::vector<Layer> layers() const;
  Layer getLayer(const std::string &name) const;
  /// By position in layers(); negative counts from the end.
  Layer getLayer(int index) const;
  Layer getLayer(const char *name) const { return getLayer(std::string(name)); }

  /// Prints summaryText to stdout.
  void summary(SummaryOptions options = {}) const;
  std::string summaryText(SummaryOptions options = {}) const;

  /// The architecture as Keras's JSON, without weights.
  std::string toJson() const;

  graph::ModelNode &model() const;
};

/// A model from Keras's JSON, with new weights; an Error that says what is not understood.
Model modelFromJson(const std::string &json);

/// Layers one after the other.
class Sequential : public Model {
public:
  /// A layer, or Input({...}) as the first.
  class Item {
  public:
    Item(const Layer &layer) : layer(layer) {}
    Item(const Tensor &input);
    Layer layer;
  };
  explicit Sequential(ModelOptions options = {});
  Sequential(std::initializer_list<Item> layers, ModelOptions options = {});
  /// Appends a layer that takes one value and gives one. Weights come to be as soon as the input shape is known: from
  /// Input, build, or the first call.
  void add(const Item &layer) const;
  /// Gives the input shape, the batch (None) included, when no Input did.
  void build(const Shape &inputShape) const;
};

} // namespace tenon
#endif // TENON_MODEL_H
