// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_MODEL_H
#define TENON_MODEL_H

#include <tenon/layer.h>
#include <tenon/training.h>

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
  /// Where each column ends, as a share of the line; empty for the style's own.
  std::vector<double> positions = {};
  /// Also the layers inside nested models.
  bool expandNested = false;
  /// A column that says which layers training may change.
  bool showTrainable = false;
  /// Two regular expressions: the rows from the first layer whose name begins with a match of the first to the last layer
  /// of the second alone; empty for all.
  std::vector<std::string> layerRange = {};
};

/// A graph of layers from inputs to outputs. It is a layer itself: called, it shares its weights.
class Model : public Layer {
public:
  /// Inputs and outputs: one tensor or a list. An input may be any layer's output: the model is then the part behind
  /// it. An Error when an output does not follow from the inputs or two layers have one name.
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

  /// Says how to train: `compile({.optimizer = "adam", .loss = "mse", .metrics = {"accuracy"}})`. Takes a snapshot of
  /// the layers' trainable flags. An Error that names the model when a loss or metric does not fit the outputs (for a
  /// Sequential that does not know its input yet: at the first call with data). Warns of outputs that are no
  /// probabilities where the loss takes such. The state of the optimizer is kept when it is the same object as before.
  void compile(const CompileOptions &options) const;
  /// Trains; the first call compiles the training step for this machine, a Sequential that does not know its input
  /// takes it from the data. A second call goes on: another order of the samples, the optimizer's state of before. An
  /// Error before compile(), or when the data does not fit the inputs and outputs; warns of targets that should sum
  /// to 1.
  History fit(const Dataset &data, FitOptions options = {}) const;
  History fit(const Feed &x, const Feed &y, FitOptions options = {}) const;
  /// Loss and metrics over a data set.
  Scores evaluate(const Dataset &data, const EvaluateOptions &options = {}) const;
  Scores evaluate(const Feed &x, const Feed &y, const EvaluateOptions &options = {}) const;
  /// The outputs for all samples; needs no compile().
  Predictions predict(const Feed &x, const PredictOptions &options = {}) const;
  template <std::same_as<Dataset> Data>
  Predictions predict(const Data &data, const PredictOptions &options = {}) const {
    return predictDataset(data, options);
  }
  Predictions predictDataset(const Dataset &data, const PredictOptions &options = {}) const;
  /// One step on one batch. The scores are those since resetMetrics() or the last fit or evaluate began an epoch.
  Scores trainOnBatch(const Feed &x, const Feed &y, const Feed &sampleWeight = {}) const;
  Scores testOnBatch(const Feed &x, const Feed &y, const Feed &sampleWeight = {}) const;
  Predictions predictOnBatch(const Feed &x) const;
  void resetMetrics() const;
  /// The optimizer's current rate.
  double learningRate() const;
  void setLearningRate(double rate) const;
  /// Writes architecture, weights, and, after compile(), what training needs to go on, into a file whose format its name
  /// says: x.keras and x.h5 are Keras's, x.tenon is Tenon's own. The file is whole or, after an Error that says why, as it
  /// was.
  void save(const std::string &path) const;
  /// Writes the weights: to x.weights.h5 with the optimizer's state, to any other x.h5 in Keras's older format without,
  /// to x.npz one array per weight under its name. The file is whole or, after an Error, as it was.
  void saveWeights(const std::string &path) const;
  /// Sets all weights from a file of Keras's (.weights.h5, .keras, .h5 with a model or with weights alone) or a .npz, of
  /// a model with the same layers in the same order, and the optimizer's state where both have one. An Error that lists the layers whose
  /// weights are missing or of other shapes leaves the model as it was.
  void loadWeights(const std::string &path) const;

  graph::ModelNode &model() const;
};

/// A model from Keras's JSON, with new weights; an Error that says what is not understood.
Model modelFromJson(const std::string &json);

struct LoadOptions {
  /// Compile the model as the file says (optimizer, losses, metrics), if it does.
  bool compile = true;
};
/// The model of a .tenon, .keras or .h5 file (Keras 3's or Keras 2's), compiled when it was saved compiled; training goes
/// on with the optimizer's state. An Error that names the file when it is damaged, does not hold what its architecture
/// needs, or holds what is not supported, which is then listed by layer. Warns where the optimizer's state is not of its kind.
Model loadModel(const std::string &path, const LoadOptions &options = {});

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
  /// Input, the first layer's `inputShape`, build, the first call, or the first data.
  void add(const Item &layer) const;
  /// Gives the input shape, the batch (None) included, when no Input did.
  void build(const Shape &inputShape) const;
};

} // namespace tenon
#endif // TENON_MODEL_H
