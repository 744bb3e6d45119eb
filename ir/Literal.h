// SPDX-License-Identifier: Apache-2.0
// The interpreter's values: a shape and numbers in f64, shared by reference. Integers up to 2^53 are exact.
#pragma once
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <memory>
#include <vector>

namespace tenon::ir {

class Literal {
public:
  Literal() = default;
  /// Zeros.
  Literal(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  Literal(mlir::Type elementType, llvm::ArrayRef<int64_t> shape, std::vector<double> values);
  static Literal scalar(mlir::Type elementType, double value) { return Literal(elementType, {}, {value}); }
  /// From a dense or dense_resource attribute; nullopt for other attributes.
  static std::optional<Literal> fromAttribute(mlir::Attribute attribute);
  /// A dense attribute of the literal's element type (f64 numbers are rounded to it).
  mlir::DenseElementsAttr toAttribute() const;

  explicit operator bool() const { return static_cast<bool>(data); }
  mlir::Type elementType() const { return type; }
  bool isFloat() const { return mlir::isa<mlir::FloatType>(type); }
  llvm::ArrayRef<int64_t> shape() const { return dims; }
  int64_t rank() const { return dims.size(); }
  int64_t size() const { return data->size(); }
  int64_t dim(int64_t axis) const { return dims[axis]; }
  /// Elements in row-major order. Writing is for whoever has just made the literal.
  std::vector<double> &values() { return *data; }
  const std::vector<double> &values() const { return *data; }
  double &operator[](int64_t i) { return (*data)[i]; }
  double operator[](int64_t i) const { return (*data)[i]; }
  /// The same numbers under another shape of the same size.
  Literal reshaped(llvm::ArrayRef<int64_t> shape) const;
  /// Rounds every number to the element type's precision (f32 inputs of an f64 computation).
  Literal rounded() const;

private:
  mlir::Type type;
  llvm::SmallVector<int64_t, 4> dims;
  std::shared_ptr<std::vector<double>> data;
};

/// Calls body(index vector, row-major position) for every index of a shape, in row-major order.
void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>, int64_t)> body);

/// Folds an op whose operands are all dense constants of at most 4,096 elements through its own evaluate.
mlir::OpFoldResult foldByEvaluate(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);

} // namespace tenon::ir
