// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Expression.h"
#include "frontend/graph/Create.h"

using namespace mlir;

namespace tenon {
namespace {

llvm::SmallVector<int64_t> allAxes(Expression x) { return llvm::to_vector(llvm::seq<int64_t>(0, x.rank())); }

template <typename Op, typename... Args> Expression make(Expression first, Args... args) {
  auto &b = first.builder();
  return {b, graph::create<Op>(b, b.getLoc(), first.value(), args...).getResult()};
}
template <typename Op> Expression binary(Expression a, Expression b) { return make<Op>(a, b.value()); }
template <typename Op> Expression unary(Expression x) { return make<Op>(x); }
template <typename Op> Expression reduce(Expression x, llvm::ArrayRef<int64_t> axes, bool keepdims) {
  return make<Op>(x, axes, keepdims);
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
  return make<ir::ConvertOp>(*this, TypeAttr::get(elementType));
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
// 0, 1, ... along the last axis of x, counted in a loop over it.
static Expression positions(Expression x) {
  auto &b = x.builder();
  int64_t last = x.rank() - 1;
  // A comparison: no gradient flows through what is only counted.
  Expression steps = greater(max(x, llvm::to_vector(llvm::seq<int64_t>(0, last))), 0);
  Expression start = scalar(b, 0);
  auto scalarType = start.type();
  auto block = std::make_unique<Block>();
  block->addArgument(scalarType, b.getLoc());
  block->addArgument(scalarType, b.getLoc());
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(block.get());
    Expression position(b, block->getArgument(1));
    SmallVector<Value> yields = {(position + 1).value(), position.value()};
    ir::YieldOp::create(b, yields);
  }
  SmallVector<Type> types = {scalarType, steps.type()};
  auto scan = ir::ScanOp::create(b, types, ValueRange(steps.value()), ValueRange(start.value()), ValueRange(), false);
  scan.getBody().push_back(block.release());
  return {b, scan.getResult(1)};
}

Expression oneHot(Expression indices, Expression like) {
  int64_t classes = like.type().getShape().back();
  if (!ShapedType::isDynamic(classes))
    return make<ir::OneHotOp>(indices, classes);
  SmallVector<int64_t> column(indices.rank(), 0);
  column.push_back(1);
  Expression position = positions(like);
  return equal(make<ir::ReshapeOp>(indices, column).to(position.type().getElementType()), position);
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
  return make<ir::CountOp>(x, axes);
}
Expression countOf(Expression x) { return countOf(x, allAxes(x)); }
Expression mean(Expression x, llvm::ArrayRef<int64_t> axes) { return sum(x, axes) / countOf(x, axes); }

} // namespace tenon
