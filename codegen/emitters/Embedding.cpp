// SPDX-License-Identifier: Apache-2.0
// Rows of a table: taken by index, and the sums of what came back for each of them. Both take an epilogue: a layer that was
// folded into the table leaves its bias and activation behind, and an optimizer's update of the table reads the sums from
// registers, so that no gradient as large as the table is stored.
#include "codegen/Epilogue.h"
#include "codegen/RowTasks.h"
#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
AffineExpr elementsOf(const Kernel &kernel, mlir::Value value) {
  AffineExpr count = getAffineConstantExpr(1, kernel.module()->getContext());
  for (AffineExpr dim : kernel.shape(value))
    count = count * dim;
  return count;
}
int64_t widthOf(const Kernel &kernel, mlir::Value result) {
  auto width = dyn_cast<AffineConstantExpr>(kernel.shape(result).back());
  return width ? width.getValue() : 1;
}

KernelPlan planGather(const Kernel &kernel, const ir::Machine &) {
  auto gather = cast<ir::GatherOp>(kernel.root());
  KernelPlan plan;
  plan.rowGrain = rowsPerTask(widthOf(kernel, gather.getResult()));
  plan.tasks = elementsOf(kernel, gather.getIndices()).ceilDiv(plan.rowGrain);
  return plan;
}
void emitGather(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  auto gather = cast<ir::GatherOp>(e.kernel.root());
  Epilogue epilogue(e, gather);
  Value rows = e.dim(gather.getTable(), 0), width = e.dim(gather.getTable(), 1);
  Value outside = k.repeated(e.kernel.module(), std::numeric_limits<float>::quiet_NaN(), k.lanes);
  eachOfTask(e, e.size(elementsOf(e.kernel, gather.getIndices())), [&](Value position) {
    Value index = indexAt(e, gather.getIndices(), position), inside = k.inside(index, rows);
    Value source = k.offset(e.pointer(gather.getTable()), k.mul(index, width));
    k.pieces(width, [&](Value at, int64_t lanes) {
      Value row = k.load(k.vectorOf(k.f32, lanes), k.select(inside, k.offset(source, at), outside));
      epilogue.store(Epilogue::Cell{position, at, lanes, {}, 0, row});
    });
  });
}

// A counting sort; scratch holds where the next position of each row goes.
KernelPlan planRowLists(const Kernel &kernel, const ir::Machine &) {
  MLIRContext *context = kernel.module()->getContext();
  KernelPlan plan;
  plan.tasks = getAffineConstantExpr(1, context);
  plan.scratchBytes = getAffineConstantExpr(4 * (cast<ir::RowListsOp>(kernel.root()).getRows() + 1), context);
  return plan;
}
void emitRowLists(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  auto lists = cast<ir::RowListsOp>(e.kernel.root());
  Value rows = k.constant(lists.getRows()), count = e.size(elementsOf(e.kernel, lists.getIndices())), one = k.constant(1);
  auto slot = [&](Value base, Value at) { return k.offset(base, at, k.i32); };
  auto increase = [&](Value address) {
    Value old = k.load(k.i32, address);
    k.store(arith::AddIOp::create(k.b, old, k.splatInt(k.i32, 1)), address);
    return old;
  };
  // Indices outside the table stand in the list behind the last row's.
  auto rowAt = [&](Value position) {
    Value index = indexAt(e, lists.getIndices(), position);
    return k.select(k.inside(index, rows), index, rows);
  };
  k.each(0, k.add(rows, 1), 1, [&](Value row) { k.store(k.splatInt(k.i32, 0), slot(e.scratch, row)); });
  k.each(0, count, 1, [&](Value position) { increase(slot(e.scratch, rowAt(position))); });
  k.loop(k.constant(0), k.add(rows, 1), one, {k.splatInt(k.i32, 0)}, [&](Value row, ValueRange sum) -> Values {
    Value inRow = k.load(k.i32, slot(e.scratch, row));
    k.store(sum[0], slot(e.results[0], row));
    k.store(sum[0], slot(e.scratch, row));
    return {arith::AddIOp::create(k.b, sum[0], inRow)};
  });
  k.each(0, count, 1, [&](Value position) {
    Value at = arith::ExtSIOp::create(k.b, k.i64, increase(slot(e.scratch, rowAt(position))));
    k.store(arith::TruncIOp::create(k.b, k.i32, position), slot(e.results[1], at));
  });
}

KernelPlan planSumRows(const Kernel &kernel, const ir::Machine &) {
  mlir::Value result = kernel.root()->getResult(0);
  KernelPlan plan;
  plan.rowGrain = rowsPerTask(widthOf(kernel, result));
  plan.tasks = kernel.shape(result)[0].ceilDiv(plan.rowGrain);
  return plan;
}
void emitSumRows(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  auto sum = cast<ir::SumRowsOp>(e.kernel.root());
  Epilogue epilogue(e, sum);
  Value width = e.dim(sum.getResult(), 1), operand = e.pointer(sum.getOperand());
  eachOfTask(e, e.dim(sum.getResult(), 0), [&](Value row) {
    Value first = indexAt(e, sum.getOffsets(), row), last = indexAt(e, sum.getOffsets(), k.add(row, 1));
    k.pieces(width, [&](Value at, int64_t lanes) {
      Type vector = k.vectorOf(k.f32, lanes);
      Values total = k.loop(first, last, k.constant(1), {k.splat(vector, 0)}, [&](Value j, ValueRange so) -> Values {
        Value source = k.offset(operand, k.add(k.mul(indexAt(e, sum.getOrder(), j), width), at));
        return {arith::AddFOp::create(k.b, so[0], k.load(vector, source))};
      });
      epilogue.store(Epilogue::Cell{row, at, lanes, {}, 0, total[0]});
    });
  });
}
} // namespace

const Family tenon::codegen::gatherFamily = {"gather", planGather, emitGather};
const Family tenon::codegen::rowListsFamily = {"row_lists", planRowLists, emitRowLists};
const Family tenon::codegen::sumRowsFamily = {"sum_rows", planSumRows, emitSumRows};
