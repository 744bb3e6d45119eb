// SPDX-License-Identifier: Apache-2.0
// Shapes as expressions over symbols. One function per op says how its result's shape follows from its operands';
// result types (constant or `?`), symbolic shapes and entry checks all come from it.
#pragma once
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/ValueRange.h"
#include <string>

namespace tenon::ir {

using SymbolicShape = llvm::SmallVector<mlir::AffineExpr, 4>;

/// A condition on the symbols: zero == 0 or zero >= 0.
struct ShapeCheck {
  enum Kind { Equal, NonNegative } kind;
  mlir::AffineExpr value;
  std::string message; // what the user reads: the layer, what was expected
};

class ShapeInference {
public:
  /// checks: where conditions on symbols go (null: they are dropped, as when only types are inferred).
  ShapeInference(mlir::MLIRContext *context, std::optional<mlir::Location> loc, mlir::ValueRange operands,
                 llvm::ArrayRef<SymbolicShape> operandShapes, std::vector<ShapeCheck> *checks);

  /// Result types of an op: every `?` of an operand is a symbol of its own, non-constant results become `?`.
  static mlir::LogicalResult inferTypes(mlir::MLIRContext *context, std::optional<mlir::Location> loc,
                                        mlir::ValueRange operands, llvm::SmallVectorImpl<mlir::Type> &types,
                                        llvm::function_ref<mlir::LogicalResult(ShapeInference &)> infer);

  unsigned operandCount() const { return shapes.size(); }
  const SymbolicShape &shape(unsigned operand) const { return shapes[operand]; }
  int64_t rank(unsigned operand) const { return shapes[operand].size(); }
  mlir::Type elementType(unsigned operand) const;
  mlir::RankedTensorType type(unsigned operand) const;

  mlir::AffineExpr constant(int64_t value) const;
  /// Adds a result.
  mlir::LogicalResult add(mlir::Type elementType, const SymbolicShape &shape, mlir::Attribute encoding = {});

  /// Both must be equal: an error when two constants differ, a check when it depends on symbols. `what` reads on after
  /// the layer's name: "dense: " + what.
  mlir::LogicalResult requireEqual(mlir::AffineExpr a, mlir::AffineExpr b, const llvm::Twine &what);
  mlir::LogicalResult requireAtLeast(mlir::AffineExpr a, int64_t least, const llvm::Twine &what);
  /// Fails with the message at the op's location.
  mlir::LogicalResult fail(const llvm::Twine &message);

  /// NumPy broadcasting of two shapes.
  mlir::LogicalResult broadcast(const SymbolicShape &a, const SymbolicShape &b, SymbolicShape &result);
  /// One axis of a window (convolution, pooling): the output size; checks that it is at least 1.
  mlir::LogicalResult windowOutput(mlir::AffineExpr size, int64_t kernel, int64_t stride, int64_t dilation,
                                   int64_t before, int64_t after, mlir::AffineExpr &result);

  struct Result {
    mlir::Type elementType;
    SymbolicShape shape;
    mlir::Attribute encoding;
  };
  llvm::ArrayRef<Result> results() const { return added; }

private:
  mlir::MLIRContext *context;
  std::optional<mlir::Location> loc;
  mlir::ValueRange operands;
  llvm::SmallVector<SymbolicShape, 4> shapes;
  std::vector<ShapeCheck> *checks;
  llvm::SmallVector<Result, 2> added;
};

/// The name of the layer an op came from: the first name in its location, "op" when it has none.
std::string layerName(mlir::Location loc);

/// "(batch, 8, 8, 16)", "(?, 64)".
std::string printShape(const SymbolicShape &shape, llvm::ArrayRef<std::string> symbols = {});
std::string printExpr(mlir::AffineExpr expr, llvm::ArrayRef<std::string> symbols);

} // namespace tenon::ir
