// SPDX-License-Identifier: Apache-2.0
// How the command line names optimizers, losses, metrics and callbacks.
#include "frontend/facade/ModelState.h"
#include "frontend/graph/ModelNode.h"
#include "tools/tenon/Settings.h"
#include "tools/tenon/TrainingFiles.h"
#include <tenon/model_callbacks.h>

namespace tenon::tools {
namespace {

/// OUTPUT=VALUE or VALUE: by output name, or for all.
std::pair<std::string, std::string> splitOutput(const std::string &text, const std::vector<std::string> &outputs) {
  size_t equals = text.find('=');
  std::string name = text.substr(0, equals);
  if (equals == std::string::npos || name.find(',') != std::string::npos)
    return {"", text};
  if (std::find(outputs.begin(), outputs.end(), name) == outputs.end()) {
    std::string known;
    for (const std::string &output : outputs)
      known += (known.empty() ? "" : ", ") + output;
    throw Error("the model has no output '" + name + "' for '" + text + "', it has " + known, Fault::Usage);
  }
  return {name, text.substr(equals + 1)};
}

Optimizer optimizerOf(const std::string &text) {
  Settings settings("--optimizer", text);
  Optimizer plain(settings.name());
  return settings.hasArguments() ? Optimizer::fromJson(settings.asConfig(plain.className())) : plain;
}

Loss lossOf(const std::string &text) {
  Settings settings("--loss", text);
  Loss plain(settings.name());
  return settings.hasArguments() ? Loss::fromJson(settings.asConfig(plain.className())) : plain;
}

std::vector<Metric> metricsOf(const std::string &text) {
  std::vector<Metric> metrics;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin)
      metrics.push_back(Metric(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return metrics;
}

} // namespace

void compileModel(const Model &model, const CompileSettings &settings) {
  facade::ModelState &state = facade::ModelState::of(model.model());
  const bool nothing = settings.optimizer.empty() && settings.losses.empty() && settings.metrics.empty();
  if (state.isCompiled() && nothing)
    return;
  if (!state.isCompiled() && settings.losses.empty())
    throw Error("the model was saved without its training settings; give --loss, and --optimizer unless it is rmsprop",
                Fault::Usage);
  std::vector<std::string> outputs = model.model().outputNames();
  CompileOptions options;
  std::vector<std::vector<Metric>> metrics(outputs.size());
  if (state.isCompiled()) {
    const graph::TrainingSpec &spec = state.training();
    options.optimizer = spec.optimizer;
    options.loss = spec.losses;
    options.lossWeights = spec.lossWeights;
    options.stepsPerExecution = state.stepsPerExecution();
    metrics = spec.metrics;
    options.weightedMetrics = std::vector<Metrics::Entry>(spec.weightedMetrics.begin(), spec.weightedMetrics.end());
  }
  if (!settings.optimizer.empty())
    options.optimizer = optimizerOf(settings.optimizer);
  std::map<std::string, Loss> named;
  for (const std::string &text : settings.losses) {
    auto [output, loss] = splitOutput(text, outputs);
    if (output.empty())
      options.loss = lossOf(loss);
    else
      named.insert_or_assign(output, lossOf(loss));
  }
  if (!named.empty())
    options.loss = named;
  if (!settings.metrics.empty())
    metrics.assign(outputs.size(), {});
  for (const std::string &text : settings.metrics) {
    auto [output, names] = splitOutput(text, outputs);
    for (size_t i = 0; i < outputs.size(); ++i)
      if (output.empty() || output == outputs[i])
        for (const Metric &metric : metricsOf(names))
          metrics[i].push_back(metric);
  }
  options.metrics = std::vector<Metrics::Entry>(metrics.begin(), metrics.end());
  model.compile(options);
}

namespace {

struct CallbackRow {
  const char *name;
  CallbackHandle (*make)(Settings &);
};
// Keras's names and arguments.
const CallbackRow callbacks[] = {
    {"BackupAndRestore",
     [](Settings &s) -> CallbackHandle {
       std::string dir = s.required("backup_dir");
       return BackupAndRestore(dir, {.saveFreq = s.text("save_freq", "epoch"),
                                     .doubleCheckpoint = s.flag("double_checkpoint", true),
                                     .deleteCheckpoint = s.flag("delete_checkpoint", true)});
     }},
    {"CSVLogger",
     [](Settings &s) -> CallbackHandle {
       std::string file = s.required("filename"), separator = s.text("separator", ",");
       return CSVLogger(file, separator, s.flag("append", false));
     }},
    {"EarlyStopping",
     [](Settings &s) -> CallbackHandle {
       return EarlyStopping({.monitor = s.text("monitor", "val_loss"),
                             .minDelta = s.number("min_delta", 0),
                             .patience = s.integer("patience", 0),
                             .verbose = s.integer("verbose", 0),
                             .mode = s.text("mode", "auto"),
                             .baseline = s.optionalNumber("baseline"),
                             .restoreBestWeights = s.flag("restore_best_weights", false),
                             .startFromEpoch = s.integer("start_from_epoch", 0)});
     }},
    {"ModelCheckpoint",
     [](Settings &s) -> CallbackHandle {
       std::string path = s.required("filepath");
       return ModelCheckpoint(path, {.monitor = s.text("monitor", "val_loss"),
                                     .verbose = s.integer("verbose", 0),
                                     .saveBestOnly = s.flag("save_best_only", false),
                                     .saveWeightsOnly = s.flag("save_weights_only", false),
                                     .mode = s.text("mode", "auto"),
                                     .saveFreq = s.text("save_freq", "epoch"),
                                     .initialValueThreshold = s.optionalNumber("initial_value_threshold")});
     }},
    {"ReduceLROnPlateau",
     [](Settings &s) -> CallbackHandle {
       return ReduceLROnPlateau({.monitor = s.text("monitor", "val_loss"),
                                 .factor = s.number("factor", 0.1),
                                 .patience = s.integer("patience", 10),
                                 .verbose = s.integer("verbose", 0),
                                 .mode = s.text("mode", "auto"),
                                 .minDelta = s.number("min_delta", 1e-4),
                                 .cooldown = s.integer("cooldown", 0),
                                 .minLr = s.number("min_lr", 0)});
     }},
    {"TerminateOnNaN", [](Settings &s) -> CallbackHandle { return TerminateOnNaN(s.flag("raise_error", false)); }},
};

} // namespace

std::vector<std::string> callbackNames() {
  std::vector<std::string> names;
  for (const CallbackRow &row : callbacks)
    names.push_back(row.name);
  return names;
}

CallbackHandle makeCallback(const std::string &text) {
  Settings settings("--callback", text);
  std::string known;
  for (const CallbackRow &row : callbacks) {
    known += (known.empty() ? "" : ", ") + std::string(row.name);
    if (settings.name() != row.name)
      continue;
    CallbackHandle callback = row.make(settings);
    settings.finish();
    return callback;
  }
  throw Error("--callback: there is no '" + settings.name() + "', there are " + known, Fault::Usage);
}

} // namespace tenon::tools
