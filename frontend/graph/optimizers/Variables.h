// SPDX-License-Identifier: Apache-2.0
// What an optimizer keeps for a model: names, and the order in which Keras's files hold it.
#pragma once
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/optimizers/Rule.h"

namespace tenon::graph {

inline constexpr const char *learningRateName = "optimizer/learning_rate";
inline constexpr const char *iterationName = "optimizer/iteration";

/// A trained weight with the names of its slots, in the order of OptimizerRule::slots.
struct TrainedWeight {
  NamedWeight weight;
  std::vector<std::string> slots;
};
/// The weights that training changes, by the layers' trainable flags of now.
std::vector<TrainedWeight> trainedWeights(const ModelNode &model, const OptimizerRule &rule);

struct OptimizerVariable {
  std::string name;
  Shape shape;
  DType dtype;
  /// Of a slot: whose it is, and Keras's name of the slot.
  std::shared_ptr<Weight> weight = nullptr;
  std::string slot = {};
};
/// Iteration, learning rate, then the slots, as Keras's files count them: the first OptimizerRule::interleaved of a
/// weight's slots weight by weight, then each further slot for all weights.
std::vector<OptimizerVariable> optimizerVariables(const ModelNode &model, const OptimizerRule &rule);

} // namespace tenon::graph
