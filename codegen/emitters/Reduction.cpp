// SPDX-License-Identifier: Apache-2.0
// Sums and maxima over a run of axes of an elementwise expression, seen as (outer, reduced, inner). Sums over samples go
// over eight fixed shards, each from zero, added in order.
#include "codegen/Pointwise.h"
#include "codegen/Shards.h"
#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
struct Reductions {
  SmallVector<Operation *> ops; // yielded order
  mlir::Value operand;          // one of the reduced values: its shape is the iteration space
  SmallVector<int64_t> axes;
  int64_t rank;
  explicit Reductions(const Kernel &kernel) {
    for (mlir::Value value : kernel.yields())
      if (Operation *op = value.getDefiningOp(); isa_and_nonnull<ir::ReduceSumOp, ir::ReduceMaxOp>(op))
        ops.push_back(op);
    operand = ops[0]->getOperand(0);
    auto list = ops[0]->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef();
    axes.assign(list.begin(), list.end());
    rank = kernel.shape(operand).size();
  }
  int64_t firstReduced() const { return axes.empty() ? rank : axes.front(); }
  int64_t firstInner() const { return axes.empty() ? rank : axes.back() + 1; }
  bool hasInner() const { return firstInner() < rank; }
  bool overSamples() const { return firstReduced() == 0 && !axes.empty(); }
};

AffineExpr product(const ir::SymbolicShape &shape, int64_t from, int64_t to, MLIRContext *context) {
  AffineExpr result = getAffineConstantExpr(1, context);
  for (int64_t axis = from; axis < to; ++axis)
    result = result * shape[axis];
  return result;
}
std::optional<int64_t> constantOf(AffineExpr expr) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return c.getValue();
  return std::nullopt;
}
} // namespace

// Tasks cut the outer axes when there are any, else panels of the inner ones; a reduction of everything is one task.
static KernelPlan planReduction(const Kernel &kernel, const ir::Machine &machine) {
  constexpr int64_t grain = 8192;
  Reductions r(kernel);
  const ir::SymbolicShape &shape = kernel.shape(r.operand);
  MLIRContext *context = kernel.module()->getContext();
  KernelPlan plan;
  AffineExpr outer = product(shape, 0, r.firstReduced(), context), inner = product(shape, r.firstInner(), r.rank, context);
  if (r.firstReduced() > 0) {
    auto rest = constantOf(product(shape, r.firstReduced(), r.rank, context));
    plan.rowGrain = rest ? std::max<int64_t>(1, grain / std::max<int64_t>(1, *rest)) : 1;
    plan.tasks = outer.ceilDiv(plan.rowGrain);
  } else if (r.hasInner()) {
    plan.columnGrain = machine.lanes;
    plan.tasks = inner.ceilDiv(plan.columnGrain);
  } else {
    plan.tasks = getAffineConstantExpr(1, context);
  }
  return plan;
}

namespace {
class ReductionWriter {
public:
  explicit ReductionWriter(KernelEmitter &emitter)
      : e(emitter), k(emitter.k), r(emitter.kernel), points(emitter, r.operand, boundaries(), operands()) {}

  void write() {
    outerAxes = countAxes(0, r.firstReduced());
    reducedAxes = countAxes(r.firstReduced(), r.firstInner());
    Value outer = groupSize(0, outerAxes), inner = groupSize(outerAxes + reducedAxes, points.rank());
    if (!r.hasInner())
      inner = k.constant(1);
    reduced = groupSize(outerAxes, outerAxes + reducedAxes);
    Value outerLow = k.constant(0), outerHigh = outer;
    if (r.firstReduced() > 0) {
      outerLow = k.mul(e.task, e.plan.rowGrain);
      outerHigh = k.min(k.add(outerLow, e.plan.rowGrain), outer);
    }
    k.each(outerLow, outerHigh, k.constant(1), [&](Value o) {
      if (!r.hasInner())
        return alongRow(o);
      panels(o, inner);
    });
  }

private:
  SmallVector<int64_t> boundaries() { return {r.firstReduced(), r.firstInner()}; }
  SmallVector<mlir::Value> operands() {
    SmallVector<mlir::Value> values;
    for (Operation *op : r.ops)
      values.push_back(op->getOperand(0));
    for (mlir::Value target : e.kernel.yields())
      if (!llvm::is_contained(r.ops, target.getDefiningOp()))
        values.push_back(target);
    return values;
  }
  // The reduced values at a place of the last merged axis; what else the kernel yields is stored on the way.
  Values visit(ArrayRef<Value> index, Pointwise::Row row, Value at, int64_t lanes) {
    Values values = points.at(row, at, lanes);
    if (values.size() == r.ops.size())
      return values;
    Value position = k.constant(0);
    for (unsigned axis = 0; axis + 1 < points.rank(); ++axis)
      position = k.add(k.mul(position, points.size(axis)), index[axis]);
    position = k.add(k.mul(position, points.size(points.rank() - 1)), at);
    unsigned next = r.ops.size();
    for (auto [target, result] : llvm::zip(e.kernel.yields(), e.results))
      if (!llvm::is_contained(r.ops, target.getDefiningOp())) {
        Type element = cast<RankedTensorType>(target.getType()).getElementType();
        storeElements(k, element, values[next++], k.offset(result, position, element));
      }
    values.resize(r.ops.size());
    return values;
  }
  unsigned countAxes(int64_t from, int64_t to) {
    unsigned count = 0;
    for (unsigned axis = 0; axis < points.rank(); ++axis)
      count += points.firstAxis(axis) >= from && points.firstAxis(axis) < to;
    return count;
  }
  Value groupSize(unsigned from, unsigned to) {
    Value size = k.constant(1);
    for (unsigned axis = from; axis < to; ++axis)
      size = k.mul(size, points.size(axis));
    return size;
  }
  // Splits a group's index into its merged axes.
  void split(Value index, unsigned from, unsigned to, Values &into) {
    for (unsigned axis = to; axis-- > from;) {
      into[axis] = axis == from ? index : k.rem(index, points.size(axis));
      index = k.div(index, points.size(axis));
    }
  }
  Value initial(Operation *op, int64_t lanes) {
    return k.splat(k.vectorOf(k.f32, lanes), isa<ir::ReduceMaxOp>(op) ? -std::numeric_limits<double>::infinity() : 0.0);
  }
  Value combine(Operation *op, Value x, Value y) {
    return isa<ir::ReduceMaxOp>(op) ? Value(arith::MaximumFOp::create(k.b, x, y)) : Value(arith::AddFOp::create(k.b, x, y));
  }
  Values initials(int64_t lanes) {
    Values init;
    for (Operation *op : r.ops)
      init.push_back(initial(op, lanes));
    return init;
  }
  Values combineAll(ValueRange x, ValueRange y) {
    Values result;
    for (auto [op, a, c] : llvm::zip(r.ops, x, y))
      result.push_back(combine(op, a, c));
    return result;
  }
  // Runs over the reduced index, by shards of samples when axis 0 is reduced; body(low, high) gives a shard's value.
  Values overShards(int64_t lanes, llvm::function_ref<Values(Value, Value)> body) {
    if (!r.overSamples())
      return body(k.constant(0), reduced);
    Value samples = e.dim(r.operand, 0), perSample = k.constant(1);
    for (int64_t axis = 1; axis < r.firstInner(); ++axis)
      perSample = k.mul(perSample, e.dim(r.operand, axis));
    return k.loop(k.constant(0), k.constant(shards), k.constant(1), initials(lanes), [&](Value s, ValueRange total) {
      Value low = k.div(k.mul(s, samples), shards), high = k.div(k.mul(k.add(s, 1), samples), shards);
      return combineAll(total, body(k.mul(low, perSample), k.mul(high, perSample)));
    });
  }
  void write(Value position, Values values) {
    unsigned next = 0;
    for (auto [target, result] : llvm::zip(e.kernel.yields(), e.results))
      if (llvm::is_contained(r.ops, target.getDefiningOp()))
        k.store(values[next++], k.offset(result, position));
  }

  // The reduced axes are the innermost: vectors run along them.
  void alongRow(Value o) {
    Values index(points.rank());
    split(o, 0, outerAxes, index);
    unsigned last = points.rank() - 1;
    auto rowValue = [&](Value low, Value high) -> Values { // elements [low, high) of the last merged axis
      Pointwise::Row row = points.row(ArrayRef<Value>(index).take_front(last));
      Value length = k.sub(high, low), whole = k.mul(k.div(length, k.lanes), k.lanes);
      Values vectors = k.loop(k.constant(0), whole, k.constant(k.lanes), initials(k.lanes), [&](Value at, ValueRange carried) {
        return combineAll(carried, visit(index, row, k.add(low, at), k.lanes));
      });
      Values sums;
      for (auto [op, vector] : llvm::zip(r.ops, vectors))
        sums.push_back(k.horizontal(vector, [&, op = op](Value x, Value y) { return combine(op, x, y); }));
      return k.loop(whole, length, k.constant(1), sums,
                    [&](Value at, ValueRange carried) { return combineAll(carried, visit(index, row, k.add(low, at), 1)); });
    };
    Values values;
    if (reducedAxes <= 1) {
      values = overShards(1, [&](Value low, Value high) { return rowValue(low, high); });
    } else { // several merged axes: the last is the row, the others are walked in order
      Value rowLength = points.size(last);
      values = overShards(1, [&](Value low, Value high) {
        return k.loop(k.div(low, rowLength), k.div(high, rowLength), k.constant(1), initials(1), [&](Value i, ValueRange carried) {
          split(i, outerAxes, last, index);
          return combineAll(carried, rowValue(k.constant(0), rowLength));
        });
      });
    }
    write(o, values);
  }

  // The task's panels of the inner axes. Vectors run along the last merged axis and never across its end.
  void panels(Value o, Value inner) {
    Value line = points.size(points.rank() - 1); // inner = lines * line
    Value low = k.constant(0), high = inner;
    if (e.plan.columnGrain) {
      low = k.mul(e.task, e.plan.columnGrain);
      high = k.min(k.add(low, e.plan.columnGrain), inner);
    }
    auto known = KernelBuilder::constantOf(line), whole = KernelBuilder::constantOf(inner);
    bool oneLine = outerAxes + reducedAxes + 1 == points.rank();
    if (!e.plan.columnGrain && oneLine)
      return k.pieces(line, [&](Value at, int64_t lanes) { panel(o, inner, at, lanes); });
    // A cut of `lanes` columns is one vector when lines are whole vectors, or when it lies before a single line's tail.
    if (known && *known % k.lanes == 0) {
      k.each(low, high, k.constant(k.lanes), [&](Value at) { panel(o, inner, at, k.lanes); });
    } else if (oneLine && whole && e.plan.columnGrain == k.lanes) {
      int64_t full = *whole / k.lanes;
      k.when(k.compare(arith::CmpIPredicate::slt, e.task, k.constant(full)), [&] { panel(o, inner, low, k.lanes); });
      if (int64_t tail = *whole % k.lanes)
        k.when(k.compare(arith::CmpIPredicate::eq, e.task, k.constant(full)), [&] {
          k.pieces(k.constant(tail), [&](Value at, int64_t lanes) { panel(o, inner, k.add(low, at), lanes); });
        });
    } else { // short or unknown lines: one column after another
      k.each(low, high, k.constant(1), [&](Value at) { panel(o, inner, at, 1); });
    }
  }

  // There are inner axes: vectors run along them, the reduced index is the loop.
  void panel(Value o, Value inner, Value at, int64_t lanes) {
    Values index(points.rank());
    split(o, 0, outerAxes, index);
    unsigned last = points.rank() - 1;
    Value lastSize = points.size(last);
    Value column = at;
    if (outerAxes + reducedAxes < last) { // several merged inner axes: find the line
      split(k.div(at, lastSize), outerAxes + reducedAxes, last, index);
      column = k.rem(at, lastSize);
    }
    Values values = overShards(lanes, [&](Value low, Value high) {
      return k.loop(low, high, k.constant(1), initials(lanes), [&](Value i, ValueRange carried) {
        split(i, outerAxes, outerAxes + reducedAxes, index);
        Pointwise::Row row = points.row(ArrayRef<Value>(index).take_front(last));
        return combineAll(carried, visit(index, row, column, lanes));
      });
    });
    write(k.add(k.mul(o, inner), at), values);
  }

  KernelEmitter &e;
  KernelBuilder &k;
  Reductions r;
  Pointwise points;
  unsigned outerAxes = 0, reducedAxes = 0;
  Value reduced;
};
} // namespace

static void emitReduction(KernelEmitter &e) { ReductionWriter(e).write(); }

const Family tenon::codegen::reductionFamily = {"reduce", planReduction, emitReduction, 1};
