// SPDX-License-Identifier: Apache-2.0
#include "runtime/training/Evaluation.h"

#include "runtime/training/BatchStream.h"

#include <tenon/error.h>

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {
/// How many of `batches` (-1: not known) are used when an option says `steps` (0: all).
int64_t limited(int64_t batches, int64_t steps) {
  return steps <= 0 ? batches : batches < 0 ? steps : std::min(batches, steps);
}

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

/// The outputs of all batches: rows of one array per output, which grows when the number of samples is not known.
class ResultRows {
public:
  ResultRows(const EntryInfo &entry, int64_t samples) : entry_(entry), samples_(samples) {}
  /// Where the next batch's outputs go.
  std::span<const Array> next(Session &session, std::span<const Array> inputs) {
    int64_t count = inputs[0].rowCount();
    if (results_.empty() || done_ + count > results_[0].rowCount())
      grow(session.outputShapes("predict", inputs), count);
    rows_.clear();
    for (auto &result : results_)
      rows_.push_back(result.rows(done_, done_ + count));
    done_ += count;
    return rows_;
  }
  std::vector<Array> all() const {
    std::vector<Array> results;
    for (auto &result : results_)
      results.push_back(done_ == result.rowCount() ? result : result.rows(0, done_).clone());
    return results;
  }

private:
  void grow(std::vector<Shape> shapes, int64_t count) {
    for (size_t i = 0; i < shapes.size(); ++i) {
      if (shapes[i].empty() || shapes[i][0] != count)
        throw Error("predict: output '" + entry_.outputs[i].name + "' of shape " + toString(shapes[i]) +
                    " does not have the samples along axis 0");
      shapes[i][0] = samples_ < 0 ? 2 * done_ + count : samples_;
      Array larger(shapes[i], entry_.outputs[i].dtype);
      if (i == results_.size()) {
        results_.push_back(larger);
        continue;
      }
      if (results_[i].rowBytes() != larger.rowBytes())
        throw Error("predict: output '" + entry_.outputs[i].name + "' has the shape " + toString(shapes[i]) +
                    " in a batch, " + toString(results_[i].shape()) + " in the batches before");
      std::memcpy(larger.raw(), results_[i].raw(), static_cast<size_t>(done_) * larger.rowBytes());
      results_[i] = larger;
    }
  }

  const EntryInfo &entry_;
  int64_t samples_, done_ = 0; // samples_ -1: not known
  std::vector<Array> results_, rows_;
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
  if (dataset.inMemory() && !dataset.sampleWeight().empty())
    throw Error(std::string(caller) + ": the data set has sample weights of its own; give sampleWeight once",
                Fault::Usage);
  return dataset.withSampleWeight(weights);
}

std::optional<Logs> evaluateBatches(TrainingContext &context, data::BatchFeeder &feeder, int64_t steps,
                                    const Callbacks &callbacks, int64_t stepsPerExecution,
                                    const InterruptGuard *interrupt) {
  Session &session = context.session();
  const EntryInfo &entry = session.program().entry("evaluate_step");
  const bool batchLogs = wantBatchLogs(callbacks);
  context.testSteps = limited(feeder.batchCount(), steps);
  BatchStream stream(feeder);
  callPlain(session, "reset_metrics");
  each(callbacks, [&](auto &callback) { callback->onTestBegin(context); });
  for (int64_t batch = 0; batch != context.testSteps && stream.more(); ++batch) {
    each(callbacks, [&](auto &callback) { callback->onTestBatchBegin(context, batch); });
    session.call(entry, stream.take(), {});
    for (int64_t n = 1; n < stepsPerExecution && batch + 1 != context.testSteps && stream.more(); ++n, ++batch)
      session.call(entry, stream.take(), {});
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
  return predictDataset(session, Dataset(x), options);
}

std::vector<Array> predictDataset(Session &session, const Dataset &dataset, const PredictOptions &options) {
  const EntryInfo &entry = session.program().entry("predict");
  data::BatchFeeder feeder(entry, dataset, options.batchSize);
  Call call(session, options);
  TrainingContext &context = call.context;
  context.testSteps = limited(feeder.batchCount(), options.steps);
  BatchStream stream(feeder);
  ResultRows results(entry, feeder.size() < 0 ? -1 : std::min(feeder.size(), context.testSteps * feeder.batchSize()));
  each(call.callbacks, [&](auto &callback) { callback->onPredictBegin(context); });
  for (int64_t batch = 0; batch != context.testSteps && stream.more(); ++batch) {
    each(call.callbacks, [&](auto &callback) { callback->onPredictBatchBegin(context, batch); });
    std::span<const Array> inputs = stream.take();
    session.call(entry, inputs, results.next(session, inputs));
    each(call.callbacks, [&](auto &callback) { callback->onPredictBatchEnd(context, batch); });
  }
  each(call.callbacks, [&](auto &callback) { callback->onPredictEnd(context); });
  return results.all();
}

} // namespace tenon
