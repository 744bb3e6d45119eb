// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/Gradients.h"
#include "frontend/facade/Compiler.h"
#include "frontend/facade/ModelState.h"
#include "frontend/graph/optimizers/Rule.h"
#include "mlir/IR/MLIRContext.h"
#include "runtime/data/BatchFeeder.h"
#include <cstring>
#include <nlohmann/json.hpp>

namespace tenon::facade {
namespace {

/// An optimizer whose step leaves the weight as it is and keeps its gradient: a training step with it shows them all.
class KeepGradients : public OptimizerRule {
public:
  std::string className() const override { return "KeepGradients"; }
  double learningRate() const override { return 0; }
  std::vector<std::string> slots() const override { return {"gradient"}; }
  nlohmann::ordered_json config() const override { return nlohmann::ordered_json::object(); }

protected:
  SharedOptions shared() const override { return {}; }
  UpdateResults update(const UpdateOperands &operands) const override {
    return {operands.variable, {operands.gradient}};
  }
};

bool comesFromTraining(VariableKind kind) {
  return kind != VariableKind::Slot && kind != VariableKind::Metric && kind != VariableKind::Derived;
}

} // namespace

Gradients::Gradients(graph::ModelNode &model) {
  ModelState &state = ModelState::of(model);
  graph::TrainingSpec spec = state.compiled("fit");
  spec.optimizer = Optimizer(std::make_shared<KeepGradients>());
  mlir::MLIRContext context;
  context.loadDialect<ir::TenonDialect, mlir::func::FuncDialect>();
  auto module = mlir::OwningOpRef(mlir::ModuleOp::create(mlir::UnknownLoc::get(&context), model.name()));
  runDiagnosed(&context, [&] {
    graph::emitTraining(*module, graph::declareWeights(model, *module), model, spec);
    return module->verify();
  });
  session = std::make_unique<Session>(programOf(*module, /*training=*/true), SessionOptions{.threads = threads()});
}

std::vector<std::pair<std::string, Array>> Gradients::of(const Dataset &batch, Session &training) {
  const std::vector<VariableInfo> &variables = session->program().variables();
  std::vector<std::string> weights;
  for (const VariableInfo &variable : variables) {
    const std::string &name = variable.spec.name;
    if (comesFromTraining(variable.kind) && training.hasVariable(name))
      std::memcpy(session->variable(name).raw(), training.variable(name).raw(), variable.bytes);
    if (variable.kind == VariableKind::Weight && variable.trainable)
      weights.push_back(name);
  }
  const EntryInfo &step = session->program().entry("train_step");
  data::BatchFeeder feeder(step, batch, batch.size());
  session->call(step, feeder.batch(0), {});

  // One slot per trained weight, in the weights' order.
  std::vector<std::pair<std::string, Array>> gradients;
  for (size_t i = 0; i < variables.size(); ++i)
    if (variables[i].kind == VariableKind::Slot && gradients.size() < weights.size())
      gradients.emplace_back(weights[gradients.size()], session->variable(i));
  return gradients;
}

} // namespace tenon::facade
