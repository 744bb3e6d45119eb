// SPDX-License-Identifier: Apache-2.0
#include <tenon/trainer.h>

#include "runtime/Interrupt.h"
#include "runtime/data/BatchFeeder.h"
#include "runtime/data/Classes.h"

#include <tenon/error.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

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
  return dataset.map([classWeight](const Dataset &samples) {
    if (!samples.sampleWeight().empty())
      refuse("classWeight and sampleWeight cannot be used together");
    if (samples.y().count() != 1)
      refuse("classWeight needs a model of one output, received " + std::to_string(samples.y().count()) + " targets");
    std::vector<float> weights;
    for (int64_t label : data::classesOf(samples.y(0), "fit: classWeight")) {
      auto found = classWeight.find(static_cast<int>(label));
      weights.push_back(found == classWeight.end() ? 1.0f : static_cast<float>(found->second));
    }
    return Dataset(samples.x(), samples.y(), Array(std::move(weights), {samples.size()}));
  });
}

int64_t seedOf(Session &session, const FitOptions &options) {
  if (options.seed || !session.hasVariable("seed"))
    return options.seed.value_or(0);
  return static_cast<int64_t>(session.variable("seed").astype(DType::I64).data<int64_t>()[0]);
}

void call(Session &session, const char *entry) {
  session.call(entry, std::span<const Array>(), std::span<const Array>());
}

/// How many of `batches` (-1: not known) are used when an option says `steps` (0: all).
int64_t limited(int64_t batches, int64_t steps) {
  return steps <= 0 ? batches : batches < 0 ? steps : std::min(batches, steps);
}

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
  if (dataset.inMemory() && !dataset.sampleWeight().empty())
    throw Error(std::string(caller) + ": the data set has sample weights of its own; give sampleWeight once",
                Fault::Usage);
  return dataset.withSampleWeight(weights);
}

/// The batches of all epochs in a row: pass after pass over the data, each in an order of its own.
class BatchStream {
public:
  /// One pass, samples in their own order.
  explicit BatchStream(data::BatchFeeder &feeder) : feeder_(feeder) { feeder_.begin(0); }
  /// Begins with batch number `first` of a training from its very start, or, when its pass was begun by a training
  /// before and not left in its middle, with the next pass that was not. When the batches of a pass are not known,
  /// `epoch` is the pass to begin with, and, with `endless`, batches before `first` are left out of pass 0.
  BatchStream(data::BatchFeeder &feeder, std::optional<int64_t> seed, int64_t first, int epoch, bool endless,
              int64_t *passes)
      : feeder_(feeder), seed_(seed), endless_(endless), passes_(passes) {
    int64_t begun = passes ? *passes : 0, count = feeder.batchCount();
    if (count < 0)
      pass_ = endless ? begun : std::max<int64_t>(begun, epoch), batch_ = endless && pass_ == 0 ? first : 0;
    else if ((first + count - 1) / count < begun)
      pass_ = begun;
    else
      pass_ = first / count, batch_ = first % count;
    feeder_.begin(pass_, batch_, seed_);
  }
  /// Whether there is a batch, which take() then gives. At the end of a pass the next one begins, for a stream that is
  /// not endless after it was once said that there is none.
  bool more() {
    if (!batches_.empty() || !(batches_ = feeder_.next()).empty())
      return true;
    if (batch_ == 0)
      throw Error("the generator gave no batch in pass " + std::to_string(pass_));
    batch_ = 0;
    feeder_.begin(++pass_, 0, seed_);
    return endless_ && more();
  }
  std::span<const Array> take() {
    ++batch_;
    if (passes_)
      *passes_ = pass_ + 1;
    return std::exchange(batches_, {});
  }

private:
  data::BatchFeeder &feeder_;
  std::optional<int64_t> seed_;
  bool endless_ = false;
  int64_t *passes_ = nullptr;
  int64_t pass_ = 0, batch_ = 0;
  std::span<const Array> batches_;
};

Logs evaluateBatches(TrainingContext &context, data::BatchFeeder &feeder, int64_t steps, const Callbacks &callbacks,
                     int64_t stepsPerExecution) {
  Session &session = context.session();
  const EntryInfo &entry = session.program().entry("evaluate_step");
  const bool batchLogs = wantBatchLogs(callbacks);
  context.testSteps = limited(feeder.batchCount(), steps);
  BatchStream stream(feeder);
  call(session, "reset_metrics");
  each(callbacks, [&](auto &callback) { callback->onTestBegin(context); });
  for (int64_t batch = 0; batch != context.testSteps && stream.more(); ++batch) {
    each(callbacks, [&](auto &callback) { callback->onTestBatchBegin(context, batch); });
    session.call(entry, stream.take(), {});
    for (int64_t n = 1; n < stepsPerExecution && batch + 1 != context.testSteps && stream.more(); ++n, ++batch)
      session.call(entry, stream.take(), {});
    Logs logs = batchLogs ? context.currentLogs() : Logs();
    each(callbacks, [&](auto &callback) { callback->onTestBatchEnd(context, batch, logs); });
  }
  Logs logs = context.currentLogs();
  each(callbacks, [&](auto &callback) { callback->onTestEnd(context, logs); });
  return logs;
}

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

Trainer::Trainer(Session &session, Dataset dataset, FitOptions options, TrainerSettings settings)
    : session_(session), train_(std::move(dataset)), options_(std::move(options)), settings_(settings) {
  check(options_);
  if (settings_.stepsPerExecution < 1)
    refuse("expected stepsPerExecution of at least 1, received " + std::to_string(settings_.stepsPerExecution));
  train_ = weighted(train_, options_.sampleWeight, "fit");
  if (options_.validationData) {
    validation_ = *options_.validationData;
  } else if (options_.validationSplit > 0) {
    if (train_.generator())
      refuse("validationSplit cannot split what a generator makes; give validationData");
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
  std::optional<int64_t> seed;
  if (options_.shuffle)
    seed = seedOf(session_, options_);
  BatchStream stream(feeder, seed, options_.initialEpoch * std::max<int64_t>(context.steps, 0), options_.initialEpoch,
                     context.steps >= 0, settings_.passes);
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
    for (int64_t batch = 0; batch != context.steps && !context.stopTraining && stream.more(); ++batch) {
      each(callbacks, [&](auto &callback) { callback->onTrainBatchBegin(context, batch); });
      session_.call(entry, stream.take(), {});
      for (int n = 1; n < settings_.stepsPerExecution && batch + 1 != context.steps && stream.more(); ++n, ++batch)
        session_.call(entry, stream.take(), {});
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
  return predictDataset(session, Dataset(x), options);
}

std::vector<Array> predictDataset(Session &session, const Dataset &dataset, const PredictOptions &options) {
  const EntryInfo &entry = session.program().entry("predict");
  data::BatchFeeder feeder(entry, dataset, options.batchSize);
  TrainingContext context(session);
  context.verbose = options.verbose < 0 ? 1 : options.verbose;
  context.testSteps = limited(feeder.batchCount(), options.steps);
  Callbacks callbacks = options.callbacks;
  if (context.verbose)
    callbacks.push_back(ProgressBar());

  BatchStream stream(feeder);
  ResultRows results(entry, feeder.size() < 0 ? -1 : std::min(feeder.size(), context.testSteps * feeder.batchSize()));
  each(callbacks, [&](auto &callback) { callback->onPredictBegin(context); });
  for (int64_t batch = 0; batch != context.testSteps && stream.more(); ++batch) {
    each(callbacks, [&](auto &callback) { callback->onPredictBatchBegin(context, batch); });
    std::span<const Array> inputs = stream.take();
    session.call(entry, inputs, results.next(session, inputs));
    each(callbacks, [&](auto &callback) { callback->onPredictBatchEnd(context, batch); });
  }
  each(callbacks, [&](auto &callback) { callback->onPredictEnd(context); });
  return results.all();
}

} // namespace tenon
