// SPDX-License-Identifier: Apache-2.0
// One row per op and variant: how it is built and which inputs it takes. The tests of the dialect, of its interpreter
// and of the compiled code all run over this table.
#pragma once
#include "ir/Interpreter.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace tenon::tests {

/// What an operand is filled with. Values of one operand are distinct and no kink is within 1e-4 (zero, ties).
enum class Fill {
  Any,      // f32 in (-2, 2)
  Positive, // f32 in (0.5, 2.5)
  Unit,     // f32 in (0.05, 0.95)
  Ties,     // f32, one of -1, 0, 1, 2
  Index,    // integers -1 .. 5
  Inside,   // integers 0 .. 5
  Mask,     // 0 or 1
  Offsets,  // integers 0, 5, 10, ...
};

struct OperandSpec {
  /// "Bx8x8x3xf32": a letter is a dynamic dimension, equal letters are equal sizes, B the batch.
  std::string type;
  Fill fill = Fill::Any;
};

enum class Gradient {
  Flows, // compared with finite differences
  None,  // every operand's gradient is absent
};

struct OpCase {
  /// "<op>" or "<op>/<variant>"; <op> is the op's name without the dialect.
  std::string name;
  std::vector<OperandSpec> operands;
  std::function<mlir::Operation *(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)> build;
  Gradient gradient = Gradient::Flows;

  std::string opName() const { return "tenon." + name.substr(0, name.find('/')); }
};

const std::vector<OpCase> &opCases();

/// A context with the dialects loaded.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// A module with @f: the operands are its arguments %x0 ..., the op's results are returned.
mlir::OwningOpRef<mlir::ModuleOp> buildModule(mlir::MLIRContext &context, const OpCase &opCase);

/// Inputs of @f with sizes of dynamic dimensions drawn from 1 .. 7 (a batch as given when it is positive).
llvm::SmallVector<ir::Literal> drawInputs(mlir::MLIRContext &context, const OpCase &opCase, std::mt19937 &random,
                                          int64_t batch = 0);

} // namespace tenon::tests
