// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Penalties.h"

using namespace mlir;

namespace tenon::graph {

void addActivityPenalty(Emitter &emitter, const Regularizer &regularizer, ArrayRef<Value> results) {
  if (!regularizer || !emitter.collectsPenalties())
    return;
  ImplicitLocOpBuilder b(emitter.loc(), emitter.builder());
  for (Value result : results) {
    Expression values(b, result);
    emitter.addPenalty((regularizer.node()->penalty(values) / countOf(values, {0})).value());
  }
}

Expression withPenalties(Expression loss, Emitter &emitter, const ModelNode &model) {
  ImplicitLocOpBuilder &b = loss.builder();
  for (Value penalty : emitter.penalties())
    loss = loss + Expression(b, penalty);
  for (const NamedWeight &named : namedWeights(model))
    if (named.trainable && named.weight->regularizer)
      loss = loss + named.weight->regularizer.node()->penalty({b, emitter.read(*named.weight)});
  return loss;
}

} // namespace tenon::graph
