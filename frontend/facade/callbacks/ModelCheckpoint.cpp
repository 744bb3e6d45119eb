// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/FormatPath.h"
#include "runtime/File.h"
#include "runtime/callbacks/Monitor.h"
#include <filesystem>
#include <tenon/error.h>
#include <tenon/model_callbacks.h>

namespace tenon {
namespace {

std::string fiveDigits(double value) {
  char text[512];
  std::snprintf(text, sizeof text, "%.5f", value);
  return text;
}

} // namespace

ModelCheckpoint::ModelCheckpoint(std::string filepath, ModelCheckpointOptions options)
    : best(options.initialValueThreshold), filepath_(std::move(filepath)), options_(std::move(options)),
      timer_(options_.saveFreq) {
  if (options_.saveWeightsOnly && !filepath_.ends_with(".weights.h5"))
    throw Error("ModelCheckpoint: expected a file that ends in .weights.h5 for weights alone, received '" + filepath_ +
                    "'",
                Fault::Usage);
  if (!options_.saveWeightsOnly && !filepath_.ends_with(".keras") && !filepath_.ends_with(".h5") &&
      !filepath_.ends_with(".tenon"))
    throw Error("ModelCheckpoint: expected a file that ends in .keras, .h5 or .tenon, received '" + filepath_ + "'",
                Fault::Usage);
  // What is not compared needs no direction.
  if (options_.saveBestOnly)
    monitor_ = std::make_shared<Monitor>(name(), options_.monitor, options_.mode, 0);
}

void ModelCheckpoint::onTrainBatchEnd(TrainingContext &context, int64_t batch, const Logs &logs) {
  if (timer_.isDue(batch + 1))
    save(context, batch, logs);
}

void ModelCheckpoint::onEpochEnd(TrainingContext &context, int, Logs &logs) {
  if (options_.saveFreq.isEpoch())
    save(context, -1, logs);
}

bool ModelCheckpoint::isWanted(const Logs &logs, int epoch, const std::string &path) {
  auto say = [&](const std::string &text) {
    if (options_.verbose > 0)
      std::printf("\nEpoch %d: %s\n", epoch + 1, text.c_str());
  };
  if (!options_.saveBestOnly) {
    say("saving model to " + path);
    return true;
  }
  std::optional<double> value = monitor_->valueIn(logs);
  if (!value)
    return true; // as Keras: better one too many
  const std::string before = best ? fiveDigits(*best) : "None";
  if (!monitor_->improved(*value, best)) {
    say(options_.monitor + " did not improve from " + before);
    return false;
  }
  say(options_.monitor + " improved from " + before + " to " + fiveDigits(*value) + ", saving model to " + path);
  best = value;
  return true;
}

/// batch: -1 at the end of an epoch.
void ModelCheckpoint::save(TrainingContext &context, int64_t batch, const Logs &logs) {
  std::map<std::string, int64_t> counts = {{"epoch", context.epoch + 1}};
  if (batch >= 0)
    counts["batch"] = batch + 1;
  const std::string path = facade::formatPath(filepath_, counts, logs, name());
  if (!isWanted(logs, context.epoch, path))
    return;
  if (std::filesystem::path folder = std::filesystem::path(path).parent_path(); !folder.empty())
    makeFolder(folder);
  Model model = modelOf(context);
  if (options_.saveWeightsOnly)
    model.saveWeights(path);
  else
    model.save(path);
  if (options_.verbose > 0)
    std::printf("\nEpoch %d: finished saving model to %s\n", context.epoch + 1, path.c_str());
}

State ModelCheckpoint::saveState() const {
  State state = timer_.saveState();
  if (best)
    state.set("best", *best);
  return state;
}

void ModelCheckpoint::onTrainResume(TrainingContext &, const State &state) {
  timer_.resume(state);
  if (state.empty())
    return;
  best = state.has("best") ? std::optional(state.number("best")) : std::nullopt;
}

} // namespace tenon
