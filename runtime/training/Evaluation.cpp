// SPDX-License-Identifier: Apache-2.0
#include "runtime/training/Evaluation.h"

#include <tenon/error.h>

#include <algorithm>

namespace tenon {
namespace {
int64_t limited(int64_t batches, int64_t steps) { return steps > 0 ? std::min(batches, steps) : batches; }

/// The context of a call that trains nothing, and its callbacks.
struct Call {
  TrainingContext context;
  Callbacks callbacks;

  template <typename Options>
  Call(Session &session, const Options &options) : context(session), callbacks(options.callbacks) {
    context.verbose = options.verbose < 0 ? 1 : options.verbose;
    if (context.verbose)
      callbacks.push_back(ProgressBar());
  }
};
} // namespace

bool wantBatchLogs(const Callbacks &callbacks) {
  return std::any_of(callbacks.begin(), callbacks.end(), [](auto &callback) { return callback->wantsBatchLogs(); });
}

void callPlain(Session &session, const char *entry) {
  session.call(entry, std::span<const Array>(), std::span<const Array>());
}

Dataset weighted(const Dataset &dataset, const Feed &weights, const char *caller) {
  if (weights.empty())
    return dataset;
  if (!dataset.sampleWeight().empty())
    throw Error(std::string(caller) + ": the data set has sample weights of its own; give sampleWeight once",
                Fault::Usage);
  return Dataset(dataset.x(), dataset.y(), weights);
}

std::optional<Logs> evaluateBatches(TrainingContext &context, data::BatchFeeder &feeder, int64_t steps,
                                    const Callbacks &callbacks, int64_t stepsPerExecution,
                                    const InterruptGuard *interrupt) {
  Session &session = context.session();
  const EntryInfo &entry = session.program().entry("evaluate_step");
  const bool batchLogs = wantBatchLogs(callbacks);
  context.testSteps = limited(feeder.batchCount(), steps);
  callPlain(session, "reset_metrics");
  each(callbacks, [&](auto &callback) { callback->onTestBegin(context); });
  for (int64_t batch = 0; batch < context.testSteps; ++batch) {
    each(callbacks, [&](auto &callback) { callback->onTestBatchBegin(context, batch); });
    for (int64_t last = std::min(batch + stepsPerExecution, context.testSteps) - 1; batch < last; ++batch)
      session.call(entry, feeder.batch(batch), {});
    session.call(entry, feeder.batch(batch), {});
    Logs logs = batchLogs ? context.currentLogs() : Logs();
    each(callbacks, [&](auto &callback) { callback->onTestBatchEnd(context, batch, logs); });
    if (interrupt && interrupt->signal())
      return std::nullopt;
  }
  Logs logs = context.currentLogs();
  each(callbacks, [&](auto &callback) { callback->onTestEnd(context, logs); });
  return logs;
}

Logs evaluate(Session &session, const Dataset &dataset, const EvaluateOptions &options, int stepsPerExecution) {
  data::BatchFeeder feeder(session.program().entry("evaluate_step"),
                           weighted(dataset, options.sampleWeight, "evaluate"), options.batchSize);
  Call call(session, options);
  return *evaluateBatches(call.context, feeder, options.steps, call.callbacks, std::max(stepsPerExecution, 1));
}

std::vector<Array> predict(Session &session, const Feed &x, const PredictOptions &options) {
  const EntryInfo &entry = session.program().entry("predict");
  data::BatchFeeder feeder(entry, Dataset(x), options.batchSize);
  Call call(session, options);
  TrainingContext &context = call.context;
  context.testSteps = limited(feeder.batchCount(), options.steps);
  int64_t samples = std::min(feeder.size(), context.testSteps * feeder.batchSize());

  std::vector<Array> results, outputs;
  std::span<const Array> first = feeder.batch(0);
  std::vector<Shape> shapes = session.outputShapes("predict", first);
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].empty() || shapes[i][0] != feeder.batchSize())
      throw Error("predict: output '" + entry.outputs[i].name + "' of shape " + toString(shapes[i]) +
                  " does not have the samples along axis 0");
    shapes[i][0] = samples;
    results.emplace_back(shapes[i], entry.outputs[i].dtype);
  }
  each(call.callbacks, [&](auto &callback) { callback->onPredictBegin(context); });
  for (int64_t batch = 0; batch < context.testSteps; ++batch) {
    each(call.callbacks, [&](auto &callback) { callback->onPredictBatchBegin(context, batch); });
    int64_t begin = batch * feeder.batchSize(), end = std::min(begin + feeder.batchSize(), samples);
    outputs.clear();
    for (auto &result : results)
      outputs.push_back(result.rows(begin, end));
    session.call(entry, feeder.batch(batch), outputs);
    each(call.callbacks, [&](auto &callback) { callback->onPredictBatchEnd(context, batch); });
  }
  each(call.callbacks, [&](auto &callback) { callback->onPredictEnd(context); });
  return results;
}

} // namespace tenon
