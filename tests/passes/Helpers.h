// SPDX-License-Identifier: Apache-2.0
// Modules written as text under modules/, random states and inputs for them, and what running them gives.
#pragma once
#include "ir/Interpreter.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <random>
#include <string>

namespace tenon::tests {

/// Every module under tests/passes/modules, by file name without the ending.
std::vector<std::string> moduleNames();

class PassTest {
public:
  explicit PassTest(unsigned seed = 1);

  mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text);
  mlir::OwningOpRef<mlir::ModuleOp> load(const std::string &name);
  /// Runs a pipeline in mlir-opt's words, the verifier after each pass.
  bool run(mlir::ModuleOp module, const std::string &pipeline);

  /// A value in (0.5, 1.5) for every variable without an initial one.
  ir::VariableState randomState(mlir::ModuleOp module);
  /// Inputs for a function; equal names of dynamic dimensions get equal sizes, the batch as given when it is positive.
  llvm::SmallVector<ir::Literal> randomInputs(mlir::ModuleOp module, llvm::StringRef function, int64_t batch = 0);
  /// Elements in (-1, 1), or integers from 0 to 4.
  ir::Literal draw(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  /// Runs a function, failing the test when it cannot run.
  llvm::SmallVector<ir::Literal> call(mlir::ModuleOp module, llvm::StringRef function,
                                      llvm::ArrayRef<ir::Literal> inputs, ir::VariableState &state);

  /// All diagnostics so far.
  const std::string &diagnostics() const { return messages; }

  mlir::MLIRContext context;
  std::mt19937 random;

private:
  std::string messages;
};

std::string print(mlir::ModuleOp module);
/// Equal shapes and elements within the bound, relative to max(1, |expected|).
void expectNear(const ir::Literal &expected, const ir::Literal &actual, double bound, const std::string &what);

} // namespace tenon::tests
