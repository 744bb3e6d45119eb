// SPDX-License-Identifier: Apache-2.0
// A module compiled and called with the interpreter's literals, for comparing the two.
#pragma once
#include "codegen/Codegen.h"
#include "ir/Interpreter.h"
#include "mlir/IR/OwningOpRef.h"
#include <tenon/session.h>

namespace tenon::tests {

class CompiledModule {
public:
  /// Optimises (a copy) and compiles; fails the test and leaves an object that must not be called when it cannot.
  CompiledModule(mlir::ModuleOp module, const std::string &target, bool training = false, int threads = 1);
  explicit operator bool() const { return session != nullptr; }

  llvm::SmallVector<ir::Literal> call(const std::string &entry, llvm::ArrayRef<ir::Literal> inputs);
  /// Sets the variables' storage, reads it back.
  void setState(const ir::VariableState &state);
  void readState(ir::VariableState &state);

  std::shared_ptr<const codegen::Compiled> compiled;
  std::unique_ptr<Session> session;

private:
  mlir::MLIRContext *context;
};

Array toArray(const ir::Literal &literal);
ir::Literal toLiteral(const Array &array, mlir::MLIRContext *context);

/// Empty when every element is within bound * (max(magnitude, largest |expected|) + |expected[i]|), NaN and infinities being equal to
/// themselves; else the worst element in words.
std::string compare(const ir::Literal &actual, const ir::Literal &expected, double bound,
                    double magnitude = 0);

} // namespace tenon::tests
