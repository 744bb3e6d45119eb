// SPDX-License-Identifier: Apache-2.0
#include <tenon/trainer.h>

#include "runtime/data/Classes.h"
#include "runtime/training/BatchStream.h"
#include "runtime/training/Capture.h"
#include "runtime/training/Evaluation.h"

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

int64_t seedOf(Session &session, const FitOptions &options, const TrainerSettings &settings) {
  if (options.seed)
    return *options.seed;
  if (settings.seed)
    return *settings.seed;
  return session.hasVariable("seed") ? session.variable("seed").data<int64_t>()[0] : 0;
}

/// Callbacks by name, those of one name numbered: what their saved states are called.
std::vector<std::string> partNames(const Callbacks &callbacks) {
  std::map<std::string, int> used;
  std::vector<std::string> names;
  for (auto &callback : callbacks) {
    std::string name = callback->name();
    int number = name.empty() ? 0 : ++used[name];
    names.push_back(name.empty() ? "" : "callbacks/" + name + (number > 1 ? "_" + std::to_string(number) : ""));
  }
  return names;
}

/// One call of fit.
class Training {
public:
  Training(Session &session, const Dataset &train, const Dataset &validation, const FitOptions &options,
           const TrainerSettings &settings)
      : session_(session), options_(options), settings_(settings), entry_(session.program().entry("train_step")),
        feeder_(entry_, train, options.batchSize, session.threads()), seed_(seedOf(session, options, settings)),
        stream_(feeder_, order(), options.initialEpoch * std::max<int64_t>(stepsOf(options, feeder_), 0),
                options.initialEpoch, stepsOf(options, feeder_) >= 0, settings.passes),
        callbacks_(options.callbacks), context_(session) {
    if (validation.size())
      validation_.emplace(session.program().entry("evaluate_step"), validation,
                          options.validationBatchSize ? options.validationBatchSize : options.batchSize);
    context_.epochs = options.epochs;
    context_.epoch = options.initialEpoch;
    context_.steps = stepsOf(options, feeder_);
    context_.verbose = options.verbose < 0 ? 1 : options.verbose;
    context_.training = true;
    context_.validationData = validation_ ? &validation : nullptr;
    context_.capturing = [this](const State &spare) { return capture(spare); };
    callbacks_.push_back(history_);
    if (context_.verbose)
      callbacks_.push_back(ProgressBar());
    batchLogs_ = wantBatchLogs(callbacks_);
  }

  History run() {
    begin();
    // An epoch that was captured after it had been stopped still has its end to come.
    while (context_.epoch < context_.epochs && (!context_.stopTraining || context_.batch > 0) && !signal())
      epoch();
    if (signal())
      at(SafePoint::Signal);
    history_->signal = context_.signal;
    history_->params = {{"verbose", context_.verbose}, {"epochs", context_.epochs}, {"steps", context_.steps}};
    each(callbacks_, [&](auto &callback) { callback->onTrainEnd(context_, logs_); });
    return *history_;
  }

private:
  static int64_t stepsOf(const FitOptions &options, const data::BatchFeeder &feeder) {
    return options.stepsPerEpoch ? options.stepsPerEpoch : feeder.batchCount();
  }
  std::optional<data::Order> order() const {
    if (options_.shuffle == Shuffle(false))
      return std::nullopt;
    return data::Order{seed_, options_.shuffle.wholeBatches()};
  }
  int signal() { return context_.signal = interrupt_.signal(); }
  void at(SafePoint point) {
    each(callbacks_, [&](auto &callback) { callback->onSafePoint(context_, point); });
  }

  void begin() {
    std::optional<ResumableState> found; // of the first that has one; every one is asked
    for (auto &callback : callbacks_)
      if (std::optional<ResumableState> own = callback->resume(context_); own && !found)
        found = std::move(own);
    if (found)
      return goOn(*found);
    each(callbacks_, [&](auto &callback) { callback->onTrainBegin(context_); });
    at(SafePoint::Begin);
  }

  void epoch() {
    const int number = context_.epoch;
    if (context_.batch == 0) { // otherwise it goes on where it was captured
      stream_.nextPass();
      callPlain(session_, "reset_metrics");
      each(callbacks_, [&](auto &callback) { callback->onEpochBegin(context_, number); });
    }
    // A signal is minded after a batch: what has begun an epoch must not begin it again.
    while (context_.batch != context_.steps && !context_.stopTraining && stream_.more()) {
      batch();
      if (signal())
        break;
    }
    logs_ = context_.currentLogs();
    if (signal() || !validated(number))
      return;
    each(callbacks_, [&](auto &callback) { callback->onEpochEnd(context_, number, logs_); });
    context_.epoch = number + 1;
    context_.batch = 0;
    at(SafePoint::Epoch);
  }

  /// One batch, or as many as are run between two calls of the batch hooks.
  void batch() {
    const int64_t first = context_.batch;
    each(callbacks_, [&](auto &callback) { callback->onTrainBatchBegin(context_, first); });
    do {
      session_.call(entry_, stream_.take(), {});
      ++context_.batch;
    } while (context_.batch - first < settings_.stepsPerExecution && context_.batch != context_.steps && stream_.more());
    logs_ = batchLogs_ ? context_.currentLogs() : Logs();
    each(callbacks_, [&](auto &callback) { callback->onTrainBatchEnd(context_, context_.batch - 1, logs_); });
    at(SafePoint::Batch);
  }

  /// Adds the validation's logs, where this epoch has one; false when a signal ended it: the epoch then stands as after
  /// its last batch.
  bool validated(int number) {
    if (!validation_ || (number + 1) % options_.validationFreq != 0)
      return true;
    std::vector<Array> before = captureEvaluated(session_);
    auto logs = evaluateBatches(context_, *validation_, options_.validationSteps, callbacks_,
                                settings_.stepsPerExecution, &interrupt_);
    if (!logs) {
      restoreEvaluated(session_, before);
      return false;
    }
    for (auto &[name, value] : *logs)
      logs_["val_" + name] = value;
    return true;
  }

  /// What decides which samples come when; a training that goes on must have the same.
  State plan() const {
    State plan;
    plan.set("samples", feeder_.size());
    plan.set("batchSize", feeder_.batchSize());
    plan.set("stepsPerEpoch", context_.steps);
    plan.set("shuffle", options_.shuffle.text());
    plan.set("validationSamples", validation_ ? validation_->size() : int64_t(0));
    if (options_.seed)
      plan.set("seed", *options_.seed);
    return plan;
  }

  State capture(const State &spare) const {
    State state;
    state.set("plan", plan());
    state.set("epoch", context_.epoch);
    state.set("batch", context_.batch);
    state.set("pass", stream_.position().pass);
    state.set("passBatch", stream_.position().batch);
    state.set("passes", settings_.passes ? *settings_.passes : int64_t(0));
    state.set("seed", seed_);
    state.set("modelSeed", settings_.seed ? *settings_.seed : int64_t(0));
    state.set("stopTraining", context_.stopTraining);
    state.set("variables", captureVariables(session_, spare.part("variables")));
    std::vector<std::string> names = partNames(callbacks_);
    for (size_t i = 0; i < callbacks_.size(); ++i)
      if (!names[i].empty())
        state.set(names[i], callbacks_[i]->saveState());
    return state;
  }

  void goOn(const ResumableState &found) {
    try {
      checkPlan(found.state.part("plan"));
      restoreVariables(session_, found.state.part("variables"));
      context_.epoch = static_cast<int>(found.state.integer("epoch"));
      context_.batch = found.state.integer("batch");
      context_.stopTraining = found.state.integer("stopTraining") != 0;
      seed_ = found.state.integer("seed");
      stream_.goOn({found.state.integer("pass"), found.state.integer("passBatch")}, order());
      if (settings_.passes)
        *settings_.passes = found.state.integer("passes");
      if (settings_.seed)
        *settings_.seed = found.state.integer("modelSeed");
    } catch (const Error &error) {
      throw Error(found.path + ": " + error.what(), error.fault());
    }
    std::vector<std::string> names = partNames(callbacks_);
    for (size_t i = 0; i < callbacks_.size(); ++i)
      callbacks_[i]->onTrainResume(context_, names[i].empty() ? State() : found.state.part(names[i]));
  }

  void checkPlan(const State &then) const {
    const State now = plan();
    for (auto &[key, value] : now.texts())
      if (then.has(key) && then.text(key) != value)
        throw Error("was written by a training with " + key + " " + then.text(key) + ", this one has " + value +
                        "; give the same, or begin anew without that file",
                    Fault::Usage);
  }

  Session &session_;
  const FitOptions &options_;
  const TrainerSettings &settings_;
  const EntryInfo &entry_;
  data::BatchFeeder feeder_;
  int64_t seed_;
  BatchStream stream_;
  std::optional<data::BatchFeeder> validation_;
  Callbacks callbacks_;
  std::shared_ptr<History> history_ = std::make_shared<History>();
  TrainingContext context_;
  InterruptGuard interrupt_;
  Logs logs_;
  bool batchLogs_ = false;
};
} // namespace

Shuffle::Shuffle(const std::string &text) : text_(text) {
  if (text != "on" && text != "off" && text != "batch")
    throw Error("shuffle: expected true, false or \"batch\", received '" + text + "'", Fault::Usage);
}

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

History Trainer::run() { return Training(session_, train_, validation_, options_, settings_).run(); }

} // namespace tenon
