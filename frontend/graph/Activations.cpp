// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"

using mlir::Value;

namespace tenon::graph {

namespace {
struct Row {
  const char *name;
  const char *alias; // another of Keras's names for it, or null
  Value (*emit)(Emitter &, Value);
};
const Row rows[] = {
    {"exponential", "exp", [](Emitter &e, Value x) { return e.create<ir::ExpOp>(x); }},
    {"linear", "", [](Emitter &, Value x) { return x; }},
    {"relu", nullptr, [](Emitter &e, Value x) { return e.create<ir::ReluOp>(x); }},
    {"sigmoid", nullptr, [](Emitter &e, Value x) { return e.create<ir::SigmoidOp>(x); }},
    {"softmax", nullptr, [](Emitter &e, Value x) { return e.create<ir::SoftmaxOp>(x); }},
    {"tanh", nullptr, [](Emitter &e, Value x) { return e.create<ir::TanhOp>(x); }},
};
} // namespace

std::string checkActivation(const std::string &layer, const std::string &name) {
  std::string known;
  for (const Row &row : rows) {
    if (name == row.name || (row.alias && name == row.alias))
      return row.name;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error(layer + ": unknown activation '" + name + "', expected one of " + known);
}

Value emitActivation(Emitter &emitter, const std::string &name, Value value) {
  for (const Row &row : rows)
    if (name == row.name)
      return row.emit(emitter, value);
  llvm_unreachable("an activation that checkActivation has not seen");
}

} // namespace tenon::graph
