// SPDX-License-Identifier: Apache-2.0
#include "codegen/Codegen.h"
#include "codegen/Compile.h"
#include "codegen/Driver.h"
#include "codegen/Manifest.h"
#include "ir/Stages.h"
#include "mlir/Parser/Parser.h"
#include <atomic>
#include <thread>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

// Kernels are compiled on all cores, each worker in a context of its own.
static bool compileKernels(const KernelTable &table, const ir::Machine &machine, unsigned workers, std::vector<Object> &objects) {
  objects.resize(table.kernels.size());
  std::atomic<size_t> next = 0;
  std::atomic<bool> good = true;
  auto work = [&] {
    std::unique_ptr<MLIRContext> context = makeCompilerContext();
    for (size_t i = next++; i < table.kernels.size() && good; i = next++) {
      const KernelTable::Entry &kernel = table.kernels[i];
      OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(kernel.text, ParserConfig(context.get()));
      if (!module) {
        good = false;
        return;
      }
      emitKernelFunction(*module, machine, kernel.symbol);
      auto object = compileModule(*module, machine, kernel.symbol);
      if (failed(object)) {
        good = false;
        return;
      }
      objects[i] = {kernel.symbol, std::move(*object)};
    }
  };
  std::vector<std::thread> threads;
  try {
    for (unsigned i = 1; i < std::min<size_t>(workers, table.kernels.size()); ++i)
      threads.emplace_back(work);
  } catch (const std::system_error &) { // no more threads to be had: those there are do it
  }
  work();
  for (std::thread &thread : threads)
    thread.join();
  return good;
}

static void explain(const StagePlan &stage, const KernelTable &table, ArrayRef<std::string> symbols, const std::string &number,
                    Explanation::Entry &entry) {
  for (const KernelCall &call : stage.calls) {
    const KernelTable::Entry &kernel = table.kernels[call.kernel];
    entry.kernels.push_back({number, kernel.symbol, kernel.schedule, call.layers, ir::printExpr(call.tasks, symbols), call.seconds});
  }
  for (const LoopPlan &loop : stage.loops) {
    entry.loops.push_back({number, ir::printExpr(loop.steps, symbols), loop.reverse, loop.layers,
                           loop.blocks ? ir::printExpr(loop.blocks, symbols) : ""});
    for (auto [k, step] : llvm::enumerate(loop.stages))
      explain(step, table, symbols, number + "." + std::to_string(k), entry);
  }
}
static Explanation::Entry explain(const EntryPlan &plan, const KernelTable &table) {
  Explanation::Entry entry;
  entry.name = plan.name;
  entry.stages = plan.stages.size();
  for (auto [i, stage] : llvm::enumerate(plan.stages))
    explain(stage, table, plan.symbols, std::to_string(i), entry);
  if (auto remarks = plan.function->getAttrOfType<ArrayAttr>(ir::remarksName))
    for (auto remark : remarks.getAsRange<ArrayAttr>()) {
      auto part = [&](unsigned i) { return cast<StringAttr>(remark[i]).str(); };
      entry.remarks.push_back({part(0), part(2), part(3), part(1) == "applied"});
    }
  return entry;
}

namespace {
// A module's entries planned, their kernels listed, their driver written.
struct LoweredProgram {
  KernelTable table;
  std::vector<EntryPlan> plans;
  std::vector<ir::VariableOp> variables;
  OwningOpRef<ModuleOp> driver;
};
} // namespace

static FailureOr<LoweredProgram> lowerProgram(ModuleOp module, const ir::Machine &machine, const LowerOptions &options) {
  MLIRContext *context = module.getContext();
  prepareCompilerContext(*context);
  LoweredProgram program;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    auto plan = planEntry(function, machine, program.table);
    if (failed(plan))
      return failure();
    for (int64_t size : {1, 7, 64}) { // every plan is proved at a few sizes before code is made from it
      std::string fault = checkMemory(plan->buffers, plan->memory, SmallVector<int64_t>(plan->symbols.size(), size));
      if (!fault.empty())
        return function.emitOpError("has a broken memory plan (a bug of Tenon): ") << fault;
    }
    program.plans.push_back(std::move(*plan));
  }
  program.variables = usedVariables(module, program.plans);
  program.driver = ModuleOp::create(UnknownLoc::get(context));
  for (const EntryPlan &plan : program.plans) {
    SmallVector<unsigned> index;
    for (const std::string &name : plan.variables)
      index.push_back(llvm::find_if(program.variables, [&](ir::VariableOp v) { return v.getSymName() == name; }) -
                      program.variables.begin());
    emitEntry(*program.driver, plan, program.table, machine, options.tag, index);
  }
  return program;
}

FailureOr<std::unique_ptr<Compiled>> tenon::codegen::lower(ModuleOp module, const ir::Machine &machine, const LowerOptions &options) {
  auto program = lowerProgram(module, machine, options);
  if (failed(program))
    return failure();
  auto compiled = std::make_unique<Compiled>();
  compiled->machine = machine;
  compiled->tag = options.tag;
  for (const EntryPlan &plan : program->plans) {
    compiled->entries.push_back(plan.name);
    compiled->explanation.entries.push_back(explain(plan, program->table));
  }
  unsigned workers = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  bool kernelsGood = false;
  auto compileAll = [&] { kernelsGood = compileKernels(program->table, machine, workers, compiled->objects); };
  std::thread kernels;
  workers > 1 ? kernels = std::thread(compileAll), void() : compileAll();
  FailureOr<std::vector<char>> driverObject = compileModule(*program->driver, machine, options.tag + "_driver");
  if (kernels.joinable())
    kernels.join();
  if (!kernelsGood)
    return module.emitError("a kernel could not be compiled (a bug of Tenon)");
  if (failed(driverObject))
    return module.emitError("the driver could not be compiled (a bug of Tenon)");
  compiled->objects.push_back({options.tag + "_driver", std::move(*driverObject)});
  if (options.embedWeights)
    compiled->weights = packWeights(program->variables);
  compiled->manifest = buildManifest(program->plans, program->table, program->variables, machine, options);
  return compiled;
}

FailureOr<std::string> tenon::codegen::lowerToText(ModuleOp module, const ir::Machine &machine, const LowerOptions &options, TextKind kind) {
  auto program = lowerProgram(module, machine, options);
  if (failed(program))
    return failure();
  std::string text;
  for (const KernelTable::Entry &kernel : program->table.kernels) {
    OwningOpRef<ModuleOp> code = parseSourceString<ModuleOp>(kernel.text, ParserConfig(module.getContext()));
    emitKernelFunction(*code, machine, kernel.symbol);
    auto part = compileToText(*code, machine, kernel.symbol, kind);
    if (failed(part))
      return failure();
    text += *part + "\n";
  }
  auto driver = compileToText(*program->driver, machine, options.tag + "_driver", kind);
  if (failed(driver))
    return failure();
  return text + *driver;
}
