// SPDX-License-Identifier: Apache-2.0
// The symbolic shape of every value of a function, found in one walk.
#pragma once
#include "ir/ShapeInference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace tenon::ir {

using ShapeMap = llvm::DenseMap<mlir::Value, SymbolicShape>;

/// Adds the shapes of an op's results, and of all values inside a kernel or scan, to those of its operands; the
/// conditions go to `checks`. Fails (with a diagnostic) when shapes contradict each other.
mlir::LogicalResult inferShapes(mlir::Operation &op, ShapeMap &shapes, std::vector<ShapeCheck> &checks);

/// Axis 0 of every argument is the symbol `batch`, another `?` axis of argument `x` is `x_d<axis>`; every `?` of the
/// function is an expression over these.
class SymbolicShapes {
public:
  /// Fails (with a diagnostic) when an op's shapes contradict each other.
  static mlir::FailureOr<SymbolicShapes> analyze(mlir::func::FuncOp function);

  const SymbolicShape &operator[](mlir::Value value) const { return shapes.find(value)->second; }
  /// A value of the same shape, made since the analysis.
  void addAlike(mlir::Value known, mlir::Value made) { shapes[made] = SymbolicShape(shapes.find(known)->second); }
  /// Number of elements as an expression.
  mlir::AffineExpr elements(mlir::Value value) const;
  /// Names of the symbols; symbol i is AffineSymbolExpr i.
  llvm::ArrayRef<std::string> symbols() const { return names; }
  /// Conditions on the symbols, each once, constants left out.
  llvm::ArrayRef<ShapeCheck> checks() const { return conditions; }

private:
  ShapeMap shapes;
  std::vector<std::string> names;
  std::vector<ShapeCheck> conditions;
};

/// The argument's name (tenon.name), "arg<i>" when it has none.
std::string argumentName(mlir::func::FuncOp function, unsigned index);
std::string resultName(mlir::func::FuncOp function, unsigned index);

/// The value of an expression for given symbol values (integer arithmetic, floor division).
int64_t evaluate(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> symbols);

} // namespace tenon::ir
