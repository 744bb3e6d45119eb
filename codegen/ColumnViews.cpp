// SPDX-License-Identifier: Apache-2.0
#include "codegen/ColumnViews.h"
#include "codegen/KernelEmitter.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static RankedTensorType typeOf(mlir::Value value) { return cast<RankedTensorType>(value.getType()); }

// The op of a kernel that does nothing else, when it works along a last axis of known sizes.
template <typename Op> static Op alongColumns(ir::KernelOp kernel) {
  auto op = dyn_cast_or_null<Op>(Kernel::rootOf(kernel.getBody().front()));
  if (!op || !llvm::hasSingleElement(kernel.getBody().front().without_terminator()) || op->getResult(0) != op->getBlock()->getTerminator()->getOperand(0))
    return {};
  auto isKnown = [](mlir::Value value) { return typeOf(value).getRank() >= 2 && !typeOf(value).isDynamicDim(typeOf(value).getRank() - 1); };
  bool fits = static_cast<int64_t>(op.getAxis()) == typeOf(op->getResult(0)).getRank() - 1 && isKnown(op->getResult(0)) &&
              llvm::all_of(op->getOperands(), isKnown);
  return fits ? op : Op();
}

// Does every user, `except` apart, read the value where it lies?
static bool allReadColumns(mlir::Value value, Operation *except = nullptr) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    auto kernel = dyn_cast<ir::KernelOp>(use.getOwner());
    return use.getOwner() == except || (kernel && readsColumns(kernel, use.getOperandNumber()));
  });
}

void ColumnViews::addSlices(Block &body) {
  for (auto kernel : body.getOps<ir::KernelOp>())
    if (auto slice = alongColumns<ir::SliceOp>(kernel); slice && allReadColumns(kernel.getResult(0))) {
      parts[kernel.getResult(0)] = {kernel.getOperand(0), static_cast<int64_t>(slice.getStart())};
      gone.insert(kernel);
    }
}

void ColumnViews::addConcats(Block &body, llvm::function_ref<bool(mlir::Value)> isFree,
                             llvm::function_ref<bool(mlir::Value)> mayGrow) {
  for (auto kernel : body.getOps<ir::KernelOp>()) {
    auto concat = alongColumns<ir::ConcatOp>(kernel);
    if (!concat || !mayGrow(kernel.getResult(0)))
      continue;
    bool all = true;
    int64_t offset = 0;
    for (mlir::Value argument : concat.getOperands()) {
      mlir::Value operand = kernel.getOperand(cast<BlockArgument>(argument).getArgNumber());
      auto result = dyn_cast<OpResult>(operand);
      auto maker = result ? dyn_cast<ir::KernelOp>(result.getOwner()) : ir::KernelOp();
      // A concatenation that is itself written in place can be part of a wider one.
      bool writes = maker && (gone.contains(maker) ? bool(alongColumns<ir::ConcatOp>(maker))
                                                   : writesColumns(maker, result.getResultNumber()));
      if (writes && isFree(operand) && !parts.contains(operand) && llvm::count(concat.getOperands(), argument) == 1 &&
          allReadColumns(operand, kernel))
        parts[operand] = {kernel.getResult(0), offset};
      else
        all = false;
      offset += typeOf(argument).getShape().back();
    }
    if (all)
      gone.insert(kernel);
  }
}

ColumnViews::View ColumnViews::operator[](mlir::Value value) const {
  View view{value};
  for (auto part = parts.find(value); part != parts.end(); part = parts.find(view.base)) {
    view.base = part->second.whole;
    view.offset += part->second.offset;
    view.pitch = typeOf(view.base).getShape().back();
  }
  return view;
}

bool ColumnViews::isInPlace(ir::KernelOp kernel, unsigned operand) const {
  auto part = parts.find(kernel.getOperand(operand));
  return part != parts.end() && part->second.whole == kernel.getResult(0);
}
