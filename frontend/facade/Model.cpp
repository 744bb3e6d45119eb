// SPDX-License-Identifier: Apache-2.0
// Model's compile, fit, evaluate and predict: the calls of design section 2 in a row.
#include "frontend/facade/ModelState.h"
#include "frontend/facade/Warnings.h"
#include "runtime/data/BatchFeeder.h"
#include <tenon/model.h>

namespace tenon {
namespace {

using facade::ModelState;

/// Tells everything derived from the weights after every batch, so that callbacks may predict.
struct WeightsWritten : Callback {
  explicit WeightsWritten(graph::ModelNode &model) : model(model) {}
  void onTrainBatchEnd(TrainingContext &, int64_t, const Logs &) override { graph::touchWeights(model); }
  bool wantsBatchLogs() const override { return false; }
  graph::ModelNode &model;
};

/// The same at the end, however training ends.
struct WeightsGuard {
  graph::ModelNode &model;
  ~WeightsGuard() { graph::touchWeights(model); }
};

Scores ordered(Session &session, const Logs &logs) {
  std::vector<std::pair<std::string, double>> values;
  for (const TensorSpec &log : session.program().entry("read_metrics").outputs)
    values.emplace_back(log.name, logs.at(log.name));
  return Scores(std::move(values));
}

Scores onBatch(Session &session, const char *entryName, const Feed &x, const Feed &y, const Feed &sampleWeight) {
  Dataset batch(x, y, sampleWeight);
  const EntryInfo &entry = session.program().entry(entryName);
  data::BatchFeeder feeder(entry, batch, std::max<int64_t>(batch.size(), 1));
  session.call(entry, feeder.batch(0), {});
  return ordered(session, TrainingContext(session).currentLogs());
}

} // namespace

void Model::compile(const CompileOptions &options) const { ModelState::of(model()).compile(options); }

History Model::fit(const Dataset &data, FitOptions options) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(data.x());
  const graph::TrainingSpec &spec = state.compiled("fit");
  facade::checkTargets(model(), spec, data.y(), /*warn=*/true);
  if (options.validationData)
    facade::checkTargets(model(), spec, options.validationData->y(), /*warn=*/false);
  Session &session = state.trainSession("fit");
  state.warnWhenTrainableChanged();
  if (!options.seed)
    options.seed = state.storage("seed", VariableKind::Hyper, {}, DType::I64).data<int64_t>()[0];
  options.callbacks.insert(options.callbacks.begin(), WeightsWritten(model()));
  WeightsGuard guard{model()};
  return Trainer(session, data, std::move(options), {state.stepsPerExecution(), state.passes()}).run();
}
History Model::fit(const Feed &x, const Feed &y, FitOptions options) const {
  return fit(Dataset(x, y), std::move(options));
}

Scores Model::evaluate(const Dataset &data, const EvaluateOptions &options) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(data.x());
  facade::checkTargets(model(), state.compiled("evaluate"), data.y(), /*warn=*/false);
  Session &session = state.trainSession("evaluate");
  return ordered(session, tenon::evaluate(session, data, options, state.stepsPerExecution()));
}
Scores Model::evaluate(const Feed &x, const Feed &y, const EvaluateOptions &options) const {
  return evaluate(Dataset(x, y), options);
}

Predictions Model::predict(const Feed &x, const PredictOptions &options) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(x);
  Session &session = state.predictSession();
  return {model().outputNames(), tenon::predict(session, x, options)};
}

Scores Model::trainOnBatch(const Feed &x, const Feed &y, const Feed &sampleWeight) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(x);
  facade::checkTargets(model(), state.compiled("trainOnBatch"), y, /*warn=*/false);
  Session &session = state.trainSession("trainOnBatch");
  state.warnWhenTrainableChanged();
  WeightsGuard guard{model()};
  return onBatch(session, "train_step", x, y, sampleWeight);
}
Scores Model::testOnBatch(const Feed &x, const Feed &y, const Feed &sampleWeight) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(x);
  facade::checkTargets(model(), state.compiled("testOnBatch"), y, /*warn=*/false);
  return onBatch(state.trainSession("testOnBatch"), "evaluate_step", x, y, sampleWeight);
}
Predictions Model::predictOnBatch(const Feed &x) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(x);
  Session &session = state.predictSession();
  Dataset batch(x);
  data::BatchFeeder feeder(session.program().entry("predict"), batch, std::max<int64_t>(batch.size(), 1));
  std::span<const Array> inputs = feeder.batch(0);
  return {model().outputNames(), session.call("predict", std::vector<Array>(inputs.begin(), inputs.end()))};
}

void Model::resetMetrics() const {
  ModelState::of(model()).trainSession("resetMetrics").call("reset_metrics", std::vector<Array>());
}

double Model::learningRate() const {
  return TrainingContext(ModelState::of(model()).trainSession("learningRate")).learningRate();
}
void Model::setLearningRate(double rate) const {
  TrainingContext(ModelState::of(model()).trainSession("setLearningRate")).setLearningRate(rate);
}

} // namespace tenon
