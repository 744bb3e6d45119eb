// SPDX-License-Identifier: Apache-2.0
// tenon-reduce: makes a module smaller while a script goes on finding what is wrong with it.
#include "ir/Dialect.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Pipelines.h"

int main(int argc, char **argv) {
  mlir::registerTransformsPasses();
  tenon::passes::registerAllPasses();
  mlir::DialectRegistry registry;
  registry.insert<tenon::ir::TenonDialect, mlir::func::FuncDialect>();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
