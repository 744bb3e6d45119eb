// SPDX-License-Identifier: Apache-2.0
// Kernels over rows (the last axis): softmax, argmax, one_hot. A task is some rows.
#include "codegen/KernelEmitter.h"
#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
constexpr int64_t grain = 4096; // elements of one task

// The value whose last axis is the row.
mlir::Value rowsOf(const Kernel &kernel) {
  Operation *root = kernel.root();
  return isa<ir::OneHotOp>(root) ? root->getResult(0) : root->getOperand(0);
}

KernelPlan planRows(const Kernel &kernel, const ir::Machine &) {
  KernelPlan plan;
  const ir::SymbolicShape &shape = kernel.shape(rowsOf(kernel));
  AffineExpr rows = getAffineConstantExpr(1, kernel.module()->getContext());
  for (AffineExpr dim : ArrayRef(shape).drop_back())
    rows = rows * dim;
  auto length = dyn_cast<AffineConstantExpr>(shape.back());
  plan.rowGrain = length ? std::max<int64_t>(1, grain / std::max<int64_t>(1, length.getValue())) : 8;
  plan.tasks = rows.ceilDiv(plan.rowGrain);
  return plan;
}

void eachRow(KernelEmitter &e, llvm::function_ref<void(Value row, Value length)> body) {
  KernelBuilder &k = e.k;
  mlir::Value value = rowsOf(e.kernel);
  const ir::SymbolicShape &shape = e.kernel.shape(value);
  Value rows = k.constant(1);
  for (AffineExpr dim : ArrayRef(shape).drop_back())
    rows = k.mul(rows, e.size(dim));
  Value length = e.size(shape.back());
  Value low = k.mul(e.task, e.plan.rowGrain), high = k.min(k.add(low, e.plan.rowGrain), rows);
  k.each(low, high, k.constant(1), [&](Value row) { body(row, length); });
}

// The row combined to one scalar, in an order that depends on its length alone.
Value reduceRow(KernelBuilder &k, Value length, double start, llvm::function_ref<Value(Value at, int64_t lanes)> element,
                llvm::function_ref<Value(Value, Value)> combine) {
  Value whole = k.mul(k.div(length, k.lanes), k.lanes);
  Value vector = k.loop(k.constant(0), whole, k.constant(k.lanes), {k.splat(k.vectorOf(k.f32, k.lanes), start)},
                        [&](Value at, ValueRange c) -> Values { return {combine(c[0], element(at, k.lanes))}; })[0];
  Value total = k.horizontal(vector, combine);
  return k.loop(whole, length, k.constant(1), {total},
                [&](Value at, ValueRange c) -> Values { return {combine(c[0], element(at, 1))}; })[0];
}

void emitSoftmax(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  Value x = e.pointer(e.kernel.root()->getOperand(0)), y = e.results[0];
  eachRow(e, [&](Value row, Value length) {
    Value source = k.offset(x, k.mul(row, length)), target = k.offset(y, k.mul(row, length));
    auto at = [&](Value base) {
      return [&k, base](Value i, int64_t lanes) { return k.load(k.vectorOf(k.f32, lanes), k.offset(base, i)); };
    };
    Value largest = reduceRow(k, length, -std::numeric_limits<double>::infinity(), at(source), [&](Value a, Value b) -> Value {
      return arith::MaximumFOp::create(k.b, a, b);
    });
    k.pieces(length, [&](Value i, int64_t lanes) {
      Value shifted = arith::SubFOp::create(k.b, at(source)(i, lanes), k.broadcast(largest, lanes));
      k.store(emitExp(k, shifted), k.offset(target, i));
    });
    Value sum = reduceRow(k, length, 0, at(target),
                          [&](Value a, Value b) -> Value { return arith::AddFOp::create(k.b, a, b); });
    k.pieces(length, [&](Value i, int64_t lanes) {
      k.store(arith::DivFOp::create(k.b, at(target)(i, lanes), k.broadcast(sum, lanes)), k.offset(target, i));
    });
  });
}

void emitArgmax(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  Value x = e.pointer(e.kernel.root()->getOperand(0));
  Type element = cast<RankedTensorType>(e.kernel.root()->getResult(0).getType()).getElementType();
  eachRow(e, [&](Value row, Value length) {
    Value source = k.offset(x, k.mul(row, length));
    Values found = k.loop(k.constant(1), length, k.constant(1), {k.loadF32(source), k.constant(0)}, [&](Value i, ValueRange c) -> Values {
      Value value = k.loadF32(k.offset(source, i));
      Value larger = arith::CmpFOp::create(k.b, arith::CmpFPredicate::OGT, value, c[0]);
      return {arith::SelectOp::create(k.b, larger, value, c[0]), arith::SelectOp::create(k.b, larger, i, c[1])};
    });
    Value index = element == k.i64 ? found[1] : Value(arith::TruncIOp::create(k.b, element, found[1]));
    k.store(index, k.offset(e.results[0], row, element));
  });
}

void emitOneHot(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  mlir::Value operand = e.kernel.root()->getOperand(0);
  Type element = cast<RankedTensorType>(operand.getType()).getElementType();
  eachRow(e, [&](Value row, Value length) {
    Value index = k.load(element, k.offset(e.pointer(operand), row, element));
    if (element != k.i64)
      index = arith::ExtSIOp::create(k.b, k.i64, index);
    Value target = k.offset(e.results[0], k.mul(row, length));
    k.pieces(length, [&](Value at, int64_t lanes) { k.store(k.splat(k.vectorOf(k.f32, lanes), 0), k.offset(target, at)); });
    k.when(k.inside(index, length), [&] { k.store(k.splat(k.f32, 1), k.offset(target, index)); });
  });
}
} // namespace

const Family tenon::codegen::softmaxFamily = {"softmax", planRows, emitSoftmax};
const Family tenon::codegen::argmaxFamily = {"argmax", planRows, emitArgmax};
const Family tenon::codegen::oneHotFamily = {"one_hot", planRows, emitOneHot};
