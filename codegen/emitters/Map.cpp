// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels: every yielded value has the iteration shape, or joins values that have it in its columns.
#include "codegen/Pointwise.h"
#include "ir/Columns.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

// Elements of one task: large enough to be worth a fork-join, small enough to share.
static constexpr int64_t grain = 8192;

static mlir::Value iterationOf(const Kernel &kernel) {
  mlir::Value first = kernel.yields()[0];
  return ir::isColumnConcat(first.getDefiningOp()) ? first.getDefiningOp()->getOperand(0) : first;
}

// A value of the iteration shape and where it goes: a result, or some columns of one.
namespace {
struct Target {
  mlir::Value value;
  KernelEmitter::Rows rows;
};
} // namespace
static SmallVector<Target> targetsOf(KernelEmitter &e, bool &apart) {
  SmallVector<Target> targets;
  for (auto [i, yielded] : llvm::enumerate(e.kernel.yields())) {
    KernelEmitter::Rows rows = e.resultRows(i);
    apart |= e.kernel.pitch(e.kernel.body().getNumArguments() + i) != 0;
    if (!ir::isColumnConcat(yielded.getDefiningOp())) {
      targets.push_back({yielded, rows});
      continue;
    }
    apart = true;
    for (mlir::Value part : yielded.getDefiningOp()->getOperands()) {
      targets.push_back({part, rows});
      auto type = cast<RankedTensorType>(part.getType());
      rows.base = e.k.offset(rows.base, e.k.constant(type.getShape().back()), type.getElementType());
    }
  }
  return targets;
}

static KernelPlan planMap(const Kernel &kernel, const ir::Machine &) {
  // Rows of the last merged axis are unknown here: tasks cut axis 0, so many samples that a task has about `grain` elements.
  KernelPlan plan;
  const ir::SymbolicShape &shape = kernel.shape(iterationOf(kernel));
  MLIRContext *context = kernel.module()->getContext();
  AffineExpr one = getAffineConstantExpr(1, context);
  AffineExpr rest = one;
  for (AffineExpr dim : llvm::drop_begin(shape, shape.empty() ? 0 : 1))
    rest = rest * dim;
  auto inner = dyn_cast<AffineConstantExpr>(rest);
  plan.rowGrain = inner ? std::max<int64_t>(1, grain / std::max<int64_t>(1, inner.getValue())) : 1;
  plan.tasks = shape.empty() ? one : shape[0].ceilDiv(plan.rowGrain);
  return plan;
}

static void emitMap(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  mlir::Value iteration = iterationOf(e.kernel);
  bool apart = false;
  SmallVector<Target> targets = targetsOf(e, apart);
  SmallVector<mlir::Value> wanted;
  for (const Target &target : targets)
    wanted.push_back(target.value);
  int64_t rank = e.kernel.shape(iteration).size();
  Pointwise points(e, iteration, {}, wanted, apart);
  auto storeAt = [&](const Pointwise::Row &row, Value at, int64_t lanes) {
    Values values = points.at(row, at, lanes);
    for (auto [target, value] : llvm::zip(targets, values)) {
      Type element = cast<RankedTensorType>(target.value.getType()).getElementType();
      storeElements(k, element, value, points.address(target.rows.base, apart ? target.rows.pitch : Value(), element, row, at));
    }
  };
  // The part of axis 0 this task covers, in units of the first merged axis.
  Value low = k.constant(0), high = k.constant(1), perSample = k.constant(1);
  if (rank > 0) {
    Value samples = e.dim(iteration, 0);
    Value first = k.mul(e.task, e.plan.rowGrain), last = k.min(k.add(first, e.plan.rowGrain), samples);
    unsigned lastAxis = points.rank() > 1 ? points.firstAxis(1) : rank;
    for (unsigned axis = 1; axis < lastAxis; ++axis)
      perSample = k.mul(perSample, e.dim(iteration, axis));
    low = k.mul(first, perSample);
    high = k.mul(last, perSample);
  }
  if (points.rank() == 1) {
    // The row is cut among tasks: each starts at its first element.
    Pointwise::Row row = points.row({});
    k.pieces(k.sub(high, low), [&](Value at, int64_t lanes) { storeAt(row, k.add(low, at), lanes); });
    return;
  }
  // All merged axes but the last: a nest of loops; the first is the task's part.
  Values index(points.rank());
  std::function<void(unsigned)> nest = [&](unsigned axis) {
    if (axis + 1 == points.rank()) {
      Pointwise::Row row = points.row(index);
      k.pieces(points.size(axis), [&](Value at, int64_t lanes) { storeAt(row, at, lanes); });
      return;
    }
    Value from = axis == 0 ? low : k.constant(0), to = axis == 0 ? high : points.size(axis);
    k.each(from, to, k.constant(1), [&](Value i) {
      index[axis] = i;
      nest(axis + 1);
    });
  };
  nest(0);
}

const Family tenon::codegen::mapFamily = {"map", planMap, emitMap, 1, true};
