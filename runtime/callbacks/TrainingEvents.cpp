// SPDX-License-Identifier: Apache-2.0
#include <tenon/training_events.h>

#include "runtime/events/ProgramGraph.h"
#include "runtime/events/WeightPictures.h"

#include <tenon/error.h>

namespace tenon {
namespace {
constexpr const char *kTrain = "train", *kValidation = "validation", *kOptimised = "train_optimised";
constexpr const char *kIteration = "optimizer/iteration", *kLearningRate = "optimizer/learning_rate";

int64_t iterations(Session &session) {
  return session.hasVariable(kIteration) ? static_cast<int64_t>(session.variable(kIteration).at(0)) : 0;
}

double perSecond(double steps, std::chrono::steady_clock::time_point since) {
  return steps / std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}
} // namespace

TrainingEvents::TrainingEvents(TrainingEventsOptions options) : options_(std::move(options)) {
  if (options_.logDir.empty())
    throw Error("TensorBoard: logDir is empty", Fault::Usage);
  if (options_.histogramFreq < 0)
    throw Error("TensorBoard: expected histogramFreq of at least 0, received " + std::to_string(options_.histogramFreq),
                Fault::Usage);
}

/// Only the names: what is made before the first state is captured would stay when the process is killed before it.
void TrainingEvents::start() {
  runs_.clear();
  for (const char *name : {kTrain, kValidation, kOptimised})
    runs_[name] = std::make_shared<EventFile>(EventFile::pathIn(options_.logDir + "/" + name));
}

EventFile &TrainingEvents::run(const std::string &name) { return *runs_.at(name); }

void TrainingEvents::onTrainBegin(TrainingContext &) {
  start();
  described_ = false;
  batch_ = 0;
}

void TrainingEvents::onTrainEnd(TrainingContext &, const Logs &) { runs_.clear(); }

void TrainingEvents::describe(TrainingContext &context) {
  if (options_.writeGraph)
    run(kOptimised).write(events::programGraph(context.session().program()));
}

void TrainingEvents::onEpochBegin(TrainingContext &context, int) {
  if (!described_)
    describe(context);
  described_ = true;
  iterationsBefore_ = iterations(context.session());
  epochBegan_ = Clock::now();
}

void TrainingEvents::onEpochEnd(TrainingContext &context, int epoch, Logs &logs) {
  Summary train, validation;
  const bool hasRate = context.session().hasVariable(kLearningRate);
  for (auto &[name, value] : logs) {
    if (name.rfind("val_", 0) == 0)
      validation.scalar("epoch_" + name.substr(4), value);
    else if (!hasRate || name != "learning_rate") // the optimizer's, which is written below, is what the next epoch has
      train.scalar("epoch_" + name, value);
  }
  if (hasRate)
    train.scalar("epoch_learning_rate", context.learningRate());
  if (options_.writeStepsPerSecond)
    train.scalar("epoch_steps_per_second",
                 perSecond(static_cast<double>(iterations(context.session()) - iterationsBefore_), epochBegan_));
  run(kTrain).write(epoch, train);
  if (!validation.empty())
    run(kValidation).write(epoch, validation);
  if (options_.histogramFreq && epoch % options_.histogramFreq == 0)
    writeWeights(context, epoch);
}

void TrainingEvents::writeWeights(TrainingContext &context, int epoch) {
  Session &session = context.session();
  auto &variables = session.program().variables();
  for (size_t i = 0; i < variables.size(); ++i) {
    if (variables[i].kind != VariableKind::Weight && variables[i].kind != VariableKind::Statistic)
      continue;
    const std::string &name = variables[i].spec.name;
    const Array weight = session.variable(i);
    Summary summary;
    summary.histogram(name + "/histogram", weight);
    if (options_.writeImages)
      if (auto pictures = events::weightPictures(weight))
        summary.images(name + "/image", *pictures);
    run(kTrain).write(epoch, summary);
  }
}

void TrainingEvents::onTrainBatchBegin(TrainingContext &, int64_t) {
  ++batch_;
  if (options_.writeStepsPerSecond)
    batchBegan_ = Clock::now();
}

void TrainingEvents::onTrainBatchEnd(TrainingContext &context, int64_t, const Logs &logs) {
  if (!options_.updateFreq.isDue(batch_))
    return;
  Summary summary;
  if (options_.writeStepsPerSecond)
    summary.scalar("batch_steps_per_second", perSecond(1, batchBegan_));
  for (auto &[name, value] : logs.empty() ? context.currentLogs() : logs)
    summary.scalar("batch_" + name, value);
  run(kTrain).write(batch_, summary);
}

void TrainingEvents::onTestBegin(TrainingContext &context) {
  if (!context.training)
    start();
}

void TrainingEvents::onTestEnd(TrainingContext &context, const Logs &logs) {
  Summary summary;
  for (auto &[name, value] : logs)
    summary.scalar("evaluation_" + name + "_vs_iterations", value);
  if (context.session().hasVariable(kIteration))
    run(kValidation).write(iterations(context.session()), summary);
  if (!context.training)
    runs_.clear();
}

State TrainingEvents::saveState() const {
  State state;
  state.set("described", described_);
  state.set("batch", batch_);
  for (auto &[name, file] : runs_) {
    state.set(name + "/path", file->path());
    file->sync(); // a state must not tell of records that a power cut takes away
    state.set(name + "/size", file->size());
  }
  return state;
}

void TrainingEvents::onTrainResume(TrainingContext &context, const State &state) {
  onTrainBegin(context);
  if (state.empty())
    return;
  described_ = state.integer("described") != 0;
  batch_ = state.integer("batch");
  for (auto &[name, file] : runs_)
    file = std::make_shared<EventFile>(state.text(name + "/path"), state.integer(name + "/size"));
  iterationsBefore_ = iterations(context.session());
  epochBegan_ = Clock::now();
}

} // namespace tenon
