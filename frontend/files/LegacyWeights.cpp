// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/LegacyWeights.h"
#include "frontend/files/Keras.h"
#include "frontend/graph/Registry.h"
#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace tenon::files {
namespace {

// Keras splits lists of names that are longer, which HDF5 could not hold as one attribute.
constexpr size_t longestAttribute = 64512;

std::string under(const std::string &root, const std::string &path) { return root == "/" ? path : root + "/" + path; }

/// The list `key`, or its parts `key`0, `key`1, ...; none where the group has no such list.
std::optional<std::vector<std::string>> names(const Hdf5File &file, const std::string &group, const std::string &key) {
  if (auto whole = file.texts(group, key))
    return whole;
  std::optional<std::vector<std::string>> all;
  for (int i = 0;; ++i) {
    auto part = file.texts(group, key + std::to_string(i));
    if (!part)
      return all;
    if (!all)
      all.emplace();
    all->insert(all->end(), part->begin(), part->end());
  }
}

void writeNames(Hdf5Writer &file, const std::string &group, const std::string &key,
                const std::vector<std::string> &list) {
  size_t longest = 0;
  for (const std::string &name : list)
    longest = std::max(longest, name.size());
  if (list.size() * longest <= longestAttribute)
    return file.attribute(group, key, list);
  const size_t most = std::max<size_t>(1, longestAttribute / longest);
  for (size_t first = 0, part = 0; first < list.size(); first += most, ++part) {
    auto begin = list.begin() + static_cast<std::ptrdiff_t>(first);
    auto end = list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), first + most));
    file.attribute(group, key + std::to_string(part), std::vector<std::string>(begin, end));
  }
}

/// The names stand in a file that anyone may have made: they must lead downwards.
std::string checkedPath(const std::string &group, const std::string &name) {
  std::string rest = "/" + name + "/";
  if (name.empty() || name.front() == '/' || rest.find("/../") != std::string::npos ||
      rest.find("/./") != std::string::npos || rest.find("//") != std::string::npos)
    throw Error("its " + group + " names '" + name + "', which leads out of the group");
  return under(group, name);
}

std::vector<std::string> pathsOf(const Hdf5File &file, const std::string &group) {
  std::vector<std::string> paths;
  for (const std::string &name : names(file, group, "weight_names").value_or(std::vector<std::string>()))
    paths.push_back(checkedPath(group, name));
  return paths;
}

/// A layer's weights, or all of an inner model's: those that are trained before the others.
std::vector<graph::NamedWeight> legacyWeights(const graph::LayerNode &layer) {
  std::vector<graph::NamedWeight> weights, unique;
  layer.collectWeights("", weights);
  std::set<const graph::Weight *> seen;
  for (graph::NamedWeight &weight : weights)
    if (seen.insert(weight.weight.get()).second)
      unique.push_back(std::move(weight));
  std::stable_partition(unique.begin(), unique.end(), [](const graph::NamedWeight &weight) { return weight.trainable; });
  return unique;
}

/// Keras's paths of all weights: "lstm/lstm_cell/kernel", "<inner model>/dense/bias".
void collectPaths(const graph::LayerNode &layer, const std::string &prefix,
                  std::map<const graph::Weight *, std::string> &paths) {
  std::string own = prefix + layer.name() + "/";
  if (auto *model = dynamic_cast<const graph::ModelNode *>(&layer))
    for (const auto &inner : model->layers())
      collectPaths(*inner, own, paths);
  if (const std::string cell = layer.weightsGroup(); !cell.empty())
    own += graph::snakeCase(layer.className()) + "_" + cell;
  for (const auto &weight : layer.weights())
    paths.emplace(weight.get(), own + weight->name);
}
std::map<const graph::Weight *, std::string> pathsOf(const graph::ModelNode &model) {
  std::map<const graph::Weight *, std::string> paths;
  for (const auto &layer : model.layers())
    collectPaths(*layer, "", paths);
  return paths;
}

} // namespace

std::optional<std::string> legacyRoot(const Hdf5File &file) {
  if (file.has("model_weights"))
    return "model_weights";
  return names(file, "/", "layer_names") ? std::optional<std::string>("/") : std::nullopt;
}

std::vector<WeightTarget> planLegacyWeights(const graph::ModelNode &model, const Hdf5File &file,
                                            const std::string &root) {
  if (auto backend = file.attribute(root, "backend"); backend == "theano")
    throw Error("was written by Keras on Theano, whose convolution kernels are turned round; load it in Keras 2 and "
                "save it on TensorFlow");
  std::vector<std::pair<std::string, std::vector<std::string>>> groups; // of layers with weights
  for (const std::string &name : names(file, root, "layer_names").value_or(std::vector<std::string>())) {
    const std::string group = checkedPath(root, name);
    if (auto paths = pathsOf(file, group); !paths.empty())
      groups.emplace_back(group, std::move(paths));
  }
  std::vector<std::pair<const graph::LayerNode *, std::vector<graph::NamedWeight>>> layers;
  std::set<const graph::LayerNode *> seen;
  for (const auto &layer : model.layers())
    if (seen.insert(layer.get()).second)
      if (auto weights = legacyWeights(*layer); !weights.empty())
        layers.emplace_back(layer.get(), std::move(weights));
  if (groups.size() != layers.size())
    throw Error("the weights are not this model's: expected " + std::to_string(layers.size()) +
                " layers with weights, found " + std::to_string(groups.size()));

  std::vector<WeightTarget> targets;
  std::vector<std::string> faults;
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto &[layer, weights] = layers[i];
    const auto &[group, paths] = groups[i];
    const std::string what = layer->name() + " (" + layer->className() + "): ";
    if (paths.size() != weights.size()) {
      faults.push_back(what + "expected " + std::to_string(weights.size()) + " arrays, found " +
                       std::to_string(paths.size()) + " in " + group);
      continue;
    }
    for (size_t k = 0; k < paths.size(); ++k)
      if (std::string fault = faultOf(file, paths[k], *weights[k].weight); !fault.empty())
        faults.push_back(what + fault);
      else
        targets.push_back({paths[k], weights[k].weight.get()});
  }
  if (!faults.empty())
    throw Error("the weights are not this model's: " + listed(faults));
  return targets;
}

std::vector<std::string> legacyOptimizerPaths(const Hdf5File &file,
                                              const std::vector<graph::OptimizerVariable> &variables) {
  std::vector<std::string> paths = pathsOf(file, "optimizer_weights");
  if (paths.size() < 2 || paths[1].ends_with("/learning_rate"))
    return paths;
  // Keras 2: "iteration:0", "Adam/m/dense/kernel:0", or, older, "RMSprop/iter:0", "RMSprop/dense/kernel/rms:0".
  static const std::map<std::string, std::string> slots = {
      {"m", "momentum"},        {"momentum", "momentum"}, {"v", "velocity"},          {"velocity", "velocity"},
      {"vhat", "velocity_hat"}, {"rms", "velocity"},      {"mg", "average_gradient"}, {"average_gradient", "average_gradient"}};
  std::map<std::string, std::deque<std::string>> bySlot;
  for (const std::string &path : paths) {
    std::vector<std::string> parts = {""};
    for (char c : path.substr(0, path.rfind(':')))
      if (c == '/')
        parts.emplace_back();
      else
        parts.back() += c;
    if (parts.back() == "iter" || parts.back() == "iteration")
      bySlot["iteration"].push_back(path);
    else if (auto last = slots.find(parts.back()); last != slots.end())
      bySlot[last->second].push_back(path);
    else if (auto second = slots.find(parts[std::min<size_t>(2, parts.size() - 1)]); second != slots.end())
      bySlot[second->second].push_back(path);
  }
  std::vector<std::string> ordered;
  for (const graph::OptimizerVariable &variable : variables) {
    auto &open = bySlot[variable.weight ? variable.slot : variable.name.substr(variable.name.find('/') + 1)];
    if (open.empty() && variable.name != graph::learningRateName)
      return paths; // another optimizer's
    ordered.push_back(open.empty() ? "" : open.front());
    if (!open.empty())
      open.pop_front();
  }
  return ordered;
}

void writeLegacyWeights(Hdf5Writer &file, const std::string &root, const graph::ModelNode &model) {
  const auto paths = pathsOf(model);
  std::vector<std::string> layerNames;
  for (const auto &layer : model.layers()) {
    layerNames.push_back(layer->name());
    const std::string group = under(root, layer->name());
    std::vector<std::string> weightNames;
    for (const graph::NamedWeight &weight : legacyWeights(*layer)) {
      weightNames.push_back(paths.at(weight.weight.get()));
      file.dataset(under(group, weightNames.back()), weight.weight->value);
    }
    writeNames(file, group, "weight_names", weightNames);
  }
  writeNames(file, under(root, "top_level_model_weights"), "weight_names", {});
  writeNames(file, root, "layer_names", layerNames);
  file.attribute(root, "backend", std::string("tensorflow"));
  file.attribute(root, "keras_version", std::string(kerasVersion));
}

void writeLegacyOptimizer(Hdf5Writer &file, const graph::ModelNode &model, const OptimizerState &state) {
  const auto paths = pathsOf(model);
  std::vector<std::string> names;
  for (size_t i = 0; i < state.values.size(); ++i) {
    const graph::OptimizerVariable &variable = state.variables[i];
    std::string name = variable.name.substr(variable.name.find('/') + 1);
    if (variable.weight) {
      name = paths.at(variable.weight.get()) + "_" + variable.slot;
      std::replace(name.begin(), name.end(), '/', '_');
    }
    name = state.optimizer + "/" + name;
    while (std::find(names.begin(), names.end(), name) != names.end())
      name += "_1"; // "a/b_c" and "a_b/c"
    names.push_back(name);
    file.dataset("optimizer_weights/" + name, state.values[i]);
  }
  writeNames(file, "optimizer_weights", "weight_names", names);
}

} // namespace tenon::files
