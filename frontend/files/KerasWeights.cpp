// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/KerasWeights.h"
#include "frontend/graph/Registry.h"
#include <map>
#include <set>

namespace tenon::files {
namespace {

struct LayerGroup {
  const graph::LayerNode *layer;
  std::string path; // "layers/dense_1"
};

/// The groups of all layers, models among them before their own layers. A layer of several models stands where it was met
/// first.
void collectGroups(const graph::ModelNode &model, const std::string &path, std::set<const graph::LayerNode *> &seen,
                   std::vector<LayerGroup> &groups) {
  std::map<std::string, int> used;
  for (const auto &layer : model.layers()) {
    std::string base = graph::snakeCase(layer->className());
    int n = used[base]++;
    if (!seen.insert(layer.get()).second)
      continue;
    std::string group = path + "layers/" + base + (n ? "_" + std::to_string(n) : "");
    groups.push_back({layer.get(), group});
    if (auto *inner = dynamic_cast<const graph::ModelNode *>(layer.get()))
      collectGroups(*inner, group + "/", seen, groups);
  }
}

std::vector<LayerGroup> groupsOf(const graph::ModelNode &model) {
  std::set<const graph::LayerNode *> seen;
  std::vector<LayerGroup> groups;
  collectGroups(model, "", seen, groups);
  return groups;
}

/// Checks one layer's weights.
class Planner {
public:
  Planner(const Hdf5File &file, bool sameNames) : file(file), sameNames(sameNames) {}

  std::vector<WeightTarget> targets;
  std::vector<std::string> faults;

  void visit(const graph::LayerNode &layer, const std::string &group) {
    auto fault = [&](const std::string &text) {
      faults.push_back(layer.name() + " (" + layer.className() + "): " + text);
    };
    std::string expected, vars = group + "/" + layer.weightsGroup() + "vars";
    for (const auto &weight : layer.weights())
      expected += (expected.empty() ? "" : ", ") + describe(*weight);
    if (sameNames)
      if (auto name = file.attribute(group + "/vars", "name"); name && *name != layer.name())
        return fault("its place in the file, " + group + ", holds the weights of '" + *name + "'");
    size_t count = file.members(vars).size();
    if (count != layer.weights().size())
      return fault("expected " + expected + ", found " +
                   (count ? std::to_string(count) + " arrays in " + vars : "no " + vars));
    for (size_t i = 0; i < count; ++i) {
      graph::Weight &weight = *layer.weights()[i];
      std::string path = vars + "/" + std::to_string(i);
      if (std::string text = faultOf(file, path, weight); !text.empty())
        fault(text);
      else
        targets.push_back({path, &weight});
    }
  }

private:
  const Hdf5File &file;
  bool sameNames;
};

} // namespace

std::vector<WeightTarget> planWeights(const graph::ModelNode &model, const Hdf5File &file, bool sameNames) {
  Planner planner(file, sameNames);
  for (const auto &[layer, group] : groupsOf(model))
    if (!layer->weights().empty())
      planner.visit(*layer, group);
  if (!planner.faults.empty())
    throw Error("the weights are not this model's: " + listed(planner.faults));
  return planner.targets;
}

std::vector<std::string> optimizerPaths(const Hdf5File &file) {
  std::vector<std::string> paths;
  for (size_t i = 0, count = file.members("optimizer/vars").size(); i < count; ++i)
    paths.push_back("optimizer/vars/" + std::to_string(i));
  return paths;
}

Hdf5Writer writeKerasWeights(const std::string &name, const graph::ModelNode &model, const OptimizerState &state) {
  uint64_t bytes = bytesOf(state);
  for (const graph::NamedWeight &named : graph::namedWeights(model))
    bytes += named.weight->value.bytes();
  Hdf5Writer file(name, bytes);
  auto vars = [&](const std::string &group, const std::string &owner) { file.attribute(group + "vars", "name", owner); };
  for (const auto &[layer, group] : groupsOf(model)) {
    vars(group + "/", layer->name());
    const std::string inner = layer->weightsGroup(); // "cell/": Keras calls an LSTM's "lstm_cell"
    if (!inner.empty())
      vars(group + "/" + inner, graph::snakeCase(layer->className()) + "_" + inner.substr(0, inner.size() - 1));
    for (size_t i = 0; i < layer->weights().size(); ++i)
      file.dataset(group + "/" + inner + "vars/" + std::to_string(i), layer->weights()[i]->value);
  }
  if (!state.values.empty())
    vars("optimizer/", state.optimizer);
  for (size_t i = 0; i < state.values.size(); ++i)
    file.dataset("optimizer/vars/" + std::to_string(i), state.values[i]);
  vars("", model.name());
  return file;
}

} // namespace tenon::files
