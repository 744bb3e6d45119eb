// SPDX-License-Identifier: Apache-2.0
// Values under construction with arithmetic on them, so that losses, metrics and update rules read as their formulas.
#pragma once
#include "ir/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tenon {

/// A tensor value and the builder that goes on from it. Operators build dialect ops; shapes broadcast as in NumPy,
/// numbers become scalar constants of the other operand's element type.
class Expression {
public:
  Expression(mlir::ImplicitLocOpBuilder &builder, mlir::Value value) : builder_(&builder), value_(value) {}
  mlir::ImplicitLocOpBuilder &builder() const { return *builder_; }
  mlir::Value value() const { return value_; }
  mlir::RankedTensorType type() const { return mlir::cast<mlir::RankedTensorType>(value_.getType()); }
  int64_t rank() const { return type().getRank(); }
  /// A scalar constant of this expression's element type.
  Expression constant(double value) const;
  Expression to(mlir::Type elementType) const;

private:
  mlir::ImplicitLocOpBuilder *builder_;
  mlir::Value value_;
};

/// A constant of any type, all elements equal.
mlir::DenseElementsAttr splat(mlir::RankedTensorType type, double value);
/// A float32 scalar constant.
Expression scalar(mlir::ImplicitLocOpBuilder &builder, double value);

Expression operator+(Expression a, Expression b);
Expression operator-(Expression a, Expression b);
Expression operator*(Expression a, Expression b);
Expression operator/(Expression a, Expression b);
Expression operator+(Expression a, double b);
Expression operator-(Expression a, double b);
Expression operator*(Expression a, double b);
Expression operator/(Expression a, double b);
Expression operator+(double a, Expression b);
Expression operator-(double a, Expression b);
Expression operator*(double a, Expression b);
Expression operator-(Expression a);

Expression abs(Expression x);
Expression exp(Expression x);
Expression log(Expression x);
Expression sqrt(Expression x);
Expression relu(Expression x);
Expression maximum(Expression a, Expression b);
Expression minimum(Expression a, Expression b);
/// min(max(x, low), high): the gradient is zero outside.
Expression clip(Expression x, double low, double high);
/// 1 where equal, else 0, as float32; element types must be equal.
Expression equal(Expression a, Expression b);
/// 1 where a > b, else 0, as float32.
Expression greater(Expression a, double b);
/// Index of the first largest element of the last axis.
Expression argmax(Expression x);
/// 1 where the position along the last axis of `like`, which may be of any length, is the index, else 0.
Expression oneHot(Expression indices, Expression like);
/// Sum over axes, all of them when none are given.
Expression sum(Expression x, llvm::ArrayRef<int64_t> axes, bool keepdims = false);
Expression sum(Expression x);
Expression max(Expression x, llvm::ArrayRef<int64_t> axes, bool keepdims = false);
/// How many elements the axes span, as a float32 scalar.
Expression countOf(Expression x, llvm::ArrayRef<int64_t> axes);
Expression countOf(Expression x);
Expression mean(Expression x, llvm::ArrayRef<int64_t> axes);

} // namespace tenon
