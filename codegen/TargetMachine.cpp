// SPDX-License-Identifier: Apache-2.0
#include "codegen/TargetMachine.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include <mutex>

using namespace llvm;
using tenon::ir::Machine;

static std::unique_ptr<TargetMachine> makeTargetMachine(const Machine &machine) {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargets();
    InitializeAllTargetInfos();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
  });
  Triple triple(machine.triple);
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    report_fatal_error(Twine("LLVM has no target for ") + machine.triple + ": " + error);
  TargetOptions options;
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(triple, machine.cpu, machine.features, options, Reloc::PIC_,
                                                                    std::nullopt, CodeGenOptLevel::Default));
}

static std::unique_ptr<TargetMachine> prepare(Module &module, const Machine &machine) {
  std::unique_ptr<TargetMachine> target = makeTargetMachine(machine);
  module.setDataLayout(target->createDataLayout());
  module.setTargetTriple(target->getTargetTriple());
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager callGraph;
  ModuleAnalysisManager modules;
  PassBuilder builder(target.get());
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  ModulePassManager passes;
  cantFail(builder.parsePassPipeline(passes, "function(early-cse,instcombine<no-verify-fixpoint>)"));
  passes.run(module, modules);
  return target;
}

static SmallVector<char, 0> generate(Module &module, const Machine &machine, CodeGenFileType kind) {
  std::unique_ptr<TargetMachine> target = prepare(module, machine);
  SmallVector<char, 0> buffer;
  raw_svector_ostream os(buffer);
  legacy::PassManager passes;
  if (target->addPassesToEmitFile(passes, os, nullptr, kind))
    report_fatal_error("LLVM cannot emit this kind of file for the target");
  passes.run(module);
  return buffer;
}

std::vector<char> tenon::codegen::emitObject(Module &module, const Machine &machine) {
  SmallVector<char, 0> buffer = generate(module, machine, CodeGenFileType::ObjectFile);
  return std::vector<char>(buffer.begin(), buffer.end());
}
std::string tenon::codegen::emitAssembly(Module &module, const Machine &machine) {
  SmallVector<char, 0> buffer = generate(module, machine, CodeGenFileType::AssemblyFile);
  return std::string(buffer.begin(), buffer.end());
}
std::string tenon::codegen::emitLlvmText(Module &module, const Machine &machine) {
  prepare(module, machine);
  std::string text;
  raw_string_ostream os(text);
  module.print(os, nullptr);
  return text;
}
