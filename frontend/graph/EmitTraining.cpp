// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/EmitTraining.h"
#include "frontend/graph/Constraints.h"
#include "frontend/graph/Penalties.h"
#include "frontend/graph/losses/Function.h"
#include "frontend/graph/metrics/Function.h"
#include "frontend/graph/optimizers/Variables.h"

using namespace mlir;

namespace tenon::graph {
namespace {

/// The mean of a loss whose numbers are computed already: what Keras's loss trackers are.
class LossTracker : public MeanMetric {
public:
  std::string className() const override { return "Mean"; }
  Expression values(Expression, Expression) const override { llvm_unreachable("a tracker is given its numbers"); }
  nlohmann::ordered_json config() const override { return {}; }
};

class TrainingEmission {
public:
  TrainingEmission(ModuleOp module, const WeightNames &weights, const ModelNode &model, const TrainingSpec &spec)
      : module(module), weights(weights), model(model), spec(spec), context(module.getContext()) {}

  void run() {
    auto scalarI64 = RankedTensorType::get({}, IntegerType::get(context, 64));
    declareVariable(module, learningRateName, floatType({}), "hyper", false, spec.optimizer.learningRate());
    declareVariable(module, iterationName, scalarI64, "hyper", false, 0);
    declareVariable(module, "seed", scalarI64, "hyper", false, 0);
    collect();
    emitStep("loss", Mode::Training);
    emitStep("evaluate", Mode::Inference);
    emitResetAndRead();
    emitUpdates();
  }

private:
  /// A log: its name, what computes it and the names of its state.
  struct Tracked {
    std::string name;
    std::shared_ptr<const MetricFunction> function;
    std::vector<std::string> state;
  };
  struct Output {
    std::string name;
    RankedTensorType target;
    std::optional<size_t> tracker; // of its loss, where there are several outputs
    std::vector<size_t> metrics, weightedMetrics;
  };

  RankedTensorType floatType(llvm::ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, Float32Type::get(context));
  }

  bool isTracked(const std::string &name) const {
    return llvm::any_of(tracked, [&](const Tracked &other) { return other.name == name; });
  }
  /// Keras's names of a metric's log: the second "mse" is "mse_1", one that is weighted besides "weighted_mse".
  std::string logName(const std::string &output, const std::string &metric, bool weighted) const {
    std::string prefix = outputs.size() > 1 ? output + "_" : "", name = prefix + metric;
    if (isTracked(name) && weighted)
      name = prefix + "weighted_" + metric;
    std::string base = name;
    for (int n = 1; isTracked(name); ++n)
      name = base + "_" + std::to_string(n);
    return name;
  }
  size_t track(std::string name, std::shared_ptr<const MetricFunction> function) {
    if (isTracked(name))
      throw Error(model.name() + ": two logs are called '" + name + "'");
    Tracked entry{std::move(name), std::move(function), {}};
    for (const MetricFunction::State &state : entry.function->state()) {
      entry.state.push_back(entry.name + "/" + state.name);
      declareVariable(module, entry.state.back(), floatType(state.shape), "metric", false, 0);
    }
    tracked.push_back(std::move(entry));
    return tracked.size() - 1;
  }

  void collect() {
    std::vector<std::string> names = model.outputNames();
    const std::vector<Tensor> &tensors = model.network().outputs;
    bool several = names.size() > 1;
    auto mean = std::make_shared<LossTracker>();
    track("loss", mean);
    for (size_t i = 0; i < names.size(); ++i) {
      auto prediction = tensorType(context, {tensors[i].shape(), tensors[i].dtype()});
      if (!isa<FloatType>(prediction.getElementType()) || prediction.getRank() < 2)
        throw Error(model.name() + ": output '" + names[i] + "' has shape " + shapeText(tensors[i].shape()) +
                    " and type " + nameOf(tensors[i].dtype()) + "; a loss needs float32 and a rank of 2 or more");
      outputs.push_back({names[i], spec.losses[i].function().targetType(prediction), std::nullopt, {}, {}});
      if (several)
        outputs.back().tracker = track(names[i] + "_loss", mean);
    }
    for (bool weighted : {false, true}) {
      const auto &metrics = weighted ? spec.weightedMetrics : spec.metrics;
      for (size_t i = 0; i < metrics.size(); ++i)
        for (const Metric &metric : metrics[i]) {
          auto prediction = tensorType(context, {tensors[i].shape(), tensors[i].dtype()});
          size_t index =
              track(logName(names[i], metric.name(), weighted), resolveMetric(metric, outputs[i].target, prediction));
          (weighted ? outputs[i].weightedMetrics : outputs[i].metrics).push_back(index);
        }
    }
  }

  static ImplicitLocOpBuilder builderOf(Emitter &emitter) { return {emitter.loc(), emitter.builder()}; }

  std::vector<Expression> readState(Emitter &emitter, ImplicitLocOpBuilder &b, const Tracked &entry) {
    std::vector<Expression> state;
    for (const std::string &name : entry.state)
      state.emplace_back(b, emitter.read(name));
    return state;
  }
  void writeState(Emitter &emitter, const Tracked &entry, const std::vector<Expression> &state) {
    for (auto [name, value] : llvm::zip_equal(entry.state, state))
      emitter.assign(name, value.value());
  }
  void observeLoss(Emitter &emitter, ImplicitLocOpBuilder &b, const Tracked &entry, Expression loss,
                   Expression samples) {
    auto state = readState(emitter, b, entry);
    writeState(emitter, entry, {state[0] + loss * samples, state[1] + samples});
  }

  void observe(Emitter &emitter, const Tracked &entry, Expression target, Expression prediction,
               std::optional<Expression> weight) {
    Emitter::Scope scope(emitter, entry.name);
    auto b = builderOf(emitter);
    if (weight)
      weight.emplace(b, weight->value());
    writeState(emitter, entry,
               entry.function->update(readState(emitter, b, entry), Expression(b, target.value()),
                                      Expression(b, prediction.value()), weight));
  }

  // Keras's rule: steps that do not count are left out and the others weigh more, so that the mean is over what counts.
  Expression masked(Emitter &emitter, ImplicitLocOpBuilder &b, Expression values, Value mask, const std::string &output) {
    if (Emitter::rankOf(mask) != values.rank())
      throw Error(model.name() + ": the loss of output '" + output + "' has " + std::to_string(values.rank()) +
                  " axes, its mask " + std::to_string(Emitter::rankOf(mask)));
    Value ones = emitter.toFloat(mask);
    llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, values.rank()));
    Value valid = emitter.maximum(emitter.reduceSum(ones, axes), emitter.constant(1));
    Value share = emitter.divide(emitter.create<ir::CountOp>(ones, axes), valid);
    Value scaled = emitter.create<ir::SelectOp>(mask, emitter.multiply(values.value(), share), emitter.constant(0));
    return Expression(b, scaled);
  }

  // A sample's weight for each of its steps that count.
  static Value stepWeights(Emitter &emitter, Value mask, Value weight) {
    SmallVector<int64_t> shape(Emitter::rankOf(mask), 1);
    shape[0] = 0; // its own
    return emitter.multiply(emitter.toFloat(mask), emitter.reshape(weight, shape));
  }

  void emitStep(llvm::StringRef function, Mode mode) {
    std::vector<Argument> arguments = inputArguments(model, context);
    size_t inputCount = arguments.size(), count = outputs.size();
    for (const Output &output : outputs)
      arguments.push_back({"target:" + output.name, output.target});
    for (const Output &output : outputs)
      arguments.push_back({"sample_weight:" + output.name, floatType({output.target.getDimSize(0)})});
    Emitter emitter(module, function, arguments, mode, weights);
    emitter.collectPenalties();
    std::vector<Value> inputs = emitter.arguments();
    inputs.resize(inputCount);
    std::vector<Value> predictions = emitForward(emitter, model, inputs);

    Emitter::Scope scope(emitter, "loss");
    auto b = builderOf(emitter);
    std::optional<Expression> total;
    Expression samples = countOf(Expression(b, emitter.argument(inputCount + count)), {0});
    for (size_t i = 0; i < count; ++i) {
      Expression target(b, emitter.argument(inputCount + i)), weight(b, emitter.argument(inputCount + count + i));
      Expression prediction(b, predictions[i]);
      Expression values = spec.losses[i].function().values(target, prediction);
      Value mask = emitter.maskOf(predictions[i]);
      if (mask)
        values = masked(emitter, b, values, mask, outputs[i].name);
      if (values.rank() > 1)
        values = mean(values, llvm::to_vector(llvm::seq<int64_t>(1, values.rank())));
      Expression loss = sum(values * weight, {0}) / samples;
      if (outputs[i].tracker)
        observeLoss(emitter, b, tracked[*outputs[i].tracker], loss, samples);
      if (spec.lossWeights[i] != 1)
        loss = loss * spec.lossWeights[i];
      total = total ? *total + loss : loss;
      auto weighs = [&](size_t index) { return mask && tracked[index].function->knowsMasks(); };
      for (size_t index : outputs[i].metrics)
        observe(emitter, tracked[index], target, prediction,
                weighs(index) ? std::optional(Expression(b, emitter.toFloat(mask))) : std::nullopt);
      for (size_t index : outputs[i].weightedMetrics)
        observe(emitter, tracked[index], target, prediction,
                weighs(index) ? Expression(b, stepWeights(emitter, mask, weight.value())) : weight);
    }
    total = withPenalties(*total, emitter, model);
    observeLoss(emitter, b, tracked[0], *total, samples);
    if (mode == Mode::Training)
      emitter.finish({total->value()}, {"loss"});
    else
      emitter.finish();
  }

  void emitResetAndRead() {
    Emitter reset(module, "reset_metrics", {}, Mode::Inference, weights);
    for (const Tracked &entry : tracked)
      for (auto [name, state] : llvm::zip_equal(entry.state, entry.function->state()))
        reset.assign(name, reset.constant(0, state.shape));
    reset.finish();

    Emitter read(module, "read_metrics", {}, Mode::Inference, weights);
    std::vector<Value> results;
    std::vector<std::string> names;
    auto b = builderOf(read);
    for (const Tracked &entry : tracked) {
      results.push_back(entry.function->result(readState(read, b, entry)).value());
      names.push_back(entry.name);
    }
    read.finish(results, names);
  }

  void emitUpdates() {
    const OptimizerRule &rule = *spec.optimizer.rule();
    for (const auto &[named, slots] : trainedWeights(model, rule)) {
      auto type = tensorType(context, {named.weight->value.shape(), named.weight->value.dtype()});
      std::vector<Argument> arguments = {{"gradient", type}};
      if (rule.needsSquaredNorm())
        arguments.push_back({"squared_norm", floatType({})});
      Emitter emitter(module, "update/" + named.name, arguments, Mode::Training, weights, true);
      Emitter::Scope scope(emitter, "optimizer");
      auto b = builderOf(emitter);
      for (const std::string &slot : slots)
        declareVariable(module, slot, type, "slot", false, 0);
      UpdateOperands operands{{b, emitter.read(named.name)},
                              {b, emitter.argument(0)},
                              {},
                              {b, emitter.read(learningRateName)},
                              {b, emitter.read(iterationName)}};
      for (const std::string &slot : slots)
        operands.slots.emplace_back(b, emitter.read(slot));
      if (rule.needsSquaredNorm())
        operands.squaredNorm.emplace(b, emitter.argument(1));
      UpdateResults results = rule.step(operands);
      const Constraint &constraint = named.weight->constraint;
      Expression updated = constraint ? constraint.node()->project(results.variable) : results.variable;
      emitter.assign(named.name, updated.value());
      for (auto [name, value] : llvm::zip_equal(slots, results.slots))
        emitter.assign(name, value.value());
      emitter.finish();
    }
    Emitter step(module, "update", {}, Mode::Training, weights, true);
    Emitter::Scope scope(step, "optimizer");
    auto b = builderOf(step);
    step.assign(iterationName, (Expression(b, step.read(iterationName)) + 1.0).value());
    step.finish();
  }

  ModuleOp module;
  const WeightNames &weights;
  const ModelNode &model;
  const TrainingSpec &spec;
  MLIRContext *context;
  std::vector<Tracked> tracked;
  std::vector<Output> outputs;
};

} // namespace

void emitTraining(ModuleOp module, const WeightNames &weights, const ModelNode &model, const TrainingSpec &spec) {
  TrainingEmission(module, weights, model, spec).run();
}

} // namespace tenon::graph
