// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/Activations.h"
#include "frontend/graph/ModelNode.h"
#include <cstring>

namespace tenon::facade {
namespace {

std::vector<Tensor> resultsOf(const Model &model) {
  std::vector<Tensor> results;
  for (const auto &call : model.model().network().calls)
    if (!dynamic_cast<const graph::InputNode *>(call->layer.get()))
      for (size_t i = 0; i < call->outputs.size(); ++i)
        results.emplace_back(call, i);
  return results;
}

/// The states of a model's stateful layers, put back at the end.
class KeptStates {
public:
  explicit KeptStates(const graph::ModelNode &model) {
    for (const graph::NamedWeight &state : graph::namedStates(model))
      kept.emplace_back(state.weight, state.weight->value.clone());
  }
  ~KeptStates() {
    for (auto &[state, value] : kept)
      std::memcpy(state->value.raw(), value.raw(), value.bytes());
  }

private:
  std::vector<std::pair<std::shared_ptr<graph::Weight>, Array>> kept;
};

} // namespace

Activations::Activations(const Model &model)
    // Named, so that it takes no automatic name away from the user's next model.
    : model(model), all(model.inputs(), resultsOf(model), {.name = model.name() + "_activations"}) {
  names = all.model().outputNames();
}

std::vector<std::pair<std::string, Array>> Activations::of(const Feed &x) const {
  KeptStates states(model.model());
  Predictions predictions = all.predict(x, {.verbose = 0});
  std::vector<std::pair<std::string, Array>> results;
  for (const std::string &name : names)
    results.emplace_back(name, predictions[name.c_str()]);
  return results;
}

} // namespace tenon::facade
