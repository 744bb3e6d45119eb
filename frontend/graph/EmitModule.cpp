// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/EmitModule.h"
#include "frontend/graph/Penalties.h"

using namespace mlir;

namespace tenon::graph {

WeightNames declareWeights(const ModelNode &model, ModuleOp module) {
  WeightNames names;
  for (const NamedWeight &weight : namedWeights(model)) {
    const Array &value = weight.weight->value;
    declareVariable(module, weight.name, tensorType(module.getContext(), {value.shape(), value.dtype()}),
                    weight.weight->kind == WeightKind::Weight ? "weight" : "statistic", weight.trainable);
    names[weight.weight.get()] = weight.name;
  }
  for (const NamedWeight &state : namedStates(model)) {
    const Array &value = state.weight->value;
    declareVariable(module, state.name, tensorType(module.getContext(), {value.shape(), value.dtype()}), "state", false, 0);
    names[state.weight.get()] = state.name;
  }
  return names;
}

std::vector<Argument> inputArguments(const ModelNode &model, MLIRContext *context) {
  std::vector<Argument> arguments;
  for (const Tensor &input : model.network().inputs)
    arguments.push_back({input.name(), tensorType(context, {input.shape(), input.dtype()})});
  return arguments;
}

// Keras's rules for layers that do not look at masks themselves.
static void handMaskOn(Emitter &emitter, const LayerNode &layer, ArrayRef<Value> inputs, ArrayRef<Value> results) {
  auto masked = llvm::count_if(inputs, [&](Value input) { return emitter.maskOf(input) != nullptr; });
  if (masked == 0 || layer.masking() == Masking::Own)
    return;
  if (layer.masking() == Masking::Ends) {
    if (emitter.mode() == Mode::Inference)
      warn(layer.name() + " (" + layer.className() + ") takes no mask: for the layers after it every step counts");
    return;
  }
  if (masked != static_cast<long>(inputs.size()))
    return;
  Value any = emitter.maskOf(inputs[0]);
  for (Value input : inputs.drop_front())
    any = emitter.create<ir::SelectOp>(any, any, emitter.maskOf(input));
  for (Value result : results)
    emitter.setMask(result, any);
}

std::vector<Value> emitForward(Emitter &emitter, const ModelNode &model, const std::vector<Value> &inputs) {
  const Network &network = model.network();
  llvm::DenseMap<std::pair<const Call *, size_t>, Value> values;
  auto key = [](const Tensor &tensor) { return std::pair<const Call *, size_t>(tensor.call().get(), tensor.index()); };
  for (auto [tensor, value] : llvm::zip_equal(network.inputs, inputs))
    values[key(tensor)] = value;
  for (const std::shared_ptr<Call> &call : network.calls) {
    if (call->inputs.empty())
      continue;
    Emitter::Scope scope(emitter, call->layer->name());
    std::vector<Value> operands;
    for (const Tensor &input : call->inputs) {
      Value operand = values.lookup(key(input));
      operands.push_back(call->layer->takesFloats() ? emitter.toFloat(operand) : operand);
    }
    std::vector<Value> results = call->layer->emit(emitter, operands);
    handMaskOn(emitter, *call->layer, operands, results);
    addActivityPenalty(emitter, call->layer->activityRegularizer(), results);
    for (auto [i, result] : llvm::enumerate(results))
      values[{call.get(), i}] = result;
  }
  std::vector<Value> outputs;
  for (const Tensor &output : network.outputs)
    outputs.push_back(values.lookup(key(output)));
  return outputs;
}

std::vector<Value> ModelNode::emit(Emitter &emitter, const std::vector<Value> &inputs) const {
  return emitForward(emitter, *this, inputs);
}

OwningOpRef<ModuleOp> emitModule(const ModelNode &model, MLIRContext &context) {
  context.loadDialect<ir::TenonDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module(ModuleOp::create(UnknownLoc::get(&context), model.name()));
  WeightNames names = declareWeights(model, *module);
  Emitter emitter(*module, "predict", inputArguments(model, &context), Mode::Inference, names);
  emitter.finish(emitForward(emitter, model, emitter.arguments()), model.outputNames());
  return module;
}

} // namespace tenon::graph
