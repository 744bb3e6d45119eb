// SPDX-License-Identifier: Apache-2.0
#include "runtime/training/Capture.h"

#include <tenon/error.h>

#include <cstring>

namespace tenon {
namespace {
/// Calls visit(index, info) for the variables that `chosen` takes.
template <typename Chosen, typename Visit> void visit(Session &session, Chosen &&chosen, Visit &&visit) {
  auto &variables = session.program().variables();
  for (size_t i = 0; i < variables.size(); ++i)
    if (chosen(variables[i].kind))
      visit(i, variables[i]);
}

bool isKept(VariableKind kind) { return kind != VariableKind::Derived; }
bool isEvaluated(VariableKind kind) { return kind == VariableKind::Metric || kind == VariableKind::State; }
} // namespace

State captureVariables(Session &session, State spare) {
  State state;
  visit(session, isKept, [&](size_t i, const VariableInfo &info) {
    const Array variable = session.variable(i);
    auto used = spare.arrays().find(info.spec.name);
    if (used == spare.arrays().end() || used->second.shape() != variable.shape() ||
        used->second.dtype() != variable.dtype())
      return state.set(info.spec.name, variable.clone());
    std::memcpy(used->second.raw(), variable.raw(), info.bytes);
    state.set(info.spec.name, used->second);
  });
  return state;
}

void restoreVariables(Session &session, const State &state) {
  visit(session, isKept, [&](size_t, const VariableInfo &info) {
    const Array &stored = state.array(info.spec.name);
    if (stored.shape() != info.spec.shape() || stored.dtype() != info.spec.dtype)
      throw Error("holds '" + info.spec.name + "' with shape " + toString(stored.shape()) + " and type " +
                  nameOf(stored.dtype()) + ", this training has " + toString(info.spec.shape()) + " and " +
                  nameOf(info.spec.dtype));
  });
  visit(session, isKept, [&](size_t i, const VariableInfo &info) {
    std::memcpy(session.variable(i).raw(), state.array(info.spec.name).raw(), info.bytes);
  });
  session.invalidatePrepared();
}

std::vector<Array> captureEvaluated(Session &session) {
  std::vector<Array> copies;
  visit(session, isEvaluated, [&](size_t i, const VariableInfo &) { copies.push_back(session.variable(i).clone()); });
  return copies;
}

void restoreEvaluated(Session &session, const std::vector<Array> &copies) {
  auto copy = copies.begin();
  visit(session, isEvaluated, [&](size_t i, const VariableInfo &info) {
    std::memcpy(session.variable(i).raw(), (copy++)->raw(), info.bytes);
  });
}

} // namespace tenon
