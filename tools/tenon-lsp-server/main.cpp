// SPDX-License-Identifier: Apache-2.0
// tenon-lsp-server: editors see errors, definitions and types of our dialect in .mlir files.
#include "ir/Dialect.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<tenon::ir::TenonDialect, mlir::func::FuncDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
