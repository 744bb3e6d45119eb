// SPDX-License-Identifier: Apache-2.0
// How the command line names optimizers, losses, metrics and frozen layers.
#include "frontend/facade/ModelState.h"
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/Registry.h"
#include "tools/tenon/Settings.h"
#include "tools/tenon/TrainingFiles.h"

namespace tenon::tools {
namespace {

/// OUTPUT=VALUE or VALUE: by output name, or for all.
std::pair<std::string, std::string> splitOutput(const std::string &option, const std::string &text,
                                                const std::vector<std::string> &outputs) {
  size_t equals = text.find('=');
  std::string name = text.substr(0, equals);
  if (equals == std::string::npos || name.find(',') != std::string::npos)
    return {"", text};
  if (std::find(outputs.begin(), outputs.end(), name) == outputs.end()) {
    throw Error(option + " " + text + ": the model has no output '" + name + "', it has " + joined(outputs), Fault::Usage);
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

using LayersByName = std::vector<std::pair<std::string, graph::LayerNode *>>;
/// Every layer under its name, those of inner models behind theirs: "inner/dense".
void collectLayers(const graph::ModelNode &model, const std::string &path, LayersByName &layers) {
  for (const auto &layer : model.layers()) {
    layers.emplace_back(path + layer->name(), layer.get());
    if (auto *inner = dynamic_cast<const graph::ModelNode *>(layer.get()))
      collectLayers(*inner, path + layer->name() + "/", layers);
  }
}

void freezeLayers(const Model &model, const std::vector<std::string> &names) {
  LayersByName layers;
  collectLayers(model.model(), "", layers);
  for (const std::string &name : names) {
    auto found = std::find_if(layers.begin(), layers.end(), [&](const auto &layer) { return layer.first == name; });
    if (found == layers.end()) {
      std::string known;
      for (const auto &[path, layer] : layers)
        known += (known.empty() ? "" : ", ") + path;
      throw Error("--freeze: " + model.name() + " has no layer '" + name + "', it has " + known, Fault::Usage);
    }
    found->second->setTrainable(false);
  }
}

} // namespace

void compileModel(const Model &model, const std::string &path, const CompileSettings &settings) {
  facade::ModelState &state = facade::ModelState::of(model.model());
  const bool nothing = settings.optimizer.empty() && settings.losses.empty() && settings.metrics.empty() &&
                       settings.freeze.empty(); // compile() takes note of trainable flags
  if (state.isCompiled() && nothing)
    return;
  if (!state.isCompiled() && settings.losses.empty())
    throw Error(path + ": the model was saved without its training settings; give --loss, and --optimizer unless it is rmsprop",
                Fault::Usage);
  freezeLayers(model, settings.freeze);
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
    auto [output, loss] = splitOutput("--loss", text, outputs);
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
    auto [output, names] = splitOutput("--metrics", text, outputs);
    for (size_t i = 0; i < outputs.size(); ++i)
      if (output.empty() || output == outputs[i])
        for (const Metric &metric : metricsOf(names))
          metrics[i].push_back(metric);
  }
  options.metrics = std::vector<Metrics::Entry>(metrics.begin(), metrics.end());
  model.compile(options);
}

} // namespace tenon::tools
