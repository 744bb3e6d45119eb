// SPDX-License-Identifier: Apache-2.0
// Model's compile, fit, evaluate and predict: the calls of design section 2 in a row.
#include "frontend/facade/CallbackModel.h"
#include "frontend/facade/ModelState.h"
#include "frontend/facade/Warnings.h"
#include "runtime/data/BatchFeeder.h"
#include <tenon/model.h>

namespace tenon {
namespace {

using facade::ModelState;

/// Shows the callbacks behind it the model they are called for, and tells everything derived from the weights after
/// every batch, so that callbacks may predict.
struct ForModel : Callback {
  explicit ForModel(const Model &model) : model(model) {}
  std::optional<ResumableState> resume(TrainingContext &context) override {
    facade::setModel(context, model);
    return std::nullopt;
  }
  void onTrainResume(TrainingContext &, const State &) override { graph::touchWeights(model.model()); }
  void onTrainBatchEnd(TrainingContext &, int64_t, const Logs &) override { graph::touchWeights(model.model()); }
  void onTestBegin(TrainingContext &context) override { facade::setModel(context, model); }
  void onPredictBegin(TrainingContext &context) override { facade::setModel(context, model); }
  bool wantsBatchLogs() const override { return false; }
  Model model;
};

template <typename Options> Options forModel(const Model &model, Options options) {
  options.callbacks.insert(options.callbacks.begin(), ForModel(model));
  return options;
}

/// The same at the end, however training ends.
struct WeightsGuard {
  graph::ModelNode &model;
  ~WeightsGuard() { graph::touchWeights(model); }
};

/// Builds a Sequential that does not know its input from the data's first samples.
void buildFor(ModelState &state, const Model &model, const Dataset &data) {
  if (!model.model().hasNetwork())
    state.buildFor(data.head(1).x());
}

/// The data set with its targets checked: those in memory now, the others batch by batch as they are made.
Dataset withCheckedTargets(graph::ModelNode &model, const graph::TrainingSpec &spec, const Dataset &data, bool warn) {
  if (data.inMemory()) {
    facade::checkTargets(model, spec, data.y(), warn);
    return data;
  }
  Dataset checked = data.map([&model, &spec](const Dataset &batch) {
    facade::checkTargets(model, spec, batch.y(), /*warn=*/false);
    return batch;
  });
  // A generator is not asked for batches that nobody trains on.
  if (warn && data.size() > 0)
    facade::checkTargets(model, spec, checked.head(32).y(), warn);
  return checked;
}

Scores ordered(Session &session, const Logs &logs) {
  std::vector<std::pair<std::string, double>> values;
  for (const TensorSpec &log : session.program().entry("read_metrics").outputs)
    values.emplace_back(log.name, logs.at(log.name));
  return Scores(std::move(values));
}

std::optional<int64_t> rowsOf(const Feed &x) {
  return x.empty() || x[0].shape().empty() ? std::nullopt : std::optional(std::max<int64_t>(x[0].rowCount(), 1));
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
  buildFor(state, *this, data);
  const graph::TrainingSpec &spec = state.compiled("fit");
  Dataset checked = withCheckedTargets(model(), spec, data, /*warn=*/true);
  if (options.validationData)
    options.validationData = withCheckedTargets(model(), spec, *options.validationData, /*warn=*/false);
  Session &session = state.trainSession("fit", std::max(options.batchSize, 1));
  state.warnWhenTrainableChanged();
  WeightsGuard guard{model()};
  return Trainer(session, checked, forModel(*this, std::move(options)),
                 {state.stepsPerExecution(), state.passes(), state.seed()})
      .run();
}
History Model::fit(const Feed &x, const Feed &y, FitOptions options) const {
  return fit(Dataset(x, y), std::move(options));
}

Scores Model::evaluate(const Dataset &data, const EvaluateOptions &options) const {
  ModelState &state = ModelState::of(model());
  buildFor(state, *this, data);
  Dataset checked = withCheckedTargets(model(), state.compiled("evaluate"), data, /*warn=*/false);
  Session &session = state.trainSession("evaluate");
  return ordered(session, tenon::evaluate(session, checked, forModel(*this, options), state.stepsPerExecution()));
}
Scores Model::evaluate(const Feed &x, const Feed &y, const EvaluateOptions &options) const {
  return evaluate(Dataset(x, y), options);
}

Predictions Model::predict(const Feed &x, const PredictOptions &options) const {
  return predictDataset(Dataset(x), options);
}
Predictions Model::predictDataset(const Dataset &data, const PredictOptions &options) const {
  ModelState &state = ModelState::of(model());
  buildFor(state, *this, data);
  Session &session = state.predictSession();
  return {model().outputNames(), tenon::predict(session, data, forModel(*this, options))};
}

Scores Model::trainOnBatch(const Feed &x, const Feed &y, const Feed &sampleWeight) const {
  ModelState &state = ModelState::of(model());
  state.buildFor(x);
  facade::checkTargets(model(), state.compiled("trainOnBatch"), y, /*warn=*/false);
  Session &session = state.trainSession("trainOnBatch", rowsOf(x));
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
