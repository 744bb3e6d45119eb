// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Npz.h"
#include "frontend/graph/Registry.h"
#include <cstring>
#include <tenon/npy.h>

namespace tenon::files {

void writeNpzWeights(const std::string &path, const graph::ModelNode &model) {
  std::map<std::string, Array> arrays;
  for (const graph::NamedWeight &named : graph::namedWeights(model))
    arrays.emplace(named.name, named.weight->value);
  npy::saveNpz(path, arrays);
}

void readNpzWeights(const std::string &path, const graph::ModelNode &model) {
  std::map<std::string, Array> arrays = npy::loadNpz(path);
  const std::vector<graph::NamedWeight> weights = graph::namedWeights(model);
  const bool byOrder = arrays.contains("arr_0");
  std::vector<std::string> faults;
  std::vector<Array> values;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Array &value = weights[i].weight->value;
    const std::string name = byOrder ? "arr_" + std::to_string(i) : weights[i].name;
    const std::string expected = weights[i].name + ": expected " + toString(value.shape()) + ", found ";
    auto found = arrays.find(name);
    if (found == arrays.end()) {
      faults.push_back(expected + "no array '" + name + "'");
      continue;
    }
    values.push_back(found->second);
    if (values.back().shape() != value.shape())
      faults.push_back(expected + toString(values.back().shape()));
    else if (values.back().dtype() != value.dtype())
      faults.push_back(expected + "type " + nameOf(values.back().dtype()));
    arrays.erase(found);
  }
  for (const auto &[name, array] : arrays)
    faults.push_back("found an array '" + name + "' " + toString(array.shape()) + " that the model does not have");
  if (!faults.empty())
    throw Error(path + ": the weights are not this model's: " + listed(faults));
  for (size_t i = 0; i < weights.size(); ++i) {
    std::memcpy(weights[i].weight->value.raw(), values[i].raw(), values[i].bytes());
    ++weights[i].weight->version;
  }
}

} // namespace tenon::files
