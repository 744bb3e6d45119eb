// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/AheadOfTime.h"
#include "frontend/facade/Compiler.h"
#include "frontend/facade/ModelState.h"
#include "schema/manifest_generated.h"
#include "llvm/ADT/StringSet.h"
#include <dlfcn.h>

using namespace mlir;

namespace tenon::facade {
namespace {

void optimize(ModuleOp module, const AheadOptions &options) {
  runDiagnosed(module.getContext(),
               [&] { return passes::optimize(module, {.machine = options.machine, .training = options.training, .batch = options.batch, .disabled = options.disabledPasses}); });
}

std::unique_ptr<codegen::Compiled> lower(ModuleOp module, const AheadOptions &options) {
  std::unique_ptr<codegen::Compiled> compiled;
  runDiagnosed(module.getContext(), [&]() -> LogicalResult {
    auto lowered =
        codegen::lower(module, options.machine,
                       {.modelName = options.modelName, .tag = options.tag, .threads = 0, .embedWeights = true});
    if (failed(lowered))
      return failure();
    compiled = std::move(*lowered);
    return success();
  });
  return compiled;
}

bool runsHere(const ir::Machine &machine) {
  ir::Machine host = ir::Machine::host();
  return machine.triple == host.triple && llvm::all_of(machine.required, [&](const std::string &feature) {
           return llvm::is_contained(host.required, feature);
         });
}

/// What the module must have, before any work: its entries and, where nobody binds values later, those of its weights.
void check(ModuleOp module, const std::map<std::string, Array> &values, const AheadOptions &options) {
  auto predict = module.lookupSymbol<func::FuncOp>("predict");
  if (!predict || !predict.isPublic() || predict.isDeclaration())
    throw Error(options.modelName + ": expected a public function @predict with a body, the module has none");
  if (options.training && !module.lookupSymbol<func::FuncOp>("loss") &&
      !module.lookupSymbol<func::FuncOp>("train_step"))
    throw Error(options.modelName + ": expected a function @loss or @train_step to train with, the module has none");
  for (ir::VariableOp variable : module.getOps<ir::VariableOp>()) {
    std::string name = variable.getSymName().str(), owner = options.modelName + ": the variable '" + name + "' ";
    auto type = cast<RankedTensorType>(variable.getType());
    if (auto found = values.find(name); found != values.end()) {
      const Array &value = found->second;
      Shape expected(type.getShape().begin(), type.getShape().end());
      size_t width = (type.getElementTypeBitWidth() + 7) / 8;
      if (value.shape() != expected || sizeOf(value.dtype()) != width)
        throw Error(owner + "was given a value of shape " + toString(value.shape()) + " and type " +
                    nameOf(value.dtype()) + ", expected " + toString(expected) + " and " + std::to_string(width) +
                    " bytes each");
    } else if (!options.training && !variable.getInitial() &&
               (variable.getKind() == "weight" || variable.getKind() == "statistic")) {
      throw Error(owner + "has no value: expected an initial one in the module (= dense<...>)");
    }
  }
}

bool isZero(Attribute initial) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(initial);
  return splat && llvm::all_of(splat.getRawData(), [](char byte) { return byte == 0; });
}

/// Puts values into the program for every variable that has none yet.
void embed(codegen::Compiled &compiled, const std::map<std::string, Array> &values) {
  std::unique_ptr<schema::ManifestT> manifest = schema::UnPackManifest(compiled.manifest.data());
  for (auto &variable : manifest->variables) {
    auto found = values.find(variable->spec->name);
    if (found == values.end())
      continue;
    const Array &value = found->second;
    if (variable->offset < 0) {
      variable->offset = static_cast<int64_t>((compiled.weights.size() + 63) / 64 * 64);
      compiled.weights.resize(variable->offset + value.bytes());
    }
    std::memcpy(compiled.weights.data() + variable->offset, value.raw(), value.bytes());
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Manifest::Pack(builder, manifest.get()), schema::ManifestIdentifier());
  auto *data = reinterpret_cast<const char *>(builder.GetBufferPointer());
  compiled.manifest.assign(data, data + builder.GetSize());
}

/// Runs @prepare on the values, adds what it computes to them and takes it out of the module.
void prepareNow(ModuleOp module, std::map<std::string, Array> &values, const AheadOptions &options) {
  OwningOpRef<ModuleOp> alone = module.clone();
  for (auto function : llvm::make_early_inc_range(alone->getOps<func::FuncOp>()))
    if (function.getSymName() != "prepare")
      function.erase();
  Session session(link(std::shared_ptr<const codegen::Compiled>(lower(*alone, options))));
  std::vector<std::string> derived;
  for (const VariableInfo &variable : session.program().variables()) {
    if (variable.kind == VariableKind::Derived)
      derived.push_back(variable.spec.name);
    else if (auto found = values.find(variable.spec.name); found != values.end())
      session.bind(variable.spec.name, found->second.raw());
  }
  session.call("prepare", std::vector<Array>());
  for (const std::string &name : derived)
    values[name] = session.variable(name).clone();
  module.lookupSymbol("prepare")->erase();
}

} // namespace

OwningOpRef<ModuleOp> moduleOf(const Model &model, MLIRContext &context, bool training) {
  context.loadDialect<ir::TenonDialect, func::FuncDialect>();
  if (training) {
    ModelState &state = ModelState::of(model.model());
    if (!state.isCompiled())
      throw Error(model.name() + ": was saved before compile(), so it has no training step");
    return state.trainingModule(context, /*withPredict=*/true);
  }
  OwningOpRef<ModuleOp> module;
  runDiagnosed(&context, [&] {
    module = graph::emitModule(model.model(), context);
    return module->verify();
  });
  return module;
}

std::map<std::string, Array> valuesOf(const Model &model) {
  std::map<std::string, Array> values;
  for (const graph::NamedWeight &named : graph::namedWeights(model.model()))
    values.emplace(named.name, named.weight->value);
  for (const auto &[name, stored] : ModelState::of(model.model()).stored())
    if (stored.kind != VariableKind::Metric)
      values.emplace(name, stored.value);
  return values;
}

std::unique_ptr<codegen::Compiled> compileAhead(ModuleOp module, const std::map<std::string, Array> &given,
                                                const AheadOptions &options) {
  check(module, given, options);
  std::map<std::string, Array> values = given;
  optimize(module, options);
  if (!options.training && module.lookupSymbol("prepare") && runsHere(options.machine))
    prepareNow(module, values, options);
  // Zeros need no place in the file.
  module.walk([](ir::VariableOp variable) {
    if ((variable.getKind() == "slot" || variable.getKind() == "metric") && isZero(variable.getInitialAttr()))
      variable.removeInitialAttr();
  });
  auto compiled = lower(module, options);
  embed(*compiled, values);
  return compiled;
}

std::string runnerPath() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void *>(&runnerPath), &info))
    throw Error("cannot find the directory of libtenon", Fault::Tenon);
  std::string library = info.dli_fname;
  return library.substr(0, library.find_last_of('/') + 1) + "tenon";
}

} // namespace tenon::facade
