// SPDX-License-Identifier: Apache-2.0
// Runs a model's functions in the reference interpreter.
#pragma once
#include "frontend/graph/EmitModule.h"
#include "ir/Interpreter.h"
#include "mlir/IR/Verifier.h"
#include <gtest/gtest.h>

namespace tenon::graph {

/// f32 numbers as a literal.
inline ir::Literal literal(mlir::MLIRContext &context, const Array &array) {
  ir::Literal out(elementType(&context, array.dtype()), array.shape());
  for (int64_t i = 0; i < array.size(); ++i)
    out[i] = array.at(i);
  return out;
}

/// A model's module, its weights as state, and calls of its functions.
struct Interpreted {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ir::VariableState state;

  explicit Interpreted(const Model &model) : module(emitModule(model.model(), context)) { load(model); }
  /// Also with @train: the graph in training mode, its outputs as results.
  Interpreted(const Model &model, const char *function, Mode mode) : Interpreted(model) {
    WeightNames names = declareWeights(model.model(), *module);
    Emitter emitter(*module, function, inputArguments(model.model(), &context), mode, names);
    emitter.finish(emitForward(emitter, model.model(), emitter.arguments()), model.model().outputNames());
    load(model);
  }
  void load(const Model &model) {
    state = ir::initialState(*module);
    for (const NamedWeight &weight : namedWeights(model.model()))
      state[weight.name] = literal(context, weight.weight->value);
  }
  bool verifies() { return mlir::succeeded(mlir::verify(*module)); }
  std::vector<ir::Literal> call(const char *function, const std::vector<Array> &inputs) {
    std::vector<ir::Literal> literals;
    for (const Array &input : inputs)
      literals.push_back(literal(context, input));
    auto results = ir::interpret(*module, function, literals, state);
    if (mlir::failed(results))
      throw Error("the interpreter refused the program");
    return {results->begin(), results->end()};
  }
  std::vector<double> predict(const std::vector<Array> &inputs) { return call("predict", inputs)[0].values(); }
};

/// The message of the tenon::Error that `action` throws; "" with a failure when it throws none.
template <typename Action> std::string messageOf(Action action) {
  try {
    action();
  } catch (const Error &error) {
    return error.what();
  }
  ADD_FAILURE() << "no tenon::Error was thrown";
  return "";
}

} // namespace tenon::graph
