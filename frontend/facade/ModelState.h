// SPDX-License-Identifier: Apache-2.0
// What compile, fit and predict keep for a model: what it was compiled with, its programs, and the storage of
// everything that is not a layer's (slots, metrics, hyper-parameters).
#pragma once
#include "frontend/graph/EmitTraining.h"
#include "frontend/graph/optimizers/Variables.h"
#include <tenon/session.h>
#include <tenon/training.h>

namespace tenon::facade {

class ModelState {
public:
  explicit ModelState(graph::ModelNode &model) : model(model) {}
  /// The model's state, made at its first use.
  static ModelState &of(graph::ModelNode &model);

  /// Checks the options against the outputs and writes the training module; waits for buildFor where the input is not
  /// known yet. The state of another optimizer is dropped.
  void compile(const CompileOptions &options);
  /// Gives a Sequential that does not know its input the samples' shape and type.
  void buildFor(const Feed &x);
  bool isCompiled() const { return spec.has_value(); }
  /// What compile() was told; only when isCompiled().
  const graph::TrainingSpec &training() const { return *spec; }
  /// What compile was told; an Error that names the model and `caller` when it was not called.
  const graph::TrainingSpec &compiled(const std::string &caller) const;

  /// The session that trains and evaluates, compiled at the first call; `batch`: what a step is then priced for.
  Session &trainSession(const std::string &caller, std::optional<int64_t> batch = std::nullopt);
  /// The session that predicts; derived weights are up to date for the next call.
  Session &predictSession();

  /// The module of the training functions as compile wrote it, in a context of its own.
  mlir::OwningOpRef<mlir::ModuleOp> trainingModule(mlir::MLIRContext &context, bool withPredict) const;

  /// Storage of a variable that is the model's own (slot, metric, hyper); zeros of this type when it is new. An Error
  /// that names it when a file gave it another shape or type.
  Array &storage(const std::string &name, VariableKind kind, const Shape &shape, DType dtype);
  struct Stored {
    VariableKind kind;
    Array value;
    bool restored = false; // from a file, and no program has asked for it yet
  };
  const std::map<std::string, Stored> &stored() const { return values; }
  /// What the optimizer keeps, in the order of Keras's files, by the trainable flags that compile saw; only when
  /// isCompiled().
  std::vector<graph::OptimizerVariable> optimizerVariables() const;
  /// How many passes over data all calls of fit began.
  int64_t *passes() { return storage("passes", VariableKind::Hyper, {}, DType::I64).data<int64_t>(); }
  /// The seed of the order of samples and of everything random in training.
  int64_t *seed() { return storage("seed", VariableKind::Hyper, {}, DType::I64).data<int64_t>(); }
  int stepsPerExecution() const { return executionSteps; }
  /// Sets what a file holds.
  void restore(const std::string &name, VariableKind kind, const Array &value);

  /// Has the optimizer a state yet? Not before the first step is compiled or a file gave it.
  bool hasOptimizerState() const;
  /// Of the optimizer's state as Keras counts it; nothing before the first step is compiled or a file gave it.
  graph::OptimizerSize optimizerSize() const;

  /// Warns, once per compile, when a layer's trainable flag is not what compile saw.
  void warnWhenTrainableChanged();

private:
  std::unique_ptr<Session> makeSession(Program program);

  graph::ModelNode &model;
  std::optional<graph::TrainingSpec> spec;
  /// The layers' trainable flags as compile saw them.
  using Flags = std::vector<std::pair<graph::LayerNode *, bool>>;
  static Flags flagsOf(graph::ModelNode &model);
  static std::vector<bool> trainedWeights(const graph::ModelNode &model);
  Flags flags;
  std::vector<bool> trainable; // per weight
  std::optional<CompileOptions> waiting;
  int executionSteps = 1;
  std::vector<Tensor> trainOutputs, predictOutputs;
  std::map<std::string, Stored> values;
  std::unique_ptr<Session> train, predict;
  uint64_t preparedVersion = 0;
  bool warned = false;
};

/// Threads of new sessions.
int threads();

} // namespace tenon::facade
