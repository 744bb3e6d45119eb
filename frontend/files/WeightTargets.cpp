// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/WeightTargets.h"
#include <cstring>

namespace tenon::files {

std::string describe(const graph::Weight &weight) { return weight.name + " " + toString(weight.value.shape()); }

std::string faultOf(const Hdf5File &file, const std::string &path, const graph::Weight &weight) {
  auto found = file.dataset(path);
  if (!found)
    return "expected " + describe(weight) + ", found no array " + path;
  if (found->shape != weight.value.shape())
    return "expected " + describe(weight) + ", found " + toString(found->shape) + " in " + path;
  if (found->type != nameOf(weight.value.dtype()))
    return "expected " + describe(weight) + " of type " + nameOf(weight.value.dtype()) + ", found " + found->type +
           " in " + path;
  return "";
}

void readWeights(const std::vector<WeightTarget> &targets, const Hdf5File &file) {
  for (const WeightTarget &target : targets) {
    file.read(target.path, target.weight->value);
    ++target.weight->version;
  }
}

void replaceWeights(const std::vector<WeightTarget> &targets, const Hdf5File &file) {
  std::vector<Array> values;
  for (const WeightTarget &target : targets)
    file.read(target.path, values.emplace_back(target.weight->value.shape(), target.weight->value.dtype()));
  for (size_t i = 0; i < targets.size(); ++i) {
    std::memcpy(targets[i].weight->value.raw(), values[i].raw(), values[i].bytes());
    ++targets[i].weight->version;
  }
}

} // namespace tenon::files
