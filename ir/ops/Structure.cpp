// SPDX-License-Identifier: Apache-2.0
#include "ir/Contraction.h"
#include "ir/Columns.h"

using namespace mlir;
using namespace tenon::ir;

LogicalResult VariableOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (!type.hasStaticShape())
    return emitOpError("expected a static type, got ") << type;
  static constexpr StringRef kinds[] = {"weight", "statistic", "state", "slot", "metric", "hyper", "derived"};
  if (!llvm::is_contained(kinds, getKind()))
    return emitOpError("expected kind weight, statistic, slot, metric, hyper or derived, got \"") << getKind() << "\"";
  if (getInitial() && getInitial()->getShapedType() != RankedTensorType::get(type.getShape(), type.getElementType()))
    return emitOpError("expected an initial value of type ") << type << ", got " << getInitial()->getType();
  return success();
}

static LogicalResult verifyVariable(Operation *op, FlatSymbolRefAttr name, Type type, SymbolTableCollection &symbols) {
  auto variable = symbols.lookupNearestSymbolFrom<VariableOp>(op, name);
  if (!variable)
    return op->emitOpError("unknown variable ") << name;
  if (variable.getType() != type)
    return op->emitOpError("expected the type of variable ") << name << ", " << variable.getType() << ", got " << type;
  return success();
}
LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyVariable(*this, getVariableAttr(), getResult().getType(), symbols);
}
LogicalResult AssignOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(verifyVariable(*this, getVariableAttr(), getValue().getType(), symbols)))
    return failure();
  for (Operation *later = (*this)->getNextNode(); later; later = later->getNextNode())
    if (auto assign = dyn_cast<AssignOp>(later); assign && assign.getVariableAttr() == getVariableAttr())
      return assign.emitOpError("second assign of variable ") << getVariableAttr() << " in one function";
  return success();
}

LogicalResult PackOp::inferShapes(ShapeInference &shapes, Adaptor op) {
  if (shapes.rank(0) < 2)
    return shapes.fail("expected an operand of rank 2 or more, got shape " + printShape(shapes.shape(0)));
  return shapes.add(shapes.elementType(0), shapes.shape(0), op.getLayout());
}
LogicalResult PackOp::evaluate(ArrayRef<Literal> inputs, SmallVectorImpl<Literal> &results) {
  results.push_back(inputs[0]);
  return success();
}

// A reduction's operand type and axes: reductions of one kernel share them.
static std::pair<Type, ArrayRef<int64_t>> reducedSpace(Operation *op) {
  if (auto sum = dyn_cast<ReduceSumOp>(op))
    return {sum.getOperand().getType(), sum.getAxes()};
  auto largest = cast<ReduceMaxOp>(op);
  return {largest.getOperand().getType(), largest.getAxes()};
}

// Are both contractions parts of one sum?
static bool areSummed(Operation *a, Operation *b) {
  auto sumOf = [](Operation *op) {
    if (!isContraction(op))
      return Value();
    Value sum = op->getResult(0);
    while (isSumOfContractions(sum) && isa<AddOp>(*sum.user_begin()))
      sum = (*sum.user_begin())->getResult(0);
    return sum;
  };
  Value sum = sumOf(a);
  return sum && sum == sumOf(b);
}

LogicalResult KernelOp::verify() {
  Block &body = getBody().front();
  if (body.getArgumentTypes() != getOperandTypes())
    return emitOpError("expected block arguments of the operands' types");
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield)
    return emitOpError("expected a body that ends in tenon.yield");
  if (yield.getOperandTypes() != getResultTypes())
    return emitOpError("expected results of the yielded types");
  Operation *root = nullptr;
  for (Operation &op : body.without_terminator()) {
    if (op.hasTrait<Elementwise>() || isa<ConstantOp, CountOp, BroadcastLikeOp, DropoutOp>(op))
      continue;
    if ((isColumnSlice(&op) && isa<BlockArgument>(op.getOperand(0))) ||
        (isColumnConcat(&op) && llvm::all_of(op.getUsers(), [&](Operation *user) { return user == yield; })))
      continue;
    if (!isa<NodeInterface>(op))
      return emitOpError("expected only ops that compute in the body, got ") << op.getName();
    bool bothReduce = root && isa<ReduceSumOp, ReduceMaxOp>(root) && isa<ReduceSumOp, ReduceMaxOp>(op);
    bool bothReduceAlike = bothReduce && reducedSpace(root) == reducedSpace(&op);
    if (root && !bothReduceAlike && !areSummed(root, &op))
      return emitOpError("expected one root, reductions of one iteration space or contractions that are summed, got ")
             << root->getName() << " and " << op.getName();
    root = root && !bothReduce ? root : &op;
  }
  return success();
}
