// SPDX-License-Identifier: Apache-2.0
#include "codegen/Pointwise.h"
#include "ir/Columns.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static bool isOne(AffineExpr expr) {
  auto c = dyn_cast<AffineConstantExpr>(expr);
  return c && c.getValue() == 1;
}

Pointwise::Pointwise(KernelEmitter &emitter, mlir::Value iteration, ArrayRef<int64_t> boundaries, ValueRange targets,
                     bool apart)
    : e(emitter), iteration(iteration), targets(targets.begin(), targets.end()) {
  const Kernel &kernel = e.kernel;
  const ir::SymbolicShape &space = kernel.shape(iteration);
  int64_t axes = space.size();

  // The ops the targets need, in the body's order.
  llvm::SmallPtrSet<Operation *, 16> wanted;
  SmallVector<mlir::Value> work(targets.begin(), targets.end());
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (op && wanted.insert(op).second && !isa<ir::CountOp, ir::BroadcastLikeOp, ir::SliceOp>(op))
      work.append(op->operand_begin(), op->operand_end());
  }
  auto aligned = [&](const ir::SymbolicShape &shape) { // right-aligned, as NumPy broadcasts
    SmallVector<bool> present(axes, false);
    for (int64_t i = 0, n = shape.size(); i < n; ++i)
      present[axes - n + i] = !isOne(shape[i]) || isOne(space[axes - n + i]);
    return present;
  };
  for (Operation &op : kernel.body().without_terminator()) {
    if (!wanted.count(&op))
      continue;
    if (isa<ir::SliceOp>(op)) {
      addLeaf(op.getResult(0), op.getResult(0), aligned(kernel.shape(op.getResult(0))));
      continue;
    }
    needed.push_back(&op);
    if (auto broadcast = dyn_cast<ir::BroadcastLikeOp>(op)) {
      SmallVector<bool> present(axes, true);
      for (int64_t axis : broadcast.getAxes())
        present[axis] = false;
      addLeaf(broadcast.getResult(), broadcast.getOperand(), present);
    } else if (!isa<ir::CountOp>(op)) {
      for (mlir::Value operand : op.getOperands())
        if (auto argument = dyn_cast<BlockArgument>(operand))
          addLeaf(argument, argument, aligned(kernel.shape(argument)));
    }
  }
  for (mlir::Value target : targets)
    if (auto argument = dyn_cast<BlockArgument>(target))
      addLeaf(argument, argument, aligned(kernel.shape(argument)));

  for (int64_t axis = 0; axis < axes; ++axis) {
    bool isLast = axis + 1 == axes;
    bool joins = !merged.empty() && !llvm::is_contained(boundaries, axis) && !(isLast && apart) &&
                 llvm::all_of(leaves, [&](const Leaf &leaf) {
                   return leaf.present[axis] == leaf.present[axis - 1] && !(isLast && leaf.columns && leaf.present[axis]);
                 });
    if (joins)
      merged.back().second = axis + 1;
    else
      merged.push_back({axis, axis + 1});
  }
  if (merged.empty())
    merged.push_back({0, 0});
  for (auto [first, last] : merged) {
    Value size = e.k.constant(1);
    for (int64_t axis = first; axis < last; ++axis)
      size = e.k.mul(size, e.size(space[axis]));
    sizes.push_back(size);
  }
}

void Pointwise::addLeaf(mlir::Value value, mlir::Value stored, SmallVector<bool> present) {
  if (llvm::any_of(leaves, [&](const Leaf &leaf) { return leaf.value == value; }))
    return;
  auto argument = dyn_cast<BlockArgument>(stored);
  bool columns = !argument || e.kernel.pitch(argument.getArgNumber()) != 0;
  leaves.push_back({value, std::move(present), e.rows(stored), columns});
}

static Type elementOf(mlir::Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

Pointwise::Row Pointwise::row(ArrayRef<Value> index) {
  KernelBuilder &k = e.k;
  Row row;
  auto presentIn = [&](const Leaf &leaf, unsigned axis) {
    return merged[axis].first < merged[axis].second && leaf.present[merged[axis].first];
  };
  for (const Leaf &leaf : leaves) {
    Value offset = k.constant(0), stride = k.constant(1);
    for (int64_t axis = rank() - 1; axis >= 0; --axis) {
      bool isLast = axis + 1 == static_cast<int64_t>(rank());
      if (presentIn(leaf, axis)) {
        if (!isLast)
          offset = k.add(offset, k.mul(index[axis], stride));
        stride = k.mul(stride, sizes[axis]);
      }
      if (isLast && leaf.columns)
        stride = leaf.rows.pitch;
    }
    Value base = k.offset(leaf.rows.base, offset, elementOf(leaf.value));
    if (presentIn(leaf, rank() - 1))
      row.base[leaf.value] = base;
    else
      row.scalars[leaf.value] = loadElements(k, elementOf(leaf.value), 1, base);
  }
  row.position = k.constant(0);
  for (unsigned axis = 0; axis < rank(); ++axis) {
    row.position = k.mul(row.position, sizes[axis]);
    if (axis + 1 < rank())
      row.position = k.add(row.position, index[axis]);
    if (axis + 2 == rank())
      row.line = row.position;
  }
  for (Operation *op : needed) { // whatever follows from row-constant values alone is one too
    mlir::Value result = op->getResult(0);
    if (auto count = dyn_cast<ir::CountOp>(op)) {
      Value product = k.constant(1);
      for (int64_t axis : count.getAxes())
        product = k.mul(product, e.dim(count.getOperand(), axis));
      row.scalars[result] = arith::SIToFPOp::create(k.b, k.f32, product);
    } else if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
      row.scalars[result] = emitConstant(k, constant, 1);
    } else if (!isa<ir::BroadcastLikeOp, ir::DropoutOp>(op)) {
      Values operands;
      for (mlir::Value operand : op->getOperands())
        if (Value known = row.scalars.lookup(operand))
          operands.push_back(known);
      if (operands.size() == op->getNumOperands())
        row.scalars[result] = emitElementwise(k, op, operands);
    }
  }
  return row;
}

Values Pointwise::at(const Row &row, Value at, int64_t lanes) {
  KernelBuilder &k = e.k;
  llvm::DenseMap<mlir::Value, Value> known;
  auto get = [&](mlir::Value value) -> Value {
    Value &slot = known[value];
    if (slot)
      return slot;
    if (Value scalar = row.scalars.lookup(value))
      return slot = k.broadcast(scalar, lanes);
    Type element = elementOf(value);
    return slot = loadElements(k, element, lanes, k.offset(row.base.lookup(value), at, element));
  };
  Value index = k.add(row.position, at);
  for (Operation *op : needed) {
    if (isa<ir::BroadcastLikeOp>(op) || row.scalars.count(op->getResult(0)))
      continue;
    Values operands;
    if (isa<ir::DropoutOp>(op)) // seed and step stay scalars
      operands = {get(op->getOperand(0)), row.scalars.lookup(op->getOperand(1)), row.scalars.lookup(op->getOperand(2))};
    else
      for (mlir::Value operand : op->getOperands())
        operands.push_back(get(operand));
    known[op->getResult(0)] = emitElementwise(k, op, operands, index);
  }
  Values result;
  for (mlir::Value target : targets)
    result.push_back(get(target));
  return result;
}

Value Pointwise::address(Value base, Value pitch, Type element, const Row &row, Value at) {
  Value first = pitch && row.line ? e.k.mul(row.line, pitch) : row.position;
  return e.k.offset(base, e.k.add(first, at), element);
}
