// SPDX-License-Identifier: Apache-2.0
#include <tenon/trainer.h>

#include "runtime/Interrupt.h"
#include "runtime/data/BatchFeeder.h"
#include "runtime/data/Classes.h"

#include <tenon/error.h>

#include <algorithm>
#include <cmath>

namespace tenon {
namespace {
[[noreturn]] void refuse(const std::string &message) { throw Error("fit: " + message, Fault::Usage); }

void check(const FitOptions &options) {
  if (options.batchSize < 1)
    refuse("expected batchSize of at least 1, received " + std::to_string(options.batchSize));
  if (options.epochs < 1 || options.initialEpoch < 0)
    refuse("expected epochs of at least 1 and initialEpoch of at least 0, received " + std::to_string(options.epochs) +
           " and " + std::to_string(options.initialEpoch));
  if (!(options.validationSplit >= 0 && options.validationSplit < 1))
    refuse("expected validationSplit from 0 to below 1, received " + std::to_string(options.validationSplit));
  if (options.validationFreq < 1 || options.stepsPerEpoch < 0 || options.validationSteps < 0 ||
      options.validationBatchSize < 0)
    refuse("validationFreq must be at least 1, stepsPerEpoch, validationSteps and validationBatchSize not negative");
  if (options.verbose < -1 || options.verbose > 2)
    refuse("expected verbose 0, 1, 2 or -1 (auto), received " + std::to_string(options.verbose));
}

Dataset withClassWeight(const Dataset &dataset, const std::map<int, double> &classWeight) {
  if (!dataset.sampleWeight().empty())
    refuse("classWeight and sampleWeight cannot be used together");
  if (dataset.y().count() != 1)
    refuse("classWeight needs a model of one output, received " + std::to_string(dataset.y().count()) + " targets");
  std::vector<float> weights;
  for (int64_t label : data::classesOf(dataset.y(0), "fit: classWeight")) {
    auto found = classWeight.find(static_cast<int>(label));
    weights.push_back(found == classWeight.end() ? 1.0f : static_cast<float>(found->second));
  }
  return Dataset(dataset.x(), dataset.y(), Array(std::move(weights), {dataset.size()}));
}

int64_t seedOf(Session &session, const FitOptions &options) {
  if (options.seed || !session.hasVariable("seed"))
    return options.seed.value_or(0);
  return static_cast<int64_t>(session.variable("seed").astype(DType::I64).data<int64_t>()[0]);
}

void call(Session &session, const char *entry) {
  session.call(entry, std::span<const Array>(), std::span<const Array>());
}

int64_t limited(int64_t batches, int64_t steps) { return steps > 0 ? std::min(batches, steps) : batches; }

template <typename Hook> void each(const Callbacks &callbacks, Hook &&hook) {
  for (auto &callback : callbacks)
    hook(callback);
}

bool wantBatchLogs(const Callbacks &callbacks) {
  return std::any_of(callbacks.begin(), callbacks.end(), [](auto &callback) { return callback->wantsBatchLogs(); });
}

/// The samples with the weights that an option gives.
Dataset weighted(const Dataset &dataset, const Feed &weights, const char *caller) {
  if (weights.empty())
    return dataset;
  if (!dataset.sampleWeight().empty())
    throw Error(std::string(caller) + ": the data set has sample weights of its own; give sampleWeight once",
                Fault::Usage);
  return Dataset(dataset.x(), dataset.y(), weights);
}

Logs evaluateBatches(TrainingContext &context, data::BatchFeeder &feeder, int64_t steps, const Callbacks &callbacks,
                     int64_t stepsPerExecution) {
  Session &session = context.session();
  const EntryInfo &entry = session.program().entry("evaluate_step");
  const bool batchLogs = wantBatchLogs(callbacks);
  context.testSteps = limited(feeder.batchCount(), steps);
  call(session, "reset_metrics");
  each(callbacks, [&](auto &callback) { callback->onTestBegin(context); });
  for (int64_t batch = 0; batch < context.testSteps; ++batch) {
    each(callbacks, [&](auto &callback) { callback->onTestBatchBegin(context, batch); });
    for (int64_t last = std::min(batch + stepsPerExecution, context.testSteps) - 1; batch < last; ++batch)
      session.call(entry, feeder.batch(batch), {});
    session.call(entry, feeder.batch(batch), {});
    Logs logs = batchLogs ? context.currentLogs() : Logs();
    each(callbacks, [&](auto &callback) { callback->onTestBatchEnd(context, batch, logs); });
  }
  Logs logs = context.currentLogs();
  each(callbacks, [&](auto &callback) { callback->onTestEnd(context, logs); });
  return logs;
}

/// The batches of all epochs in a row: pass after pass over the data, each in an order of its own.
class BatchStream {
public:
  /// Begins with batch number `first` of a training from its very start, or, when its pass was begun by a training
  /// before and not left in its middle, with the next pass that was not.
  BatchStream(data::BatchFeeder &feeder, bool shuffle, int64_t seed, int64_t first, int64_t *passes)
      : feeder_(feeder), shuffle_(shuffle), seed_(seed), next_(first), passes_(passes) {
    int64_t begun = passes ? *passes : 0, count = feeder.batchCount();
    if ((first + count - 1) / count < begun)
      next_ = begun * count;
  }
  std::span<const Array> next() {
    int64_t pass = next_ / feeder_.batchCount(), batch = next_ % feeder_.batchCount();
    ++next_;
    if (passes_)
      *passes_ = pass + 1;
    if (!shuffle_)
      return feeder_.batch(batch);
    if (pass != pass_)
      order_ = data::permutation(feeder_.size(), seed_, pass);
    pass_ = pass;
    return feeder_.batch(batch, order_);
  }

private:
  data::BatchFeeder &feeder_;
  bool shuffle_;
  int64_t seed_, pass_ = -1, next_;
  int64_t *passes_;
  std::vector<int64_t> order_;
};
} // namespace

Trainer::Trainer(Session &session, Dataset dataset, FitOptions options, TrainerSettings settings)
    : session_(session), train_(std::move(dataset)), options_(std::move(options)), settings_(settings) {
  check(options_);
  if (settings_.stepsPerExecution < 1)
    refuse("expected stepsPerExecution of at least 1, received " + std::to_string(settings_.stepsPerExecution));
  train_ = weighted(train_, options_.sampleWeight, "fit");
  if (options_.validationData) {
    validation_ = *options_.validationData;
  } else if (options_.validationSplit > 0) {
    auto cut = static_cast<int64_t>(std::floor(static_cast<double>(train_.size()) * (1 - options_.validationSplit)));
    if (cut < 1 || cut >= train_.size())
      refuse("validationSplit " + std::to_string(options_.validationSplit) + " of " + std::to_string(train_.size()) +
             " samples leaves one part empty");
    validation_ = train_.rows(cut, train_.size());
    train_ = train_.take(cut);
  }
  if (!options_.classWeight.empty())
    train_ = withClassWeight(train_, options_.classWeight);
}

History Trainer::run() {
  const EntryInfo &entry = session_.program().entry("train_step");
  data::BatchFeeder feeder(entry, train_, options_.batchSize, session_.threads());
  std::optional<data::BatchFeeder> validation;
  if (validation_.size())
    validation.emplace(session_.program().entry("evaluate_step"), validation_,
                       options_.validationBatchSize ? options_.validationBatchSize : options_.batchSize);

  TrainingContext context(session_);
  context.epochs = options_.epochs;
  context.steps = options_.stepsPerEpoch ? options_.stepsPerEpoch : feeder.batchCount();
  context.verbose = options_.verbose < 0 ? 1 : options_.verbose;
  context.training = true;
  BatchStream stream(feeder, options_.shuffle, seedOf(session_, options_), options_.initialEpoch * context.steps,
                     settings_.passes);
  auto history = std::make_shared<History>();
  Callbacks callbacks = options_.callbacks;
  callbacks.push_back(history);
  if (context.verbose)
    callbacks.push_back(ProgressBar());
  const bool batchLogs = wantBatchLogs(callbacks);

  InterruptGuard interrupt;
  Logs logs;
  each(callbacks, [&](auto &callback) { callback->onTrainBegin(context); });
  for (int epoch = options_.initialEpoch; epoch < options_.epochs && !context.stopTraining; ++epoch) {
    call(session_, "reset_metrics");
    each(callbacks, [&](auto &callback) { callback->onEpochBegin(context, epoch); });
    for (int64_t batch = 0; batch < context.steps && !context.stopTraining; ++batch) {
      each(callbacks, [&](auto &callback) { callback->onTrainBatchBegin(context, batch); });
      for (int64_t last = std::min(batch + settings_.stepsPerExecution, context.steps) - 1; batch < last; ++batch)
        session_.call(entry, stream.next(), {});
      session_.call(entry, stream.next(), {});
      logs = batchLogs ? context.currentLogs() : Logs();
      each(callbacks, [&](auto &callback) { callback->onTrainBatchEnd(context, batch, logs); });
      context.stopTraining |= interrupt.interrupted();
    }
    logs = context.currentLogs();
    if (interrupt.interrupted())
      break;
    if (validation && (epoch + 1) % options_.validationFreq == 0)
      for (auto &[name, value] :
           evaluateBatches(context, *validation, options_.validationSteps, callbacks, settings_.stepsPerExecution))
        logs["val_" + name] = value;
    each(callbacks, [&](auto &callback) { callback->onEpochEnd(context, epoch, logs); });
    context.stopTraining |= interrupt.interrupted();
  }
  history->interrupted = interrupt.interrupted();
  each(callbacks, [&](auto &callback) { callback->onTrainEnd(context, logs); });
  return *history;
}

Logs evaluate(Session &session, const Dataset &dataset, const EvaluateOptions &options, int stepsPerExecution) {
  data::BatchFeeder feeder(session.program().entry("evaluate_step"),
                           weighted(dataset, options.sampleWeight, "evaluate"), options.batchSize);
  TrainingContext context(session);
  context.verbose = options.verbose < 0 ? 1 : options.verbose;
  Callbacks callbacks = options.callbacks;
  if (context.verbose)
    callbacks.push_back(ProgressBar());
  return evaluateBatches(context, feeder, options.steps, callbacks, std::max(stepsPerExecution, 1));
}

std::vector<Array> predict(Session &session, const Feed &x, const PredictOptions &options) {
  const EntryInfo &entry = session.program().entry("predict");
  data::BatchFeeder feeder(entry, Dataset(x), options.batchSize);
  TrainingContext context(session);
  context.verbose = options.verbose < 0 ? 1 : options.verbose;
  context.testSteps = limited(feeder.batchCount(), options.steps);
  int64_t samples = std::min(feeder.size(), context.testSteps * feeder.batchSize());
  Callbacks callbacks = options.callbacks;
  if (context.verbose)
    callbacks.push_back(ProgressBar());

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
  each(callbacks, [&](auto &callback) { callback->onPredictBegin(context); });
  for (int64_t batch = 0; batch < context.testSteps; ++batch) {
    each(callbacks, [&](auto &callback) { callback->onPredictBatchBegin(context, batch); });
    int64_t begin = batch * feeder.batchSize(), end = std::min(begin + feeder.batchSize(), samples);
    outputs.clear();
    for (auto &result : results)
      outputs.push_back(result.rows(begin, end));
    session.call(entry, feeder.batch(batch), outputs);
    each(callbacks, [&](auto &callback) { callback->onPredictBatchEnd(context, batch); });
  }
  each(callbacks, [&](auto &callback) { callback->onPredictEnd(context); });
  return results;
}

} // namespace tenon
