// SPDX-License-Identifier: Apache-2.0
// What every optimizer does around its own rule.
#include "frontend/graph/optimizers/Rule.h"

namespace tenon {

void checkOptimizer(const char *className, double learningRate, const SharedOptions &shared) {
  auto require = [&](const char *key, double value) {
    if (!(value >= 0))
      throw Error(std::string(className) + ": " + key + " is " + std::to_string(value) + ", expected 0 or more");
  };
  require("learning_rate", learningRate);
  require("weight_decay", shared.weightDecay.value_or(0));
  int clips = 0;
  for (auto [key, value] : {std::pair("clipnorm", shared.clipnorm), std::pair("clipvalue", shared.clipvalue),
                            std::pair("global_clipnorm", shared.globalClipnorm)})
    if (value) {
      require(key, *value);
      ++clips;
    }
  if (clips > 1)
    throw Error(std::string(className) + ": only one of clipnorm, clipvalue and global_clipnorm can be set");
}

// A clip of 0 is none, as in Keras.
UpdateResults OptimizerRule::step(UpdateOperands u) const {
  const SharedOptions options = shared();
  if (double limit = options.clipnorm.value_or(0); limit > 0) {
    Expression norm = sqrt(sum(u.gradient * u.gradient));
    u.gradient = u.gradient * limit / maximum(norm, norm.constant(limit));
  } else if (double limit = options.globalClipnorm.value_or(0); limit > 0) {
    Expression norm = sqrt(*u.squaredNorm);
    u.gradient = u.gradient * (norm.constant(limit) / maximum(norm, norm.constant(limit)));
  } else if (double limit = options.clipvalue.value_or(0); limit > 0) {
    u.gradient = clip(u.gradient, -limit, limit);
  }
  if (options.weightDecay)
    u.variable = u.variable - u.variable * (u.learningRate * *options.weightDecay);
  return update(u);
}

} // namespace tenon
