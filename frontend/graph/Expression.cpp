// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Expression.h"

using namespace mlir;

namespace tenon {
namespace {

llvm::SmallVector<int64_t> allAxes(Expression x) { return llvm::to_vector(llvm::seq<int64_t>(0, x.rank())); }

template <typename Op> Expression binary(Expression a, Expression b) {
  return {a.builder(), Op::create(a.builder(), a.value(), b.value()).getResult()};
}
template <typename Op> Expression unary(Expression x) {
  return {x.builder(), Op::create(x.builder(), x.value()).getResult()};
}
template <typename Op> Expression reduce(Expression x, llvm::ArrayRef<int64_t> axes, bool keepdims) {
  auto &b = x.builder();
  return {b, Op::create(b, x.value(), b.getDenseI64ArrayAttr(axes), b.getBoolAttr(keepdims)).getResult()};
}

} // namespace

DenseElementsAttr splat(RankedTensorType type, double value) {
  if (auto element = dyn_cast<FloatType>(type.getElementType()))
    return DenseElementsAttr::get(type, FloatAttr::get(element, value).getValue());
  auto element = cast<IntegerType>(type.getElementType());
  return DenseElementsAttr::get(type, APInt(element.getWidth(), static_cast<int64_t>(value), true));
}

Expression scalar(ImplicitLocOpBuilder &builder, double value) {
  return {builder, ir::ConstantOp::create(builder, splat(RankedTensorType::get({}, builder.getF32Type()), value))};
}

Expression Expression::constant(double value) const {
  auto type = RankedTensorType::get({}, this->type().getElementType());
  return {*builder_, ir::ConstantOp::create(*builder_, splat(type, value))};
}

Expression Expression::to(Type elementType) const {
  if (type().getElementType() == elementType)
    return *this;
  return {*builder_, ir::ConvertOp::create(*builder_, value_, TypeAttr::get(elementType)).getResult()};
}

Expression operator+(Expression a, Expression b) { return binary<ir::AddOp>(a, b); }
Expression operator-(Expression a, Expression b) { return binary<ir::SubtractOp>(a, b); }
Expression operator*(Expression a, Expression b) { return binary<ir::MultiplyOp>(a, b); }
Expression operator/(Expression a, Expression b) { return binary<ir::DivideOp>(a, b); }
Expression operator+(Expression a, double b) { return a + a.constant(b); }
Expression operator-(Expression a, double b) { return a - a.constant(b); }
Expression operator*(Expression a, double b) { return a * a.constant(b); }
Expression operator/(Expression a, double b) { return a / a.constant(b); }
Expression operator+(double a, Expression b) { return b.constant(a) + b; }
Expression operator-(double a, Expression b) { return b.constant(a) - b; }
Expression operator*(double a, Expression b) { return b.constant(a) * b; }
Expression operator-(Expression a) { return unary<ir::NegateOp>(a); }

Expression abs(Expression x) { return unary<ir::AbsOp>(x); }
Expression exp(Expression x) { return unary<ir::ExpOp>(x); }
Expression log(Expression x) { return unary<ir::LogOp>(x); }
Expression sqrt(Expression x) { return unary<ir::SqrtOp>(x); }
Expression relu(Expression x) { return unary<ir::ReluOp>(x); }
Expression maximum(Expression a, Expression b) { return binary<ir::MaximumOp>(a, b); }
Expression minimum(Expression a, Expression b) { return binary<ir::MinimumOp>(a, b); }
Expression clip(Expression x, double low, double high) {
  return minimum(maximum(x, x.constant(low)), x.constant(high));
}
Expression equal(Expression a, Expression b) { return binary<ir::EqualOp>(a, b).to(a.builder().getF32Type()); }
Expression greater(Expression a, double b) {
  return binary<ir::GreaterOp>(a, a.constant(b)).to(a.builder().getF32Type());
}
Expression argmax(Expression x) { return unary<ir::ArgmaxOp>(x); }
Expression oneHot(Expression indices, int64_t classes) {
  auto &b = indices.builder();
  return {b, ir::OneHotOp::create(b, indices.value(), b.getI64IntegerAttr(classes)).getResult()};
}

Expression sum(Expression x, llvm::ArrayRef<int64_t> axes, bool keepdims) {
  return reduce<ir::ReduceSumOp>(x, axes, keepdims);
}
Expression sum(Expression x) { return sum(x, allAxes(x)); }
Expression max(Expression x, llvm::ArrayRef<int64_t> axes, bool keepdims) {
  return reduce<ir::ReduceMaxOp>(x, axes, keepdims);
}

Expression countOf(Expression x, llvm::ArrayRef<int64_t> axes) {
  auto &b = x.builder();
  int64_t known = 1;
  for (int64_t axis : axes)
    known = x.type().isDynamicDim(axis) || known < 0 ? -1 : known * x.type().getDimSize(axis);
  if (known >= 0)
    return scalar(b, known);
  return {b, ir::CountOp::create(b, x.value(), b.getDenseI64ArrayAttr(axes)).getResult()};
}
Expression countOf(Expression x) { return countOf(x, allAxes(x)); }
Expression mean(Expression x, llvm::ArrayRef<int64_t> axes) { return sum(x, axes) / countOf(x, axes); }

} // namespace tenon
