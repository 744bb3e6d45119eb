// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/KerasWeights.h"
#include "frontend/graph/Registry.h"
#include <cstring>
#include <map>
#include <set>

namespace tenon::files {
namespace {

std::string describe(const graph::Weight &weight) { return weight.name + " " + toString(weight.value.shape()); }

class Planner {
public:
  Planner(const Hdf5File &file, bool sameNames) : file(file), sameNames(sameNames) {}

  std::vector<WeightTarget> targets;
  std::vector<std::string> faults;

  void visit(const graph::ModelNode &model, const std::string &path) {
    std::map<std::string, int> used;
    for (const auto &layer : model.layers()) {
      std::string base = graph::snakeCase(layer->className());
      int n = used[base]++;
      // A layer of several models stands where it was met first.
      if (!seen.insert(layer.get()).second)
        continue;
      std::string group = path + "layers/" + base + (n ? "_" + std::to_string(n) : "");
      if (auto *inner = dynamic_cast<const graph::ModelNode *>(layer.get()))
        visit(*inner, group + "/");
      else if (!layer->weights().empty())
        visit(*layer, group);
    }
  }

private:
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
      auto found = file.dataset(path);
      if (!found)
        fault("expected " + describe(weight) + ", found no array " + path);
      else if (found->shape != weight.value.shape())
        fault("expected " + describe(weight) + ", found " + toString(found->shape) + " in " + path);
      else if (found->type != nameOf(weight.value.dtype()))
        fault("expected " + describe(weight) + " of type " + nameOf(weight.value.dtype()) + ", found " + found->type +
              " in " + path);
      else
        targets.push_back({path, &weight});
    }
  }

  const Hdf5File &file;
  bool sameNames;
  std::set<const graph::LayerNode *> seen;
};

} // namespace

std::vector<WeightTarget> planWeights(const graph::ModelNode &model, const Hdf5File &file, bool sameNames) {
  Planner planner(file, sameNames);
  planner.visit(model, "");
  if (!planner.faults.empty())
    throw Error("the weights are not this model's: " + listed(planner.faults));
  return planner.targets;
}

void readWeights(const std::vector<WeightTarget> &targets, const Hdf5File &file) {
  for (const WeightTarget &target : targets) {
    file.read(target.path, target.weight->value);
    ++target.weight->version;
  }
}

} // namespace tenon::files
