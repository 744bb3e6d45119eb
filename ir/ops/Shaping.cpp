// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace tenon::ir;

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

// A product of dimensions as constant times symbolic factors.
namespace {
struct Elements {
  int64_t constant = 1;
  SymbolicShape factors;
  explicit Elements(ArrayRef<AffineExpr> dims) {
    for (AffineExpr dim : dims)
      multiply(dim);
  }
  void multiply(AffineExpr dim) {
    if (auto c = dyn_cast<AffineConstantExpr>(dim))
      constant *= c.getValue();
    else if (auto product = dyn_cast<AffineBinaryOpExpr>(dim); product && dim.getKind() == AffineExprKind::Mul) {
      multiply(product.getLHS());
      multiply(product.getRHS());
    } else
      factors.push_back(dim);
  }
  // Strikes out the factors both products have.
  void cancel(Elements &other) {
    for (AffineExpr factor : SymbolicShape(factors))
      if (auto *same = llvm::find(other.factors, factor); same != other.factors.end()) {
        other.factors.erase(same);
        factors.erase(llvm::find(factors, factor));
      }
  }
  AffineExpr expr(const ShapeInference &shapes) const {
    AffineExpr product = shapes.constant(1);
    for (AffineExpr factor : factors)
      product = product * factor;
    return product * constant;
  }
};
} // namespace

static LogicalResult requireSameElements(ShapeInference &shapes, ArrayRef<AffineExpr> from, ArrayRef<AffineExpr> to) {
  Elements have(from), want(to);
  have.cancel(want);
  return shapes.requireEqual(have.expr(shapes), want.expr(shapes),
                             "cannot reshape " + printShape(SymbolicShape(from)) + " to " +
                                 printShape(SymbolicShape(to)) + ": the number of elements must stay");
}

LogicalResult ReshapeOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &operand = shapes.shape(0);
  SymbolicShape result;
  std::optional<size_t> open;
  for (auto [i, entry] : llvm::enumerate(op.getShape())) {
    if (entry == 0 && i >= operand.size())
      return shapes.fail("expected a size at axis " + Twine(i) + ": the operand's shape " + printShape(operand) +
                         " has no such axis to copy");
    if (entry < -1 || (entry == -1 && open))
      return shapes.fail("expected sizes, 0 or at most one -1, got " + Twine(entry) + " at axis " + Twine(i));
    if (entry == -1)
      open = i;
    result.push_back(entry == 0 ? operand[i] : shapes.constant(entry == -1 ? 1 : entry));
  }
  if (open) {
    Elements rest{ArrayRef(operand)}, known{ArrayRef(result)};
    rest.cancel(known);
    if (known.factors.empty() && known.constant != 0 && rest.constant % known.constant == 0) {
      rest.constant /= known.constant;
      result[*open] = rest.expr(shapes);
    } else if (known.constant == 0) {
      return shapes.fail("cannot find the size of axis " + Twine(*open) + ": another one is 0");
    } else {
      result[*open] = rest.expr(shapes).floorDiv(known.expr(shapes));
    }
  }
  if (failed(requireSameElements(shapes, operand, result)))
    return failure();
  return shapes.add(shapes.elementType(0), result);
}

LogicalResult ReshapeLikeOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  if (failed(requireSameElements(shapes, shapes.shape(0), shapes.shape(1))))
    return failure();
  return shapes.add(shapes.elementType(0), shapes.shape(1));
}

LogicalResult BroadcastLikeOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  const SymbolicShape &operand = shapes.shape(0), &like = shapes.shape(1);
  ArrayRef<int64_t> axes = op.getAxes();
  int64_t rank = like.size();
  for (auto [i, axis] : llvm::enumerate(axes))
    if (axis < 0 || axis >= rank || (i > 0 && axes[i - 1] >= axis))
      return shapes.fail("expected ascending axes of a shape of rank " + Twine(rank) + ", got axis " + Twine(axis));
  bool kept = operand.size() == like.size();
  SymbolicShape expected;
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      expected.push_back(like[i]);
    else if (kept)
      expected.push_back(shapes.constant(1));
  if (expected.size() != operand.size())
    return shapes.fail("expected an operand of shape " + printShape(expected) + ", got " + printShape(operand));
  for (auto [a, b] : llvm::zip(operand, expected))
    if (failed(shapes.requireEqual(a, b, "expected an operand of shape " + printShape(expected))))
      return failure();
  return shapes.add(shapes.elementType(0), like);
}

LogicalResult TransposeOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  ArrayRef<int64_t> permutation = op.getPermutation();
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  if (sorted != allAxes(shapes.rank(0)))
    return shapes.fail("expected a permutation of the " + Twine(shapes.rank(0)) + " axes of " +
                       printShape(shapes.shape(0)));
  SymbolicShape result;
  for (int64_t axis : permutation)
    result.push_back(shapes.shape(0)[axis]);
  return shapes.add(shapes.elementType(0), result);
}

LogicalResult ConcatOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  if (shapes.operandCount() == 0)
    return shapes.fail("expected at least one operand");
  int64_t axis = op.getAxis(), rank = shapes.rank(0);
  if (axis < 0 || axis >= rank)
    return shapes.fail("expected an axis of operands of rank " + Twine(rank) + ", got " + Twine(axis));
  SymbolicShape result = shapes.shape(0);
  for (unsigned i = 1; i < shapes.operandCount(); ++i) {
    const SymbolicShape &shape = shapes.shape(i);
    if (static_cast<int64_t>(shape.size()) != rank || shapes.elementType(i) != shapes.elementType(0))
      return shapes.fail("expected operands of one rank and element type, got shapes " + printShape(shapes.shape(0)) +
                         " and " + printShape(shape));
    for (int64_t a = 0; a < rank; ++a)
      if (a != axis && failed(shapes.requireEqual(shape[a], result[a],
                                                  "dimensions other than axis " + Twine(axis) + " must be equal")))
        return failure();
      else if (a != axis && isa<AffineConstantExpr>(shape[a]))
        result[a] = shape[a];
    result[axis] = result[axis] + shape[axis];
  }
  return shapes.add(shapes.elementType(0), result);
}

LogicalResult SliceOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  int64_t axis = op.getAxis(), start = op.getStart(), size = op.getSize();
  if (axis < 0 || axis >= shapes.rank(0))
    return shapes.fail("expected an axis of an operand of rank " + Twine(shapes.rank(0)) + ", got " + Twine(axis));
  if (start < 0)
    return shapes.fail("expected a start of 0 or more, got " + Twine(start));
  SymbolicShape result = shapes.shape(0);
  int64_t needed = start + std::abs(size);
  if (failed(shapes.requireAtLeast(result[axis], needed,
                                   "a slice that needs " + Twine(needed) + " elements does not fit axis " +
                                       Twine(axis) + " of " + printShape(result))))
    return failure();
  result[axis] = size > 0 ? shapes.constant(size) : result[axis] + (size - start);
  return shapes.add(shapes.elementType(0), result);
}

LogicalResult PadOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  ArrayRef<int64_t> low = op.getLow(), high = op.getHigh();
  SymbolicShape result = shapes.shape(0);
  if (low.size() != result.size() || high.size() != result.size())
    return shapes.fail("expected one low and one high entry per axis of " + printShape(result));
  for (size_t i = 0; i < result.size(); ++i) {
    if (low[i] < 0 || high[i] < 0)
      return shapes.fail("expected padding of 0 or more, got " + Twine(low[i]) + ", " + Twine(high[i]));
    result[i] = result[i] + (low[i] + high[i]);
  }
  return shapes.add(shapes.elementType(0), result);
}

LogicalResult ReverseOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  int64_t axis = op.getAxis(), rank = shapes.rank(0);
  if (axis < 0 || axis >= rank)
    return shapes.fail("expected an axis of an operand of rank " + Twine(rank) + ", got " + Twine(axis));
  return shapes.add(shapes.elementType(0), shapes.shape(0));
}

LogicalResult OneHotOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  int64_t classes = op.getClasses();
  if (classes < 1)
    return shapes.fail("expected a positive number of classes, got " + Twine(classes));
  SymbolicShape result = shapes.shape(0);
  result.push_back(shapes.constant(classes));
  return shapes.add(Float32Type::get(op.getOperand().getContext()), result);
}

// Evaluation.
using Literals = SmallVectorImpl<Literal>;

LogicalResult ReshapeOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  SmallVector<int64_t> shape(getShape());
  int64_t known = 1;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == 0)
      size = inputs[0].dim(i);
    known *= size < 0 ? 1 : size;
  }
  for (int64_t &size : shape)
    if (size < 0) {
      if (known == 0)
        return failure();
      size = inputs[0].size() / known;
      known *= size;
    }
  if (known != inputs[0].size())
    return failure();
  results.push_back(inputs[0].reshaped(shape));
  return success();
}
LogicalResult ReshapeLikeOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  if (inputs[0].size() != inputs[1].size())
    return failure();
  results.push_back(inputs[0].reshaped(inputs[1].shape()));
  return success();
}
LogicalResult BroadcastLikeOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  Literal result(inputs[0].elementType(), inputs[1].shape());
  forEachIndex(result.shape(), [&](ArrayRef<int64_t> index, int64_t position) {
    int64_t source = 0;
    for (int64_t i = 0; i < result.rank(); ++i)
      if (!llvm::is_contained(getAxes(), i))
        source = source * result.dim(i) + index[i];
    result[position] = inputs[0][source];
  });
  results.push_back(result);
  return success();
}
LogicalResult TransposeOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  const Literal &x = inputs[0];
  SmallVector<int64_t> shape, from(x.rank());
  for (int64_t axis : getPermutation())
    shape.push_back(x.dim(axis));
  Literal result(x.elementType(), shape);
  forEachIndex(shape, [&](ArrayRef<int64_t> index, int64_t position) {
    for (auto [i, axis] : llvm::zip(index, getPermutation()))
      from[axis] = i;
    int64_t source = 0;
    for (auto [i, size] : llvm::zip(from, x.shape()))
      source = source * size + i;
    result[position] = x[source];
  });
  results.push_back(result);
  return success();
}
// Copies `part` into `whole` at an offset along every axis, or back.
static void copyPart(Literal &whole, Literal &part, ArrayRef<int64_t> offset, bool back) {
  forEachIndex(part.shape(), [&](ArrayRef<int64_t> index, int64_t position) {
    int64_t at = 0;
    for (int64_t i = 0; i < whole.rank(); ++i)
      at = at * whole.dim(i) + index[i] + offset[i];
    (back ? part[position] : whole[at]) = back ? whole[at] : part[position];
  });
}
LogicalResult ConcatOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  SmallVector<int64_t> shape(inputs[0].shape()), offset(inputs[0].rank());
  int64_t axis = getAxis();
  for (const Literal &input : inputs.drop_front())
    shape[axis] += input.dim(axis);
  Literal result(inputs[0].elementType(), shape);
  for (Literal input : inputs) {
    copyPart(result, input, offset, false);
    offset[axis] += input.dim(axis);
  }
  results.push_back(result);
  return success();
}
LogicalResult SliceOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  SmallVector<int64_t> shape(inputs[0].shape()), offset(inputs[0].rank());
  int64_t axis = getAxis(), start = getStart(), size = getSize();
  if (start + std::abs(size) > inputs[0].dim(axis))
    return failure();
  shape[axis] = size > 0 ? size : inputs[0].dim(axis) + size - start;
  offset[axis] = start;
  Literal whole = inputs[0], result(whole.elementType(), shape);
  copyPart(whole, result, offset, true);
  results.push_back(result);
  return success();
}
LogicalResult PadOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  SmallVector<int64_t> shape(inputs[0].shape());
  for (auto [i, size] : llvm::enumerate(shape))
    size += getLow()[i] + getHigh()[i];
  Literal part = inputs[0], result(part.elementType(), shape);
  llvm::fill(result.values(), getValue().convertToDouble());
  copyPart(result, part, getLow(), false);
  results.push_back(result);
  return success();
}
LogicalResult ReverseOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  const Literal &x = inputs[0];
  Literal result(x.elementType(), x.shape());
  forEachIndex(x.shape(), [&](ArrayRef<int64_t> index, int64_t position) {
    int64_t source = 0;
    for (int64_t i = 0; i < x.rank(); ++i)
      source = source * x.dim(i) + (i == static_cast<int64_t>(getAxis()) ? x.dim(i) - 1 - index[i] : index[i]);
    result[position] = x[source];
  });
  results.push_back(result);
  return success();
}
LogicalResult OneHotOp::evaluate(ArrayRef<Literal> inputs, Literals &results) {
  SmallVector<int64_t> shape(inputs[0].shape());
  int64_t classes = getClasses();
  shape.push_back(classes);
  Literal result(getElementTypeOrSelf(getResult()), shape);
  for (int64_t i = 0; i < inputs[0].size(); ++i)
    if (inputs[0][i] >= 0 && inputs[0][i] < classes)
      result[i * classes + static_cast<int64_t>(inputs[0][i])] = 1;
  results.push_back(result);
  return success();
}

// Gradients: each op moves elements, its gradient moves them back.
using Gradients = SmallVectorImpl<Value>;

static LogicalResult noGradient(Operation *op, Gradients &gradients) {
  gradients.append(op->getNumOperands(), Value());
  return success();
}
LogicalResult ReshapeOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  gradients.push_back(ReshapeLikeOp::create(builder, getLoc(), g[0], getOperand()));
  return success();
}
LogicalResult ReshapeLikeOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  gradients.push_back(ReshapeLikeOp::create(builder, getLoc(), g[0], getOperand()));
  gradients.push_back({});
  return success();
}
LogicalResult BroadcastLikeOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  ImplicitLocOpBuilder b(getLoc(), builder);
  bool kept = typeOf(getOperand()).getRank() == typeOf(getLike()).getRank();
  gradients.push_back(sumOver(b, g[0], getAxes(), kept));
  gradients.push_back({});
  return success();
}
LogicalResult TransposeOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  SmallVector<int64_t> inverse(getPermutation().size());
  for (auto [i, axis] : llvm::enumerate(getPermutation()))
    inverse[axis] = i;
  gradients.push_back(TransposeOp::create(builder, getLoc(), g[0], inverse));
  return success();
}
LogicalResult ConcatOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getResult()))
    return noGradient(*this, gradients);
  int64_t start = 0;
  for (Value operand : getOperands()) {
    int64_t size = typeOf(operand).getDimSize(getAxis());
    if (ShapedType::isDynamic(size))
      return emitOpError("has no gradient along a dynamic axis: axis ") << getAxis() << " of " << operand.getType();
    gradients.push_back(SliceOp::create(builder, getLoc(), g[0], getAxis(), start, size));
    start += size;
  }
  return success();
}
LogicalResult SliceOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  int64_t whole = typeOf(getOperand()).getDimSize(getAxis()), rank = typeOf(getOperand()).getRank(), size = getSize();
  if (size > 0 && ShapedType::isDynamic(whole))
    return emitOpError("has no gradient along a dynamic axis: axis ") << getAxis() << " of " << getOperand().getType();
  SmallVector<int64_t> low(rank), high(rank);
  low[getAxis()] = getStart();
  high[getAxis()] = size > 0 ? whole - static_cast<int64_t>(getStart()) - size : -size;
  gradients.push_back(PadOp::create(builder, getLoc(), g[0], low, high, APFloat(0.0)));
  return success();
}
LogicalResult PadOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  Value gradient = g[0];
  for (auto [axis, margins] : llvm::enumerate(llvm::zip(getLow(), getHigh())))
    if (auto [low, high] = margins; low != 0 || high != 0)
      gradient = SliceOp::create(builder, getLoc(), gradient, axis, low, -high);
  gradients.push_back(gradient);
  return success();
}
LogicalResult ReverseOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  if (!isDifferentiable(getOperand()))
    return noGradient(*this, gradients);
  gradients.push_back(ReverseOp::create(builder, getLoc(), g[0], getAxis()));
  return success();
}

// Canonical forms.
static LogicalResult replaceBy(PatternRewriter &rewriter, Operation *op, Value value) {
  rewriter.replaceOp(op, value);
  return success();
}
// Every `?` but one is known from the number of elements.
static bool hasOneDynamicAtMost(RankedTensorType type) {
  return type.getNumDynamicDims() <= 1 && !llvm::is_contained(type.getShape(), 0);
}
static SmallVector<int64_t> shapeEntries(RankedTensorType type) {
  SmallVector<int64_t> entries;
  for (int64_t size : type.getShape())
    entries.push_back(ShapedType::isDynamic(size) ? -1 : size);
  return entries;
}

LogicalResult ReshapeOp::canonicalize(ReshapeOp op, PatternRewriter &rewriter) {
  auto from = typeOf(op.getOperand()), to = typeOf(op.getResult());
  if (!hasOneDynamicAtMost(from) || !hasOneDynamicAtMost(to))
    return rewriter.notifyMatchFailure(op, "more than one dynamic dimension");
  if (from == to)
    return replaceBy(rewriter, op, op.getOperand());
  Operation *inner = op.getOperand().getDefiningOp();
  if (!isa_and_nonnull<ReshapeOp, ReshapeLikeOp>(inner) || !hasOneDynamicAtMost(typeOf(inner->getOperand(0))))
    return rewriter.notifyMatchFailure(op, "the operand is no reshape");
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, inner->getOperand(0), shapeEntries(to));
  return success();
}
// Without `like` its data need not be kept.
LogicalResult ReshapeLikeOp::canonicalize(ReshapeLikeOp op, PatternRewriter &rewriter) {
  auto from = typeOf(op.getOperand()), to = typeOf(op.getResult());
  if (!hasOneDynamicAtMost(from) || !hasOneDynamicAtMost(to))
    return rewriter.notifyMatchFailure(op, "more than one dynamic dimension");
  if (from == to)
    return replaceBy(rewriter, op, op.getOperand());
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getOperand(), shapeEntries(to));
  return success();
}
LogicalResult BroadcastLikeOp::canonicalize(BroadcastLikeOp op, PatternRewriter &rewriter) {
  auto to = typeOf(op.getResult());
  if (typeOf(op.getOperand()) != to ||
      llvm::any_of(op.getAxes(), [&](int64_t axis) { return to.getDimSize(axis) != 1; }))
    return rewriter.notifyMatchFailure(op, "repeats elements");
  return replaceBy(rewriter, op, op.getOperand());
}
// Transposes that cancel with elementwise ops (and joins) between them, as at the edges of layers with channels first:
// op(transpose(a), transpose(b)) transposed back is op(a, b).
static bool isElementwiseOrJoin(Operation *op) {
  return op && (op->hasTrait<Elementwise>() || isa<ConcatOp>(op)) && op->getNumResults() == 1;
}
// Is the value under the permutation there without a transpose, within `depth` ops?
static bool isFreelyTransposed(Value value, ArrayRef<int64_t> permutation, int depth) {
  auto type = typeOf(value);
  if (type.getRank() == 0)
    return true;
  Operation *op = value.getDefiningOp();
  if (auto transpose = dyn_cast_or_null<TransposeOp>(op))
    return llvm::all_of(llvm::enumerate(permutation), [&](auto entry) {
      return transpose.getPermutation()[entry.value()] == static_cast<int64_t>(entry.index());
    });
  return depth > 0 && isElementwiseOrJoin(op) && type.getRank() == static_cast<int64_t>(permutation.size()) &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           int64_t rank = typeOf(operand).getRank();
           return (rank == 0 || rank == type.getRank()) && isFreelyTransposed(operand, permutation, depth - 1);
         });
}
static Value transposeFreely(PatternRewriter &rewriter, Value value, ArrayRef<int64_t> permutation, IRMapping &made) {
  if (typeOf(value).getRank() == 0)
    return value;
  if (Value known = made.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return transpose.getOperand();
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(transposeFreely(rewriter, operand, permutation, made));
  Value result;
  if (auto concat = dyn_cast<ConcatOp>(op)) {
    int64_t axis = llvm::find(permutation, static_cast<int64_t>(concat.getAxis())) - permutation.begin();
    result = ConcatOp::create(rewriter, op->getLoc(), operands, axis);
  } else {
    SmallVector<int64_t> shape;
    for (int64_t axis : permutation)
      shape.push_back(typeOf(value).getDimSize(axis));
    OperationState state(op->getLoc(), op->getName(), operands,
                         RankedTensorType::get(shape, typeOf(value).getElementType()), op->getAttrs());
    result = rewriter.create(state)->getResult(0);
  }
  made.map(value, result);
  return result;
}
LogicalResult TransposeOp::canonicalize(TransposeOp op, PatternRewriter &rewriter) {
  if (llvm::is_sorted(op.getPermutation()))
    return replaceBy(rewriter, op, op.getOperand());
  if (auto inner = op.getOperand().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> both;
    for (int64_t axis : op.getPermutation())
      both.push_back(inner.getPermutation()[axis]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, inner.getOperand(), both);
    return success();
  }
  if (!isFreelyTransposed(op.getOperand(), op.getPermutation(), 8))
    return rewriter.notifyMatchFailure(op, "no transposes in front of the operand cancel it");
  IRMapping made;
  return replaceBy(rewriter, op, transposeFreely(rewriter, op.getOperand(), op.getPermutation(), made));
}
LogicalResult ConcatOp::canonicalize(ConcatOp op, PatternRewriter &rewriter) {
  return op.getNumOperands() == 1 ? replaceBy(rewriter, op, op.getOperand(0))
                                  : rewriter.notifyMatchFailure(op, "joins several operands");
}
LogicalResult SliceOp::canonicalize(SliceOp op, PatternRewriter &rewriter) {
  bool everything = op.getStart() == 0 && op.getSize() == 0;
  bool sameSize = op.getOperand().getType() == op.getType() && !typeOf(op.getOperand()).isDynamicDim(op.getAxis());
  return everything || sameSize
             ? replaceBy(rewriter, op, op.getOperand())
             : rewriter.notifyMatchFailure(op, "takes a part");
}
LogicalResult PadOp::canonicalize(PadOp op, PatternRewriter &rewriter) {
  auto zero = [](int64_t n) { return n == 0; };
  return llvm::all_of(op.getLow(), zero) && llvm::all_of(op.getHigh(), zero)
             ? replaceBy(rewriter, op, op.getOperand())
             : rewriter.notifyMatchFailure(op, "adds elements");
}
