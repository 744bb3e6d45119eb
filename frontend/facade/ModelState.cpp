// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/ModelState.h"
#include "frontend/facade/Compiler.h"
#include "frontend/facade/Warnings.h"
#include "frontend/graph/Random.h"
#include "frontend/graph/Registry.h"
#include "mlir/IR/MLIRContext.h"
#include <atomic>

using namespace mlir;

namespace tenon::facade {
namespace {

std::atomic<int> threadCount = 0;

/// A context for one compilation.
std::unique_ptr<MLIRContext> makeContext() {
  auto context = std::make_unique<MLIRContext>();
  context->loadDialect<ir::TenonDialect, func::FuncDialect>();
  return context;
}

/// The value for every output: one for all, by position or by name.
template <typename T>
std::vector<T> perOutput(const OneOrMany<T> &given, const std::vector<std::string> &outputs, const std::string &model,
                         const std::string &what) {
  if (given.isSingle())
    return std::vector<T>(outputs.size(), given.values()[0]);
  if (given.names().empty()) {
    if (given.values().size() != outputs.size())
      throw Error(model + ": got " + what + " for " + std::to_string(given.values().size()) + " outputs, expected " +
                      std::to_string(outputs.size()) + " (" + joined(outputs) + ")",
                  Fault::Usage);
    return given.values();
  }
  for (const std::string &name : given.names())
    if (std::find(outputs.begin(), outputs.end(), name) == outputs.end())
      throw Error(model + ": " + what + " names the output '" + name + "', its outputs are " + joined(outputs),
                  Fault::Usage);
  std::vector<T> result;
  for (const std::string &output : outputs) {
    auto found = std::find(given.names().begin(), given.names().end(), output);
    if (found == given.names().end())
      throw Error(model + ": " + what + " has no entry for the output '" + output + "'", Fault::Usage);
    result.push_back(given.values()[found - given.names().begin()]);
  }
  return result;
}

/// Shows the layers with other trainable flags while it lives.
class WithFlags {
public:
  using Flags = std::vector<std::pair<graph::LayerNode *, bool>>;
  explicit WithFlags(const Flags &flags) {
    for (const auto &[layer, flag] : flags) {
      before.emplace_back(layer, layer->trainable());
      layer->setOwnTrainable(flag);
    }
  }
  ~WithFlags() {
    for (const auto &[layer, flag] : before)
      layer->setOwnTrainable(flag);
  }

private:
  Flags before;
};

} // namespace

ModelState::Flags ModelState::flagsOf(graph::ModelNode &model) {
  Flags flags = {{&model, model.trainable()}};
  for (const auto &layer : graph::allLayers(model))
    flags.emplace_back(layer.get(), layer->trainable());
  return flags;
}
std::vector<bool> ModelState::trainedWeights(const graph::ModelNode &model) {
  std::vector<bool> trained;
  for (const graph::NamedWeight &weight : graph::namedWeights(model))
    trained.push_back(weight.trainable);
  return trained;
}

int threads() { return threadCount; }

ModelState &ModelState::of(graph::ModelNode &model) {
  if (!model.facade) {
    auto state = std::make_shared<ModelState>(model);
    model.optimizerSize = [state = state.get()] { return state->optimizerSize(); };
    model.facade = std::move(state);
  }
  return *static_cast<ModelState *>(model.facade.get());
}

bool ModelState::hasOptimizerState() const {
  auto isSlot = [](const auto &entry) { return entry.second.kind == VariableKind::Slot; };
  return isCompiled() && (train || std::any_of(values.begin(), values.end(), isSlot));
}

graph::OptimizerSize ModelState::optimizerSize() const {
  if (!hasOptimizerState())
    return {};
  graph::OptimizerSize size{2, 2 * sizeof(float)}; // the steps so far and the learning rate, in four bytes each as Keras's
  for (const auto &[name, stored] : values)
    if (stored.kind == VariableKind::Slot) {
      size.elements += stored.value.size();
      size.bytes += static_cast<int64_t>(stored.value.bytes());
    }
  return size;
}

void ModelState::compile(const CompileOptions &options) {
  if (options.loss.empty())
    throw Error(model.name() + ": compile needs a loss", Fault::Usage);
  if (options.stepsPerExecution < 1)
    throw Error(model.name() + ": expected stepsPerExecution of at least 1, got " +
                    std::to_string(options.stepsPerExecution),
                Fault::Usage);
  if (!model.hasNetwork()) {
    waiting = options;
    return;
  }
  std::vector<std::string> outputs = model.outputNames();
  OneOrMany<double> weights = options.lossWeights.empty() ? OneOrMany<double>(1.0) : options.lossWeights;
  graph::TrainingSpec next{options.optimizer, perOutput(options.loss, outputs, model.name(), "loss"),
                           perOutput(weights, outputs, model.name(), "lossWeights"),
                           options.metrics.resolve(outputs, model.name()),
                           options.weightedMetrics.resolve(outputs, model.name())};
  bool sameOptimizer = spec && spec->optimizer.rule() == next.optimizer.rule();
  std::optional<graph::TrainingSpec> previous = std::exchange(spec, std::move(next));
  Flags previousFlags = std::exchange(flags, flagsOf(model));
  try {
    auto context = makeContext();
    trainingModule(*context, false);
  } catch (...) {
    spec = std::move(previous);
    flags = std::move(previousFlags);
    throw;
  }
  warnOfActivations(model, *spec);
  if (!sameOptimizer)
    std::erase_if(values, [](const auto &entry) { return entry.first.starts_with("optimizer/"); });
  trainable = trainedWeights(model);
  executionSteps = options.stepsPerExecution;
  trainOutputs = model.network().outputs;
  train = nullptr;
  warned = false;
}

void ModelState::buildFor(const Feed &x) {
  if (model.hasNetwork())
    return;
  if (x.count() != 1 || x[0].rank() < 1)
    throw Error(model.name() + ": expected one array with the samples along axis 0, got " + std::to_string(x.count()) +
                    (x.count() == 1 ? " scalar" : " arrays"),
                Fault::Usage);
  Shape shape = x[0].shape();
  shape[0] = None;
  model.buildSequential({shape, x[0].dtype()});
  if (waiting)
    compile(*std::exchange(waiting, std::nullopt));
}

const graph::TrainingSpec &ModelState::compiled(const std::string &caller) const {
  if (!spec)
    throw Error(model.name() + ": call compile() before " + caller + "()", Fault::Usage);
  return *spec;
}

OwningOpRef<ModuleOp> ModelState::trainingModule(MLIRContext &context, bool withPredict) const {
  WithFlags snapshot(flags);
  OwningOpRef<ModuleOp> module;
  runDiagnosed(&context, [&] {
    if (withPredict) {
      module = graph::emitModule(model, context);
    } else {
      context.loadDialect<ir::TenonDialect, func::FuncDialect>();
      module = ModuleOp::create(UnknownLoc::get(&context), model.name());
    }
    graph::emitTraining(*module, graph::declareWeights(model, *module), model, *spec);
    return module->verify();
  });
  return module;
}

std::vector<graph::OptimizerVariable> ModelState::optimizerVariables() const {
  WithFlags snapshot(flags);
  return graph::optimizerVariables(model, *spec->optimizer.rule());
}

Session &ModelState::trainSession(const std::string &caller, std::optional<int64_t> batch) {
  compiled(caller);
  if (trainOutputs != model.network().outputs)
    throw Error(model.name() + ": layers were added after compile(), call compile() again", Fault::Usage);
  if (!train) {
    auto context = makeContext();
    auto module = trainingModule(*context, false);
    train = makeSession(programOf(*module, /*training=*/true, batch.value_or(passes::PipelineOptions().batch)));
  }
  return *train;
}

Session &ModelState::predictSession() {
  if (!predict || predictOutputs != model.network().outputs) {
    auto context = makeContext();
    OwningOpRef<ModuleOp> module;
    runDiagnosed(context.get(), [&] {
      module = graph::emitModule(model, *context);
      return module->verify();
    });
    predict = makeSession(programOf(*module, /*training=*/false));
    predictOutputs = model.network().outputs;
    preparedVersion = graph::weightsVersion(model);
  } else if (uint64_t version = graph::weightsVersion(model); version != preparedVersion) {
    predict->invalidatePrepared();
    preparedVersion = version;
  }
  return *predict;
}

std::unique_ptr<Session> ModelState::makeSession(Program program) {
  auto session = std::make_unique<Session>(program, SessionOptions{.threads = threads()});
  std::map<std::string, Array> weights;
  for (const graph::NamedWeight &weight : graph::namedWeights(model))
    weights.emplace(weight.name, weight.weight->value);
  for (const graph::NamedWeight &state : graph::namedStates(model))
    weights.emplace(state.name, state.weight->value);
  for (const VariableInfo &variable : program.variables()) {
    const std::string &name = variable.spec.name;
    if (variable.kind == VariableKind::Derived)
      continue;
    bool isWeight = variable.kind == VariableKind::Weight || variable.kind == VariableKind::Statistic ||
                    variable.kind == VariableKind::State;
    session->bind(name, isWeight ? weights.at(name).raw()
                                 : storage(name, variable.kind, variable.spec.shape(), variable.spec.dtype).raw());
  }
  return session;
}

Array &ModelState::storage(const std::string &name, VariableKind kind, const Shape &shape, DType dtype) {
  auto found = values.find(name);
  if (found != values.end()) {
    Stored &stored = found->second;
    if (stored.value.shape() == shape && stored.value.dtype() == dtype) {
      stored.restored = false;
      return stored.value;
    }
    if (stored.restored && kind != VariableKind::Metric)
      throw Error(model.name() + ": the file's '" + name + "' has shape " + toString(stored.value.shape()) +
                  " and type " + nameOf(stored.value.dtype()) + ", expected " + toString(shape) + " and " +
                  nameOf(dtype));
  }
  Stored &stored = values[name] = {kind, Array(shape, dtype)};
  if (name == "optimizer/learning_rate")
    stored.value.data<float>()[0] = static_cast<float>(spec->optimizer.learningRate());
  else if (name == "seed")
    stored.value.data<int64_t>()[0] = static_cast<int64_t>(graph::randomSeed());
  return stored.value;
}

void ModelState::restore(const std::string &name, VariableKind kind, const Array &value) {
  values[name] = {kind, value.clone(), /*restored=*/true};
  train = nullptr; // its session is bound to the old storage
}

void ModelState::warnWhenTrainableChanged() {
  if (warned || trainedWeights(model) == trainable)
    return;
  warned = true;
  graph::warn(model.name() +
              ": a layer's trainable flag was changed after compile(); it takes effect when compile() is "
              "called again");
}

} // namespace tenon::facade

namespace tenon {
void setThreads(int threads) {
  if (threads < 0)
    throw Error("setThreads: expected 0 or more, got " + std::to_string(threads), Fault::Usage);
  facade::threadCount = threads;
}
} // namespace tenon
