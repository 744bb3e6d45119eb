// SPDX-License-Identifier: Apache-2.0
#include "ir/Interpreter.h"
#include "ir/PackedLayout.h"
#include "ir/ops/Gradients.h"
#include "ir/ops/ScanGradient.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace tenon::ir;

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

int64_t ScanOp::sharedBytes() {
  int64_t bytes = 0;
  for (Value invariant : getInvariants())
    if (RankedTensorType type = typeOf(invariant); type.hasStaticShape())
      bytes += storedElements(type) * std::max<int64_t>(1, type.getElementTypeBitWidth() / 8);
  return bytes;
}

LogicalResult ScanOp::verify() {
  if (getSequences().empty())
    return emitOpError("expected at least one sequence");
  Block &body = block();
  if (body.getNumArguments() != getNumOperands())
    return emitOpError("expected one body argument per operand, got ")
           << body.getNumArguments() << " for " << getNumOperands() << " operands";
  int64_t steps = ShapedType::kDynamic;
  for (Value sequence : getSequences()) {
    RankedTensorType type = typeOf(sequence);
    if (type.getRank() == 0)
      return emitOpError("expected sequences of rank 1 or more, got ") << type;
    if (!type.isDynamicDim(0) && steps != ShapedType::kDynamic && steps != type.getDimSize(0))
      return emitOpError("expected sequences of one length, got ") << steps << " and " << type.getDimSize(0);
    if (!type.isDynamicDim(0))
      steps = type.getDimSize(0);
  }
  for (auto [i, argument] : llvm::enumerate(body.getArguments())) {
    RankedTensorType expected = typeOf(getOperand(i));
    if (i < getSequences().size())
      expected = RankedTensorType::get(expected.getShape().drop_front(), expected.getElementType());
    if (argument.getType() != expected)
      return emitOpError("expected body argument ") << i << " to be a " << expected << ", got " << argument.getType();
  }
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield)
    return emitOpError("expected a body that ends in tenon.yield");
  if (yield.getNumOperands() != getNumResults() || getNumResults() < carriedCount())
    return emitOpError("expected ") << carriedCount() << " or more results, one per yielded value, got "
                                    << getNumResults() << " for " << yield.getNumOperands();
  for (auto [i, value] : llvm::enumerate(yields())) {
    RankedTensorType type = typeOf(value), result = typeOf(getResult(i));
    if (i < carriedCount()) {
      if (failed(verifyCompatibleShape(type, getInitial()[i].getType())) || result != getInitial()[i].getType() ||
          type.getElementType() != result.getElementType())
        return emitOpError("expected carried value ")
               << i << " to keep its type " << getInitial()[i].getType() << ", got " << type << " and result " << result;
    } else if (result.getRank() == 0 || result.getElementType() != type.getElementType() ||
               result.getShape().drop_front() != type.getShape() || result.getEncoding() || type.getEncoding()) {
      return emitOpError("expected stacked result ") << i << " to be a stack of " << type << ", got " << result;
    }
  }
  for (Operation &op : body.without_terminator())
    if (!isa<NodeInterface, ConstantOp, KernelOp>(op) || isa<ScanOp>(op))
      return emitOpError("expected only ops that compute in the body, got ") << op.getName();
  return success();
}

// Of a node's contract only the checks are asked for here (by the interpreter); the shapes of the body's values come from
// inferShapes.
LogicalResult ScanOp::inferSymbolic(ShapeInference &shapes) {
  for (unsigned i = 1; i < getSequences().size(); ++i)
    if (failed(shapes.requireEqual(shapes.shape(i)[0], shapes.shape(0)[0], "sequences must have one length")))
      return failure();
  return success();
}

// Element t of a stack.
static Literal element(const Literal &stack, int64_t t) {
  Literal result(stack.elementType(), stack.shape().drop_front());
  std::copy_n(stack.values().begin() + t * result.size(), result.size(), result.values().begin());
  return result;
}

LogicalResult ScanOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  unsigned sequences = getSequences().size(), carried = carriedCount();
  int64_t steps = inputs[0].dim(0);
  if (steps == 0)
    return emitOpError("expected at least one step");
  SmallVector<Literal> arguments(inputs), stacks;
  for (int64_t step = 0; step < steps; ++step) {
    int64_t t = getReverse() ? steps - 1 - step : step;
    for (unsigned i = 0; i < sequences; ++i)
      arguments[i] = element(inputs[i], t);
    auto yielded = evaluateBlock(block(), arguments);
    if (failed(yielded))
      return failure();
    for (unsigned i = 0; i < carried; ++i) {
      if ((*yielded)[i].shape() != arguments[sequences + i].shape())
        return emitOpError("carried value ") << i << " changed its shape";
      arguments[sequences + i] = (*yielded)[i];
    }
    for (auto [i, part] : llvm::enumerate(ArrayRef<Literal>(*yielded).drop_front(carried))) {
      if (step == 0) {
        SmallVector<int64_t> shape{steps};
        llvm::append_range(shape, part.shape());
        stacks.emplace_back(part.elementType(), shape);
      }
      std::copy_n(part.values().begin(), part.size(), stacks[i].values().begin() + t * part.size());
    }
  }
  results.append(arguments.begin() + sequences, arguments.begin() + sequences + carried);
  results.append(stacks);
  return success();
}

LogicalResult ScanOp::buildGradient(OpBuilder &builder, ValueRange g, SmallVectorImpl<Value> &gradients) {
  return ScanGradient(*this, builder).build(g, gradients);
}

// Drops what nothing uses: stacked results, carried values that only feed themselves, operands whose argument is unused;
// operands given twice become one.
LogicalResult ScanOp::canonicalize(ScanOp op, PatternRewriter &rewriter) {
  unsigned sequences = op.getSequences().size(), carried = op.carriedCount();
  llvm::BitVector operands(op.getNumOperands(), true), results(op.getNumResults(), true);
  SmallVector<std::pair<unsigned, unsigned>> merged;
  for (unsigned i = carried; i < op.getNumResults(); ++i)
    if (op.getResult(i).use_empty())
      results.reset(i);
  for (unsigned i = 0; i < carried; ++i) {
    BlockArgument argument = op.carried()[i];
    bool onlyItself = llvm::all_of(argument.getUses(), [&](OpOperand &use) {
      return isa<YieldOp>(use.getOwner()) && use.getOperandNumber() == i;
    });
    if (op.getResult(i).use_empty() && onlyItself) {
      results.reset(i);
      operands.reset(sequences + i);
    }
  }
  bool hasSequence = false;
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    if (i >= sequences && i < sequences + carried)
      continue;
    unsigned first = i;
    for (unsigned k = i < sequences ? 0 : sequences + carried; k < i; ++k)
      if (op.getOperand(k) == op.getOperand(i) && operands.test(k))
        first = std::min(first, k);
    if (first != i) {
      merged.push_back({i, first});
      operands.reset(i);
    } else if (op.block().getArgument(i).use_empty() && (i >= sequences || hasSequence || i + 1 < sequences)) {
      operands.reset(i);
    }
    hasSequence |= i < sequences && operands.test(i);
  }
  if (operands.all() && results.all())
    return rewriter.notifyMatchFailure(op, "all of it is used");
  for (auto [duplicate, first] : merged)
    rewriter.replaceAllUsesWith(op.block().getArgument(duplicate), op.block().getArgument(first));
  ScanParts parts;
  parts.length = lengthOf(op);
  for (auto [i, operand] : llvm::enumerate(op.getOperands()))
    if (operands.test(i))
      (i < sequences ? parts.sequences : i < sequences + carried ? parts.initial : parts.invariants)
          .push_back({operand, op.block().getArgument(i)});
  for (auto [i, value] : llvm::enumerate(op.yields()))
    if (results.test(i))
      parts.yields.push_back(value);
  ScanOp smaller = parts.create(rewriter, op.getLoc(), op.getReverse(), op.block());
  unsigned next = 0;
  for (unsigned i = 0; i < op.getNumResults(); ++i)
    if (results.test(i))
      rewriter.replaceAllUsesWith(op.getResult(i), smaller.getResult(next++));
  rewriter.eraseOp(op);
  return success();
}
