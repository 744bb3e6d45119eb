// SPDX-License-Identifier: Apache-2.0
// What stands behind the handles Tensor and Layer: the graph of calls, and a layer's shared state.
#pragma once
#include "nlohmann/json_fwd.hpp"
#include <functional>
#include <tenon/constraints.h>
#include <tenon/error.h>
#include <tenon/layer.h>
#include <tenon/regularizers.h>

namespace mlir {
class Value;
}

namespace tenon::graph {

class Emitter;
class LayerNode;
using Json = nlohmann::ordered_json;

/// A tensor's shape (batch first, None for a dimension known only when the program runs) and element type.
struct TensorSpec {
  Shape shape;
  DType dtype = DType::F32;
  int64_t rank() const { return shape.size(); }
  friend bool operator==(const TensorSpec &, const TensorSpec &) = default;
};
/// "(None, 8, 8, 1)".
std::string shapeText(const Shape &shape);

/// One call of a layer: a node of the graph.
struct Call {
  std::shared_ptr<LayerNode> layer;
  std::vector<Tensor> inputs;
  std::vector<TensorSpec> outputs;
};

/// Statistic: follows the data (moving averages), no gradient. State: what a stateful layer carries from batch to batch; it
/// belongs to no file and no total.
enum class WeightKind { Weight, Statistic, State };

/// A weight's storage. `value` stays where it is from the layer's building on: programs bind to it.
struct Weight {
  std::string name;
  WeightKind kind;
  Array value;
  /// The penalty that it adds to the loss while it is trained, and what it is projected to after each update.
  Regularizer regularizer = {};
  Constraint constraint = {};
  /// Changed by whoever writes `value` (setWeights, training), so that what was computed from it is computed anew.
  uint64_t version = 0;
};

/// A weight as a model's program knows it.
struct NamedWeight {
  /// Path inside the model: "<layer>/<weight>", "<inner model>/<layer>/<weight>".
  std::string name;
  std::shared_ptr<Weight> weight;
  /// Trained: of kind Weight, in a layer that is trainable now.
  bool trainable;
};

/// What becomes of the mask of a layer's input. Passes: the results have it too (where every input has one: any of them).
/// Ends: the layer knows no masks. Own: emit looks at masks and sets its results'.
enum class Masking { Ends, Passes, Own };

/// A layer's shared state; one subclass per layer.
class LayerNode : public std::enable_shared_from_this<LayerNode> {
public:
  /// An empty name becomes Keras's automatic one. An Error when it contains '/'.
  LayerNode(std::string className, std::string name, bool trainable);
  virtual ~LayerNode() = default;

  const std::string &className() const { return className_; }
  const std::string &name() const { return name_; }
  bool trainable() const { return trainable_; }
  virtual void setTrainable(bool trainable) { trainable_ = trainable; }
  /// The flag of this layer alone, whatever it holds.
  void setOwnTrainable(bool trainable) { trainable_ = trainable; }
  /// The shape (batch left out) that a Sequential whose first layer this is takes; empty when none was given.
  const Shape &givenInputShape() const { return inputShape_; }
  bool built() const { return built_; }

  /// Records a call: checks the inputs, creates the weights at the first one.
  std::vector<Tensor> call(const std::vector<Tensor> &inputs);
  /// The calls that something still refers to, oldest first.
  std::vector<std::shared_ptr<Call>> calls() const;

  /// The results' shapes and types, from the inputs'; throws what is wrong with them. Needs no weights.
  virtual std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const = 0;
  /// The layer as ops. A layer with weights reads them from the emitter.
  virtual std::vector<mlir::Value> emit(Emitter &emitter, const std::vector<mlir::Value> &inputs) const = 0;
  /// Are integer inputs converted to float32 before emit (and in infer)? Shaping layers keep them.
  virtual bool takesFloats() const { return true; }
  /// Does Keras call it on a list of inputs, even of one?
  virtual bool takesList() const { return false; }
  virtual Masking masking() const { return Masking::Ends; }
  /// The name under which Keras takes the inputs after the first one ("initial_state"); null when it takes one list.
  virtual const char *stateArgument() const { return nullptr; }
  /// The constructor's arguments under Keras's names, in Keras's order, with name and trainable first.
  virtual Json config() const = 0;
  /// What Keras writes beside the inputs of each call: {"mask": null} for layers that take a mask.
  virtual Json callArguments() const;
  /// The penalty that each call's results add to the loss.
  virtual Regularizer activityRegularizer() const { return {}; }
  /// Does Keras write the input shapes that the layer was built for?
  virtual bool recordsBuild() const { return false; }
  const std::vector<TensorSpec> &builtFor() const { return builtFor_; }

  /// Where Keras's files keep the weights inside the layer's group: "cell/" where they are an inner cell's.
  virtual std::string weightsGroup() const { return {}; }
  /// The layer's own weights in Keras's order.
  const std::vector<std::shared_ptr<Weight>> &weights() const { return weights_; }
  /// All weights, those of inner layers included, named under `path` ("" or "outer/"): each once, in Keras's order.
  virtual void collectWeights(const std::string &path, std::vector<NamedWeight> &weights) const;
  /// The layer's states, zeros at first.
  const std::vector<std::shared_ptr<Weight>> &states() const { return states_; }
  /// All states, those of inner layers included, named as collectWeights names weights.
  virtual void collectStates(const std::string &path, std::vector<NamedWeight> &states) const;

  /// Throws an Error "<name>: <message>".
  [[noreturn]] void fail(const std::string &message) const;

protected:
  /// Creates the weights for inputs that infer has accepted; called once.
  virtual void build(const std::vector<TensorSpec> &inputs) {}
  /// An Error when the constraint does not fit the weight's shape.
  std::shared_ptr<Weight> addWeight(std::string name, WeightKind kind, Array value, Regularizer regularizer = {},
                                    Constraint constraint = {});
  void addState(std::string name, Shape shape);
  void rename(std::string name) { name_ = std::move(name); }
  void giveInputShape(Shape shape) { inputShape_ = std::move(shape); }
  void require(bool condition, const std::string &message) const {
    if (!condition)
      fail(message);
  }
  /// The single input of a layer that takes one, of at least (or exactly) this rank.
  const TensorSpec &oneInput(const std::vector<TensorSpec> &inputs, int64_t minRank, int64_t maxRank = INT64_MAX) const;
  /// The size of the input's channels, on the last axis or another one, which must be known and, once built, that of the
  /// weights (`expected`, or None).
  int64_t channels(const TensorSpec &input, int64_t expected, int64_t axis = -1) const;
  /// `axis` counted from the front; an Error when it lies outside the input's.
  int64_t axisOf(const TensorSpec &input, int64_t axis) const;

private:
  std::string className_, name_;
  bool trainable_, built_ = false;
  std::vector<std::shared_ptr<Weight>> weights_, states_;
  std::vector<TensorSpec> builtFor_;
  std::vector<std::weak_ptr<Call>> calls_;
  Shape inputShape_;
};

/// The source of a model's value: what Input makes.
class InputNode : public LayerNode {
public:
  InputNode(TensorSpec spec, std::string name);
  const TensorSpec &spec() const { return spec_; }
  Tensor tensor();
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &) const override { return {spec_}; }
  std::vector<mlir::Value> emit(Emitter &, const std::vector<mlir::Value> &inputs) const override;
  bool takesFloats() const override { return false; }
  Json config() const override;
  static std::shared_ptr<LayerNode> fromConfig(const Json &config);

private:
  TensorSpec spec_;
};

/// Keras's "dense", "dense_1", ... for a class: snake case, one counter per class.
std::string automaticName(const std::string &className);
/// Keras's snake case: "MaxPooling2D" to "max_pooling2d".
std::string snakeCase(const std::string &name);
/// "warning: <message>" on stderr.
void warn(const std::string &message);

} // namespace tenon::graph
