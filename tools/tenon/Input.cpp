// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/Input.h"
#include "frontend/facade/AheadOfTime.h"
#include "frontend/facade/Compiler.h"
#include "frontend/facade/ModelState.h"
#include "ir/Dialect.h"
#include "tools/tenon/TrainingFiles.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Path.h"
#include <cstdio>

namespace tenon::tools {

bool isWeightsName(const std::string &path) { return hasEnding(path, ".weights.h5") || hasEnding(path, ".npz"); }

bool hasEnding(const std::string &path, const std::string &ending) {
  return path.size() > ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
}

Input readInput(const std::string &path, mlir::MLIRContext &context, bool training, const Changes &changes) {
  context.loadDialect<ir::TenonDialect, mlir::func::FuncDialect>();
  Input input;
  if (access(path.c_str(), R_OK) != 0)
    throw Error(path + ": no such file, or it cannot be read");
  if (hasEnding(path, ".mlir")) {
    if (!changes.weights.empty() || !changes.freeze.empty())
      throw Error((changes.weights.empty() ? "--freeze: '" : "--weights: '") + path + "' is a module; this needs a model's file",
                  Fault::Usage);
    input.name = llvm::sys::path::stem(path).str();
    std::string line; // of the first message; runDiagnosed says it without
    try {
      facade::runDiagnosed(&context, [&] {
        mlir::ScopedDiagnosticHandler lines(&context, [&](mlir::Diagnostic &diagnostic) {
          if (auto place = diagnostic.getLocation()->findInstanceOf<mlir::FileLineColLoc>(); place && line.empty())
            line = ":" + std::to_string(place.getLine());
          return mlir::failure();
        });
        input.module = mlir::parseSourceFile<mlir::ModuleOp>(path, &context);
        return mlir::success(static_cast<bool>(input.module));
      });
    } catch (const Error &error) {
      throw Error(path + line + ": " + error.what(), error.fault());
    }
    return input;
  }
  if (!hasEnding(path, ".tenon") && !hasEnding(path, ".keras") && !hasEnding(path, ".h5"))
    throw Error(path + ": expected a model file (.tenon, .keras, .h5) or a module (.mlir)");
  input.model = loadModel(path, {.compile = training});
  if (!changes.weights.empty())
    input.model->loadWeights(changes.weights);
  // One that was saved before compile() is refused below.
  if (!changes.freeze.empty() && facade::ModelState::of(input.model->model()).isCompiled()) {
    CompileSettings settings;
    settings.freeze = changes.freeze;
    compileModel(*input.model, path, settings);
  }
  input.name = input.model->name();
  input.module = facade::moduleOf(*input.model, context, training);
  input.values = facade::valuesOf(*input.model);
  return input;
}

std::string printModule(mlir::ModuleOp module, bool all) {
  std::string text;
  llvm::raw_string_ostream os(text);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo().useLocalScope(); // what is printed can be read back
  if (!all)
    flags.elideLargeElementsAttrs(8).elideLargeResourceString(16);
  module->print(os, flags);
  os << '\n';
  return os.str();
}

} // namespace tenon::tools
