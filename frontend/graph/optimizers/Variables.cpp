// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/optimizers/Variables.h"
#include <algorithm>
#include <set>

namespace tenon::graph {

std::vector<TrainedWeight> trainedWeights(const ModelNode &model, const OptimizerRule &rule) {
  std::vector<TrainedWeight> trained;
  std::set<std::string> used;
  for (const NamedWeight &named : namedWeights(model)) {
    if (!named.trainable)
      continue;
    std::string base = named.name;
    std::replace(base.begin(), base.end(), '/', '_');
    TrainedWeight &entry = trained.emplace_back(TrainedWeight{named, {}});
    for (const std::string &slot : rule.slots()) {
      std::string name = "optimizer/" + base + "_" + slot;
      // "a/b_c" and "a_b/c" must not share a slot.
      while (!used.insert(name).second)
        name += "_1";
      entry.slots.push_back(std::move(name));
    }
  }
  return trained;
}

std::vector<OptimizerVariable> optimizerVariables(const ModelNode &model, const OptimizerRule &rule) {
  std::vector<OptimizerVariable> variables = {{iterationName, {}, DType::I64}, {learningRateName, {}, DType::F32}};
  const std::vector<TrainedWeight> trained = trainedWeights(model, rule);
  const std::vector<std::string> slots = rule.slots();
  for (size_t first = 0, end; first < slots.size(); first = end) {
    end = first == 0 ? std::min(slots.size(), rule.interleaved()) : first + 1;
    for (const TrainedWeight &entry : trained)
      for (size_t i = first; i < end; ++i) {
        const Array &value = entry.weight.weight->value;
        variables.push_back({entry.slots[i], value.shape(), value.dtype(), entry.weight.weight, slots[i]});
      }
  }
  return variables;
}

} // namespace tenon::graph
