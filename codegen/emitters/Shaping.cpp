// SPDX-License-Identifier: Apache-2.0
// Kernels that move data: packed weights, and transpose, concat, slice, pad, reverse as copies of runs.
#include "codegen/ColumnViews.h"
#include "codegen/KernelEmitter.h"
#include "ir/PackedLayout.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
KernelPlan planPack(const Kernel &kernel, const ir::Machine &) {
  auto type = cast<RankedTensorType>(kernel.root()->getResult(0).getType());
  KernelPlan plan;
  plan.tasks = getAffineConstantExpr(ir::packedPanels(type), kernel.module()->getContext());
  return plan;
}

// One task is one panel: for every step of the reduction a run of `panel` columns, zeros beyond the last.
void emitPack(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  auto type = cast<RankedTensorType>(e.kernel.root()->getResult(0).getType());
  auto layout = cast<ir::PackedAttr>(type.getEncoding());
  int64_t rank = type.getRank(), width = layout.getPanel();
  int64_t last = type.getShape()[rank - 1], before = type.getShape()[rank - 2], taps = 1;
  for (int64_t size : type.getShape().drop_back(2))
    taps *= size;
  int64_t columns = layout.getBackward() ? before : last, inner = layout.getBackward() ? last : before;
  Value source = e.pointer(e.kernel.root()->getOperand(0));
  Value column = k.mul(e.task, width), target = k.offset(e.results[0], k.mul(e.task, taps * inner * width));
  // Element (tap, i, j) of the panel; backward flips the window and swaps the last two axes.
  k.each(0, k.constant(taps), 1, [&](Value tap) {
    Value from = layout.getBackward() ? k.sub(k.constant(taps - 1), tap) : tap;
    Value base = k.mul(from, before * last);
    k.each(0, k.constant(inner), 1, [&](Value i) {
      Value out = k.mul(k.add(k.mul(tap, inner), i), width);
      auto run = [&](int64_t count) {
        if (layout.getBackward()) {
          k.each(0, k.constant(count), 1, [&](Value j) {
            Value at = k.add(k.add(base, k.mul(k.add(column, j), last)), i);
            k.store(k.loadF32(k.offset(source, at)), k.offset(target, k.add(out, j)));
          });
        } else {
          Value at = k.add(k.add(base, k.mul(i, last)), column);
          k.pieces(k.constant(count), [&](Value j, int64_t lanes) {
            k.store(k.load(k.vectorOf(k.f32, lanes), k.offset(source, k.add(at, j))), k.offset(target, k.add(out, j)));
          });
        }
        k.pieces(k.constant(width - count), [&](Value j, int64_t lanes) {
          k.store(k.splat(k.vectorOf(k.f32, lanes), 0), k.offset(target, k.add(out, k.add(j, count))));
        });
      };
      int64_t whole = columns / width, rest = columns % width;
      if (whole > 0)
        k.when(k.compare(arith::CmpIPredicate::slt, e.task, k.constant(whole)), [&] { run(width); });
      if (rest > 0)
        k.when(k.compare(arith::CmpIPredicate::eq, e.task, k.constant(whole)), [&] { run(rest); });
    });
  });
}

// Copies: a task is some indices of the result's first axis, or of its first two when runs of a third go with each.
KernelPlan planCopy(const Kernel &kernel, const ir::Machine &) {
  constexpr int64_t grain = 16384;
  KernelPlan plan;
  const ir::SymbolicShape &shape = kernel.shape(kernel.root()->getResult(0));
  MLIRContext *context = kernel.module()->getContext();
  size_t cut = shape.size() > 2 ? 2 : 1;
  AffineExpr rest = getAffineConstantExpr(1, context), indices = rest;
  for (auto [axis, dim] : llvm::enumerate(shape))
    (axis < cut ? indices : rest) = (axis < cut ? indices : rest) * dim;
  auto inner = dyn_cast<AffineConstantExpr>(rest);
  plan.rowGrain = inner ? std::max<int64_t>(1, grain / std::max<int64_t>(1, inner.getValue())) : 1;
  plan.tasks = indices.ceilDiv(plan.rowGrain);
  return plan;
}

class CopyWriter {
public:
  explicit CopyWriter(KernelEmitter &emitter)
      : e(emitter), k(emitter.k), root(e.kernel.root()), result(root->getResult(0)),
        element(cast<RankedTensorType>(result.getType()).getElementType()), rank(e.kernel.shape(result).size()) {}

  void write() {
    if (auto transpose = dyn_cast<ir::TransposeOp>(root))
      return writeTranspose(transpose.getPermutation());
    if (auto pad = dyn_cast<ir::PadOp>(root))
      return writePad(pad);
    if (auto reverse = dyn_cast<ir::ReverseOp>(root))
      return writeReverse(reverse.getOperand(), reverse.getAxis());
    if (auto slice = dyn_cast<ir::SliceOp>(root)) {
      mlir::Value operand = slice.getOperand();
      int64_t axis = slice.getAxis();
      // Result index -> operand index: shifted along the axis.
      return eachRun([&](ArrayRef<Value> index) {
        Values from(index.begin(), index.end());
        from[axis] = k.add(from[axis], slice.getStart());
        copyRun(operand, from, index, e.dim(result, rank - 1));
      });
    }
    auto concat = cast<ir::ConcatOp>(root);
    Value start = k.constant(0);
    int64_t axis = concat.getAxis();
    for (mlir::Value operand : concat.getOperands()) {
      Value size = e.dim(operand, axis);
      Value end = k.add(start, size);
      if (e.kernel.pitch(cast<BlockArgument>(operand).getArgNumber()) == inPlace) {
        start = end;
        continue;
      }
      if (axis == rank - 1) {
        eachRun([&](ArrayRef<Value> index) {
          Values to(index.begin(), index.end());
          to[axis] = start;
          copyRun(operand, index, to, size);
        });
      } else {
        eachRun([&](ArrayRef<Value> index) {
          Value inPart = k.andI(k.compare(arith::CmpIPredicate::sge, index[axis], start),
                                k.compare(arith::CmpIPredicate::slt, index[axis], end));
          k.when(inPart, [&] {
            Values from(index.begin(), index.end());
            from[axis] = k.sub(from[axis], start);
            copyRun(operand, from, index, e.dim(result, rank - 1));
          });
        });
      }
      start = end;
    }
  }

private:
  // Every index of the result's axes but the last (the last entry is 0), the first one or two within the task.
  void eachRun(llvm::function_ref<void(ArrayRef<Value>)> body) {
    Values index(rank, k.constant(0));
    std::function<void(int64_t)> nest = [&](int64_t axis) {
      if (axis + 1 == rank)
        return body(index);
      k.each(k.constant(0), e.dim(result, axis), k.constant(1), [&](Value i) {
        index[axis] = i;
        nest(axis + 1);
      });
    };
    if (rank == 1) { // one run: a single task does it
      k.when(k.compare(arith::CmpIPredicate::eq, e.task, k.constant(0)), [&] { body(index); });
      return;
    }
    Value first = e.dim(result, 0), second = rank > 2 ? e.dim(result, 1) : k.constant(1);
    Value low = k.mul(e.task, e.plan.rowGrain), high = k.min(k.add(low, e.plan.rowGrain), k.mul(first, second));
    k.each(low, high, k.constant(1), [&](Value i) {
      index[0] = k.div(i, second);
      if (rank > 2)
        index[1] = k.rem(i, second);
      nest(rank > 2 ? 2 : 1);
    });
  }
  Value positionOf(mlir::Value value, ArrayRef<Value> index) {
    Value position = k.constant(0);
    for (int64_t axis = 0; axis < rank; ++axis)
      position = k.add(k.mul(position, e.dim(value, axis)), index[axis]);
    return position;
  }
  void copyRun(mlir::Value operand, ArrayRef<Value> from, ArrayRef<Value> to, Value length) {
    Value source = k.offset(e.pointer(operand), positionOf(operand, from), element);
    Value target = k.offset(e.results[0], positionOf(result, to), element);
    k.pieces(length, [&](Value at, int64_t lanes) {
      k.store(k.load(k.vectorOf(element, lanes), k.offset(source, at, element)), k.offset(target, at, element));
    });
  }
  void writeTranspose(ArrayRef<int64_t> permutation) {
    mlir::Value operand = root->getOperand(0);
    eachRun([&](ArrayRef<Value> index) {
      Values from(rank);
      for (int64_t axis = 0; axis < rank; ++axis)
        from[permutation[axis]] = index[axis];
      if (permutation[rank - 1] == rank - 1)
        return copyRun(operand, from, index, e.dim(result, rank - 1));
      Value stride = k.constant(1); // of the operand axis the run walks along
      for (int64_t axis = rank - 1; axis > permutation[rank - 1]; --axis)
        stride = k.mul(stride, e.dim(operand, axis));
      Value source = positionOf(operand, from), target = positionOf(result, index);
      k.each(k.constant(0), e.dim(result, rank - 1), k.constant(1), [&](Value i) {
        Value value = k.load(element, k.offset(e.pointer(operand), k.add(source, k.mul(i, stride)), element));
        k.store(value, k.offset(e.results[0], k.add(target, i), element));
      });
    });
  }
  void writeReverse(mlir::Value operand, int64_t axis) {
    eachRun([&](ArrayRef<Value> index) {
      Values from(index.begin(), index.end());
      if (axis + 1 < rank) {
        from[axis] = k.sub(k.add(e.dim(operand, axis), -1), index[axis]);
        return copyRun(operand, from, index, e.dim(result, rank - 1));
      }
      Value length = e.dim(result, rank - 1), source = positionOf(operand, from), target = positionOf(result, index);
      k.each(k.constant(0), length, k.constant(1), [&](Value i) {
        Value back = k.sub(k.add(length, -1), i);
        k.store(k.load(element, k.offset(e.pointer(operand), k.add(source, back), element)),
                k.offset(e.results[0], k.add(target, i), element));
      });
    });
  }
  void writePad(ir::PadOp pad) {
    mlir::Value operand = pad.getOperand();
    Value fill = isa<FloatType>(element) ? k.splat(element, pad.getValue().convertToDouble())
                                         : k.splatInt(element, static_cast<int64_t>(pad.getValue().convertToDouble()));
    eachRun([&](ArrayRef<Value> index) {
      Value target = k.offset(e.results[0], positionOf(result, index), element);
      k.pieces(e.dim(result, rank - 1), [&](Value at, int64_t lanes) {
        k.store(k.broadcast(fill, lanes), k.offset(target, at, element));
      });
      Value inner;
      Values from(rank), to(index.begin(), index.end());
      for (int64_t axis = 0; axis + 1 < rank; ++axis) {
        from[axis] = k.add(index[axis], -pad.getLow()[axis]);
        Value ok = k.inside(from[axis], e.dim(operand, axis));
        inner = inner ? k.andI(inner, ok) : ok;
      }
      from[rank - 1] = k.constant(0);
      to[rank - 1] = k.constant(pad.getLow()[rank - 1]);
      auto copy = [&] { copyRun(operand, from, to, e.dim(operand, rank - 1)); };
      inner ? k.when(inner, copy) : copy();
    });
  }

  KernelEmitter &e;
  KernelBuilder &k;
  Operation *root;
  mlir::Value result;
  Type element;
  int64_t rank;
};

void emitCopy(KernelEmitter &e) { CopyWriter(e).write(); }
} // namespace

const Family tenon::codegen::packFamily = {"pack", planPack, emitPack};
const Family tenon::codegen::copyFamily = {"copy", planCopy, emitCopy};
