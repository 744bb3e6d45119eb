// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Gradients.h"
#include <cmath>

using namespace mlir;
using namespace tenon::ir;

static std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << "'" << type << "'";
  return text;
}

static LogicalResult inferBroadcast(ShapeInference &shapes, unsigned first, Type elementType) {
  if (shapes.elementType(first) != shapes.elementType(first + 1))
    return shapes.fail("expected operands of one element type, got " + typeText(shapes.elementType(first)) + " and " +
                       typeText(shapes.elementType(first + 1)));
  SymbolicShape result = shapes.shape(0);
  for (unsigned i = 1; i < shapes.operandCount(); ++i) {
    SymbolicShape joined;
    if (failed(shapes.broadcast(result, shapes.shape(i), joined)))
      return failure();
    result = joined;
  }
  return shapes.add(elementType ? elementType : shapes.elementType(first), result);
}

// result[i] = function(operands' elements at the broadcast index i).
static LogicalResult map(Operation *op, ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results,
                         llvm::function_ref<double(ArrayRef<double>)> function) {
  SmallVector<int64_t> shape;
  for (const Literal &input : inputs) {
    while (static_cast<int64_t>(shape.size()) < input.rank())
      shape.insert(shape.begin(), 1);
    for (int64_t i = 0; i < input.rank(); ++i)
      if (input.dim(i) != 1)
        shape[shape.size() - input.rank() + i] = input.dim(i);
  }
  Literal result(getElementTypeOrSelf(op->getResult(0)), shape);
  SmallVector<double> elements(inputs.size());
  forEachIndex(shape, [&](ArrayRef<int64_t> index, int64_t position) {
    for (auto [element, input] : llvm::zip(elements, inputs)) {
      int64_t offset = 0, leading = index.size() - input.rank();
      for (int64_t i = 0; i < input.rank(); ++i)
        offset = offset * input.dim(i) + (input.dim(i) == 1 ? 0 : index[leading + i]);
      element = input[offset];
    }
    result[position] = function(elements);
  });
  results.push_back(result);
  return success();
}

static double larger(double a, double b) { return std::isnan(a) || a > b ? a : b; }
static double smaller(double a, double b) { return std::isnan(a) || a < b ? a : b; }

// Inference and evaluation of an op whose operands broadcast.
#define TENON_BROADCAST(OP, RESULT_TYPE, FIRST, FORMULA)                                                               \
  LogicalResult OP::inferShapes(ShapeInference &shapes, Adaptor op) {                                                  \
    return inferBroadcast(shapes, FIRST, RESULT_TYPE);                                                                 \
  }                                                                                                                    \
  LogicalResult OP::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {                            \
    return map(*this, inputs, results, [](ArrayRef<double> x) -> double { return FORMULA; });                          \
  }
TENON_BROADCAST(AddOp, Type(), 0, x[0] + x[1])
TENON_BROADCAST(SubtractOp, Type(), 0, x[0] - x[1])
TENON_BROADCAST(MultiplyOp, Type(), 0, x[0] * x[1])
TENON_BROADCAST(MaximumOp, Type(), 0, larger(x[0], x[1]))
TENON_BROADCAST(MinimumOp, Type(), 0, smaller(x[0], x[1]))
TENON_BROADCAST(GreaterOp, IntegerType::get(op.getLhs().getContext(), 8), 0, x[0] > x[1])
TENON_BROADCAST(GreaterEqualOp, IntegerType::get(op.getLhs().getContext(), 8), 0, x[0] >= x[1])
TENON_BROADCAST(EqualOp, IntegerType::get(op.getLhs().getContext(), 8), 0, x[0] == x[1])
TENON_BROADCAST(SelectOp, Type(), 1, x[0] != 0 ? x[1] : x[2])
#undef TENON_BROADCAST

LogicalResult DivideOp::inferShapes(ShapeInference &shapes, Adaptor op) { return inferBroadcast(shapes, 0, Type()); }
LogicalResult DivideOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  if (inputs[0].isFloat())
    return map(*this, inputs, results, [](ArrayRef<double> x) { return x[0] / x[1]; });
  if (llvm::is_contained(inputs[1].values(), 0.0))
    return failure();
  return map(*this, inputs, results, [](ArrayRef<double> x) { return std::trunc(x[0] / x[1]); });
}

// Inference and evaluation of an op on each element alone.
#define TENON_UNARY(OP, FORMULA)                                                                                       \
  LogicalResult OP::inferShapes(ShapeInference &shapes, Adaptor op) {                                                  \
    return shapes.add(shapes.elementType(0), shapes.shape(0));                                                         \
  }                                                                                                                    \
  LogicalResult OP::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {                            \
    return map(*this, inputs, results, [](ArrayRef<double> x) -> double { return FORMULA; });                          \
  }
TENON_UNARY(NegateOp, -x[0])
TENON_UNARY(AbsOp, std::fabs(x[0]))
TENON_UNARY(ExpOp, std::exp(x[0]))
TENON_UNARY(LogOp, std::log(x[0]))
TENON_UNARY(SqrtOp, std::sqrt(x[0]))
TENON_UNARY(TanhOp, std::tanh(x[0]))
TENON_UNARY(SigmoidOp, 1 / (1 + std::exp(-x[0])))
TENON_UNARY(ReluOp, larger(x[0], 0))
#undef TENON_UNARY

LogicalResult ConvertOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  Type to = op.getTo();
  if (!to.isF32() && !to.isF64() && !to.isInteger(8) && !to.isInteger(32) && !to.isInteger(64))
    return shapes.fail("expected to convert to f32, f64, i8, i32 or i64, got " + typeText(to));
  return shapes.add(to, shapes.shape(0));
}
LogicalResult ConvertOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  Type to = getTo();
  if (isa<FloatType>(to))
    return map(*this, inputs, results, [&](ArrayRef<double> x) { return x[0]; });
  if (to.isInteger(8)) // a mask
    return map(*this, inputs, results, [](ArrayRef<double> x) -> double { return x[0] != 0; });
  bool fromFloat = inputs[0].isFloat();
  unsigned width = to.getIntOrFloatBitWidth();
  double limit = std::ldexp(1.0, width - 1);
  return map(*this, inputs, results, [&](ArrayRef<double> x) -> double {
    if (std::isnan(x[0]))
      return 0;
    if (fromFloat) // The largest i64 is no double; its nearest below 2^63 stands for it.
      return std::clamp(std::trunc(x[0]), -limit, width == 64 ? std::nextafter(limit, 0.0) : limit - 1);
    return width == 64 ? x[0]
                       : static_cast<double>(APInt(64, static_cast<int64_t>(x[0]), true).trunc(width).getSExtValue());
  });
}

// Gradients. An operand of integers gets none.
using Gradients = SmallVectorImpl<Value>;
static LogicalResult give(ImplicitLocOpBuilder &b, Gradients &gradients, Value operand,
                          llvm::function_ref<Value()> gradient) {
  gradients.push_back(isDifferentiable(operand) ? sumTo(b, gradient(), operand) : Value());
  return success();
}
static Value zero(ImplicitLocOpBuilder &b) { return scalar(b, 0); }

LogicalResult AddOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  (void)give(b, gradients, getLhs(), [&] { return g[0]; });
  return give(b, gradients, getRhs(), [&] { return g[0]; });
}
LogicalResult SubtractOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  (void)give(b, gradients, getLhs(), [&] { return g[0]; });
  if (!isDifferentiable(getRhs()))
    return give(b, gradients, getRhs(), {});
  gradients.push_back(NegateOp::create(b, sumTo(b, g[0], getRhs())));
  return success();
}
LogicalResult MultiplyOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  (void)give(b, gradients, getLhs(), [&] { return MultiplyOp::create(b, g[0], getRhs()); });
  return give(b, gradients, getRhs(), [&] { return MultiplyOp::create(b, g[0], getLhs()); });
}
LogicalResult DivideOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  (void)give(b, gradients, getLhs(), [&] { return DivideOp::create(b, g[0], getRhs()); });
  return give(b, gradients, getRhs(), [&] {
    return NegateOp::create(b, DivideOp::create(b, MultiplyOp::create(b, g[0], getResult()), getRhs()));
  });
}
// To `first` where the mask holds, else to `second`.
static LogicalResult giveBySelection(ImplicitLocOpBuilder &b, Gradients &gradients, Value mask, Value g, Value first,
                                     Value second) {
  (void)give(b, gradients, first, [&] { return SelectOp::create(b, mask, g, zero(b)); });
  return give(b, gradients, second, [&] { return SelectOp::create(b, mask, zero(b), g); });
}
LogicalResult MaximumOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return giveBySelection(b, gradients, GreaterEqualOp::create(b, getLhs(), getRhs()), g[0], getLhs(), getRhs());
}
LogicalResult MinimumOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return giveBySelection(b, gradients, GreaterEqualOp::create(b, getRhs(), getLhs()), g[0], getLhs(), getRhs());
}
LogicalResult SelectOp::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  gradients.push_back({});
  return giveBySelection(b, gradients, getMask(), g[0], getLhs(), getRhs());
}

// The gradient of a unary op, `y` its result.
#define TENON_UNARY_GRADIENT(OP, EXPRESSION)                                                                           \
  LogicalResult OP::buildGradient(OpBuilder &builder, ValueRange g, Gradients &gradients) {                            \
    ImplicitLocOpBuilder b(getLoc(), builder);                                                                         \
    [[maybe_unused]] Value x = getOperand(), y = getResult();                                                          \
    gradients.push_back(EXPRESSION);                                                                                   \
    return success();                                                                                                  \
  }
TENON_UNARY_GRADIENT(NegateOp, NegateOp::create(b, g[0]))
TENON_UNARY_GRADIENT(AbsOp, SelectOp::create(b, GreaterOp::create(b, x, zero(b)), g[0],
                                             SelectOp::create(b, GreaterOp::create(b, zero(b), x),
                                                              NegateOp::create(b, g[0]), zero(b))))
TENON_UNARY_GRADIENT(ExpOp, MultiplyOp::create(b, g[0], y))
TENON_UNARY_GRADIENT(LogOp, DivideOp::create(b, g[0], x))
TENON_UNARY_GRADIENT(SqrtOp, DivideOp::create(b, MultiplyOp::create(b, g[0], scalar(b, 0.5)), y))
TENON_UNARY_GRADIENT(TanhOp,
                     MultiplyOp::create(b, g[0], SubtractOp::create(b, scalar(b, 1), MultiplyOp::create(b, y, y))))
TENON_UNARY_GRADIENT(SigmoidOp,
                     MultiplyOp::create(b, g[0], MultiplyOp::create(b, y, SubtractOp::create(b, scalar(b, 1), y))))
TENON_UNARY_GRADIENT(ReluOp, SelectOp::create(b, GreaterOp::create(b, y, zero(b)), g[0], zero(b)))
#undef TENON_UNARY_GRADIENT

// Canonical forms: neutral elements go.
static LogicalResult replaceByOperand(PatternRewriter &rewriter, Operation *op, Value operand) {
  if (operand.getType() != op->getResult(0).getType())
    return rewriter.notifyMatchFailure(op, "the operand is broadcast");
  rewriter.replaceOp(op, operand);
  return success();
}
template <typename Op>
static LogicalResult dropNeutral(Op op, PatternRewriter &rewriter, double neutral, bool commutes) {
  if (isSplat(op.getRhs(), neutral))
    return replaceByOperand(rewriter, op, op.getLhs());
  if (commutes && isSplat(op.getLhs(), neutral))
    return replaceByOperand(rewriter, op, op.getRhs());
  return rewriter.notifyMatchFailure(op, "no operand is neutral");
}
// The terms of a sum whose inner sums have no other use.
static void collectTerms(Value value, bool isOuter, SmallVectorImpl<Value> &terms) {
  auto add = value.getDefiningOp<AddOp>();
  if (!add || add.getLhs().getType() != add.getRhs().getType() || (!isOuter && !value.hasOneUse()))
    return terms.push_back(value);
  collectTerms(add.getLhs(), false, terms);
  collectTerms(add.getRhs(), false, terms);
}
// Gradients of slices that cover a value: zeros around each part, added up, are the parts side by side.
static LogicalResult joinPadded(AddOp op, PatternRewriter &rewriter) {
  SmallVector<Value> terms;
  collectTerms(op, true, terms);
  SmallVector<PadOp> pads;
  for (Value term : terms) {
    auto pad = term.getDefiningOp<PadOp>();
    if (!pad || !pad.getValue().isZero())
      return rewriter.notifyMatchFailure(op, "not all terms are padded with zeros");
    pads.push_back(pad);
  }
  auto type = cast<RankedTensorType>(op.getType());
  int64_t axis = -1;
  for (PadOp pad : pads)
    for (int64_t i = 0; i < type.getRank(); ++i)
      if (pad.getLow()[i] != 0 || pad.getHigh()[i] != 0) {
        if (axis >= 0 && axis != i)
          return rewriter.notifyMatchFailure(op, "padded along several axes");
        axis = i;
      }
  if (axis < 0 || type.isDynamicDim(axis))
    return rewriter.notifyMatchFailure(op, "no axis of known size is padded");
  llvm::stable_sort(pads, [&](PadOp a, PadOp b) { return a.getLow()[axis] < b.getLow()[axis]; });
  int64_t at = 0;
  SmallVector<Value> parts;
  for (PadOp pad : pads) {
    if (pad.getLow()[axis] != at)
      return rewriter.notifyMatchFailure(op, "the parts overlap or leave gaps");
    at = type.getDimSize(axis) - pad.getHigh()[axis];
    parts.push_back(pad.getOperand());
  }
  if (at != type.getDimSize(axis))
    return rewriter.notifyMatchFailure(op, "the parts leave a gap at the end");
  rewriter.replaceOpWithNewOp<ConcatOp>(op, parts, axis);
  return success();
}
LogicalResult AddOp::canonicalize(AddOp op, PatternRewriter &rewriter) {
  return succeeded(joinPadded(op, rewriter)) ? success() : dropNeutral(op, rewriter, 0, true);
}
LogicalResult SubtractOp::canonicalize(SubtractOp op, PatternRewriter &rewriter) {
  return dropNeutral(op, rewriter, 0, false);
}
LogicalResult MultiplyOp::canonicalize(MultiplyOp op, PatternRewriter &rewriter) {
  return dropNeutral(op, rewriter, 1, true);
}
LogicalResult DivideOp::canonicalize(DivideOp op, PatternRewriter &rewriter) {
  return dropNeutral(op, rewriter, 1, false);
}
LogicalResult NegateOp::canonicalize(NegateOp op, PatternRewriter &rewriter) {
  auto inner = op.getOperand().getDefiningOp<NegateOp>();
  return inner ? replaceByOperand(rewriter, op, inner.getOperand())
               : rewriter.notifyMatchFailure(op, "the operand is no negate");
}
LogicalResult ConvertOp::canonicalize(ConvertOp op, PatternRewriter &rewriter) {
  return replaceByOperand(rewriter, op, op.getOperand());
}
