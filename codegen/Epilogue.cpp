// SPDX-License-Identifier: Apache-2.0
#include "codegen/Epilogue.h"
#include "ir/Contraction.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static bool isOne(AffineExpr expr) {
  auto c = dyn_cast<AffineConstantExpr>(expr);
  return c && c.getValue() == 1;
}
static Type elementOf(mlir::Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

Epilogue::Epilogue(KernelEmitter &emitter, Operation *root) : e(emitter), k(emitter.k), result(root->getResult(0)) {
  for (Operation &op : e.kernel.body().without_terminator()) {
    bool isSum = isa<ir::AddOp>(op) && llvm::all_of(op.getOperands(), ir::isSumOfContractions);
    if (isSum)
      result = op.getResult(0); // of all contractions so far
    else if (&op != root && !ir::isContraction(&op))
      ops.push_back(&op);
  }
}

Value Epilogue::load(const Cell &cell, Value address, Type element) {
  if (!cell.mask)
    return loadElements(k, element, cell.lanes, address);
  Type type = k.vectorOf(element, cell.lanes);
  Value loaded = k.loadMasked(type, address, cell.mask);
  if (element.isInteger(8))
    loaded = arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, loaded, k.splatInt(type, 0));
  return loaded;
}

// A block argument as an op of the epilogue sees it.
Value Epilogue::argumentAt(const Cell &cell, mlir::Value argument) {
  const ir::SymbolicShape &shape = e.kernel.shape(argument);
  Type element = elementOf(argument);
  auto [base, pitch] = e.rows(argument);
  bool perColumn = !shape.empty() && !isOne(shape.back());
  bool perRow = !llvm::all_of(ArrayRef(shape).drop_back(shape.empty() ? 0 : 1), isOne);
  Value offset = perRow ? k.mul(operandRowOf(shape, cell.row), pitch) : k.constant(0);
  if (perColumn)
    return load(cell, k.offset(base, k.add(offset, cell.column), element), element);
  return k.broadcast(loadElements(k, element, 1, k.offset(base, offset, element)), cell.lanes);
}

// The row of a broadcast operand that belongs to a row of the result: axes where the operand is 1 drop out.
Value Epilogue::operandRowOf(const ir::SymbolicShape &shape, Value row) {
  const ir::SymbolicShape &space = e.kernel.shape(result);
  if (shape.size() == space.size() && ArrayRef(shape).drop_back() == ArrayRef(space).drop_back())
    return row;
  Value operandRow = k.constant(0), stride = k.constant(1);
  for (int64_t back = 2; back <= static_cast<int64_t>(space.size()); ++back) {
    Value size = e.size(space[space.size() - back]);
    Value index = k.rem(row, size);
    row = k.div(row, size);
    if (back <= static_cast<int64_t>(shape.size()) && !isOne(shape[shape.size() - back])) {
      operandRow = k.add(operandRow, k.mul(index, stride));
      stride = k.mul(stride, size);
    }
  }
  return operandRow;
}

// A block argument repeated along axes of the result.
Value Epilogue::repeatedAt(const Cell &cell, ir::BroadcastLikeOp op) {
  const ir::SymbolicShape &space = e.kernel.shape(result);
  int64_t rank = space.size();
  Type element = elementOf(op.getOperand());
  Value base = e.pointer(op.getOperand()), offset = k.constant(0), stride = k.constant(1), row = cell.row;
  bool perColumn = !llvm::is_contained(op.getAxes(), rank - 1);
  if (perColumn)
    stride = e.dim(result, rank - 1);
  for (int64_t axis = rank - 2; axis >= 0; --axis) {
    Value size = e.size(space[axis]);
    Value index = k.rem(row, size);
    row = k.div(row, size);
    if (llvm::is_contained(op.getAxes(), axis))
      continue;
    offset = k.add(offset, k.mul(index, stride));
    stride = k.mul(stride, size);
  }
  if (perColumn)
    return load(cell, k.offset(base, k.add(offset, cell.column), element), element);
  return k.broadcast(loadElements(k, element, 1, k.offset(base, offset, element)), cell.lanes);
}

void Epilogue::store(ArrayRef<Cell> cells) {
  SmallVector<llvm::DenseMap<mlir::Value, Value>> shared; // leaves that all rows of a column group have in common
  struct Store {
    Value value, address, mask;
  };
  SmallVector<Store> stores;
  for (const Cell &cell : cells) {
    if (shared.size() <= cell.columnGroup)
      shared.resize(cell.columnGroup + 1);
    llvm::DenseMap<mlir::Value, Value> known;
    known[result] = cell.value;
    auto get = [&](mlir::Value value) -> Value {
      if (Value found = known.lookup(value))
        return found;
      const ir::SymbolicShape &shape = e.kernel.shape(value);
      bool sameForAllRows = llvm::all_of(ArrayRef(shape).drop_back(shape.empty() ? 0 : 1), isOne);
      Value &slot = sameForAllRows ? shared[cell.columnGroup][value] : known[value];
      if (!slot)
        slot = argumentAt(cell, value);
      return slot;
    };
    for (Operation *op : ops) {
      mlir::Value made = op->getResult(0);
      if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
        known[made] = emitConstant(k, constant, cell.lanes);
      } else if (auto broadcast = dyn_cast<ir::BroadcastLikeOp>(op)) {
        known[made] = repeatedAt(cell, broadcast);
      } else if (auto count = dyn_cast<ir::CountOp>(op)) {
        Value product = k.constant(1);
        for (int64_t axis : count.getAxes())
          product = k.mul(product, e.dim(count.getOperand(), axis));
        known[made] = k.broadcast(arith::SIToFPOp::create(k.b, k.f32, product), cell.lanes);
      } else if (!isa<ir::SliceOp>(op)) { // slices of arguments are read where they lie
        Values operands;
        for (mlir::Value operand : op->getOperands())
          operands.push_back(get(operand));
        known[made] = emitElementwise(k, op, operands);
      }
    }
    for (auto [i, target] : llvm::enumerate(e.kernel.yields())) {
      Type element = elementOf(target);
      Value value = get(target);
      if (element.isInteger(8))
        value = arith::ExtUIOp::create(k.b, k.vectorOf(k.i8, cell.lanes), value);
      auto [base, pitch] = e.resultRows(i);
      Value address = k.offset(base, k.add(k.mul(cell.row, pitch), cell.column), element);
      stores.push_back({value, address, cell.mask});
    }
  }
  for (const Store &store : stores)
    store.mask ? k.storeMasked(store.value, store.address, store.mask) : k.store(store.value, store.address);
}
