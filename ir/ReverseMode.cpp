// SPDX-License-Identifier: Apache-2.0
#include "ir/ReverseMode.h"
#include "ir/ops/Gradients.h"

using namespace mlir;
using namespace tenon::ir;

ReverseMode::ReverseMode(Block &block, ValueRange inputs, OpBuilder builder) : builder(builder) {
  active.insert(inputs.begin(), inputs.end());
  for (Operation &op : block) {
    if (op.hasTrait<OpTrait::IsTerminator>())
      continue;
    ops.push_back(&op);
    if (llvm::any_of(op.getOpOperands(),
                     [&](OpOperand &operand) { return active.contains(operand.get()) && !isShapeOnly(operand); }))
      for (Value result : op.getResults())
        if (isDifferentiable(result))
          active.insert(result);
  }
}

void ReverseMode::seed(Value value, Value gradient, Location loc) {
  if (!active.contains(value))
    return;
  Value &total = gradients[value];
  total = total ? AddOp::create(builder, loc, total, gradient).getResult() : gradient;
}

LogicalResult ReverseMode::run() {
  for (Operation *op : llvm::reverse(ops))
    if (failed(visit(op)))
      return failure();
  return success();
}

LogicalResult ReverseMode::visit(Operation *op) {
  if (llvm::none_of(op->getResults(), [&](Value result) { return gradients.contains(result); }))
    return success();
  auto node = dyn_cast<NodeInterface>(op);
  if (!node) {
    if (isa<ReadOp>(op))
      return success();
    return op->emitOpError("has no gradient: differentiate runs before form-kernels");
  }
  SmallVector<Value> given, found;
  for (Value result : op->getResults())
    given.push_back(gradients.lookup(result));
  // An op may be replaced while its gradient is built (a scan that must keep more): its operands stay.
  SmallVector<Value> operands(op->getOperands());
  Location loc = op->getLoc();
  if (failed(node.buildGradient(builder, given, found)))
    return failure();
  assert(found.size() == operands.size() && "buildGradient appends one gradient per operand");
  for (auto [operand, gradient] : llvm::zip(operands, found))
    if (gradient)
      seed(operand, gradient, loc);
  return success();
}
