// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels: every yielded value has the iteration shape.
#include "codegen/Pointwise.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

// Elements of one task: large enough to be worth a fork-join, small enough to share.
static constexpr int64_t grain = 8192;

static mlir::Value iterationOf(const Kernel &kernel) { return kernel.yields()[0]; }

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
  ValueRange targets = e.kernel.yields();
  int64_t rank = e.kernel.shape(iteration).size();
  Pointwise points(e, iteration, {}, targets);
  auto storeAt = [&](const Pointwise::Row &row, Value at, int64_t lanes) {
    Values values = points.at(row, at, lanes);
    for (auto [target, result, value] : llvm::zip(targets, e.results, values)) {
      Type element = cast<RankedTensorType>(target.getType()).getElementType();
      storeElements(k, element, value, points.address(result, element, row, at));
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

const Family tenon::codegen::mapFamily = {"map", planMap, emitMap};
