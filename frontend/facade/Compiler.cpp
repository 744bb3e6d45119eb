// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/Compiler.h"
#include "ir/ShapeInference.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <deque>
#include <mutex>
#include <tenon/error.h>

using namespace mlir;

namespace tenon::facade {
namespace {

std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// "dense: <message>", once.
std::string named(Diagnostic &diagnostic) {
  std::string message = oneLine(diagnostic.str()), layer = ir::layerName(diagnostic.getLocation());
  return layer == "op" || llvm::StringRef(message).starts_with(layer + ":") ? message : layer + ": " + message;
}

std::mutex cacheMutex;
std::deque<std::pair<std::string, Program>> cache; // the last programs, oldest first
constexpr size_t cacheSize = 16;
int64_t compilations = 0;

std::string digestOf(ModuleOp module, const passes::PipelineOptions &options) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os, OpPrintingFlags().enableDebugInfo());
  os << options.machine.triple << '|' << options.machine.cpu << '|' << options.machine.features << '|'
     << options.training << options.prepare << '|' << options.batch;
  auto hash = llvm::SHA256::hash(llvm::arrayRefFromStringRef(os.str()));
  return std::string(hash.begin(), hash.end());
}

} // namespace

void runDiagnosed(MLIRContext *context, llvm::function_ref<LogicalResult()> body) {
  std::mutex mutex;
  std::string error;
  LogicalResult result = failure();
  {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      std::lock_guard lock(mutex);
      if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
        llvm::errs() << named(diagnostic) << '\n';
      else if (error.empty())
        error = named(diagnostic);
    });
    result = body();
  }
  if (failed(result))
    throw Error(error.empty() ? "compilation failed without a message" : error,
                error.empty() ? Fault::Tenon : Fault::Input);
}

std::unique_ptr<codegen::Compiled> compileModule(ModuleOp module, const passes::PipelineOptions &options,
                                                 const codegen::LowerOptions &lowering) {
  std::unique_ptr<codegen::Compiled> compiled;
  runDiagnosed(module.getContext(), [&]() -> LogicalResult {
    if (failed(passes::optimize(module, options)))
      return failure();
    auto lowered = codegen::lower(module, options.machine, lowering);
    if (failed(lowered))
      return failure();
    compiled = std::move(*lowered);
    return success();
  });
  return compiled;
}

Program link(std::shared_ptr<const codegen::Compiled> compiled) {
  std::string message;
  auto program = codegen::jit(std::move(compiled), message);
  if (failed(program))
    throw Error(message);
  return Program::wrap((*program)->table(), *program);
}

Program programOf(ModuleOp module, bool training, int64_t batch) {
  passes::PipelineOptions options;
  options.machine = ir::Machine::host();
  options.training = training;
  options.batch = batch;
  std::string digest = digestOf(module, options);
  {
    std::lock_guard lock(cacheMutex);
    for (auto &[key, program] : cache)
      if (key == digest)
        return program;
  }
  codegen::LowerOptions lowering;
  if (auto name = module.getSymName())
    lowering.modelName = name->str();
  Program program = link(compileModule(module, options, lowering));
  std::lock_guard lock(cacheMutex);
  ++compilations;
  cache.emplace_back(digest, program);
  if (cache.size() > cacheSize)
    cache.pop_front();
  return program;
}

int64_t compilationCount() {
  std::lock_guard lock(cacheMutex);
  return compilations;
}

} // namespace tenon::facade
