// SPDX-License-Identifier: Apache-2.0
// tenon-opt: runs passes on a module's text, for tests and for looking on.
#include "ir/Dialect.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Pipelines.h"
#include "tools/passes.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::extrahelp descriptions(passDescriptions); // each pass with its before and after

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<tenon::ir::TenonDialect, mlir::func::FuncDialect>();
  mlir::registerTransformsPasses();
  tenon::passes::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Tenon's pass driver\n", registry));
}
