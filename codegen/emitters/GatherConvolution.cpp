// SPDX-License-Identifier: Apache-2.0
// A convolution over one-hot indices: one result's sums stay in registers while its taps are looked up; and the sums of
// what came back, where the windows of one row of the table do. A tap in the padding reads a row of zeros, one of an index
// outside the table a row of NaN: no branch in either loop.
#include "codegen/Epilogue.h"
#include "codegen/RowTasks.h"
#include "codegen/Window.h"
#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
// A vector of a block of columns.
struct Piece {
  int64_t offset, lanes;
};

// Whole registers, then halves.
SmallVector<Piece> piecesOf(int64_t width, int64_t lanes) {
  SmallVector<Piece> pieces;
  for (int64_t at = 0; at < width; at += pieces.back().lanes) {
    while (lanes > width - at)
      lanes /= 2;
    pieces.push_back({at, lanes});
  }
  return pieces;
}

// Columns 0 .. width in blocks of at most so many registers: whole blocks in a loop, then the rest.
void eachBlock(KernelBuilder &k, int64_t width, int64_t registers, llvm::function_ref<void(Value, ArrayRef<Piece>)> body) {
  int64_t block = registers * k.lanes, whole = width / block * block;
  if (whole > 0)
    k.each(0, k.constant(whole), block, [&](Value column) { body(column, piecesOf(block, k.lanes)); });
  if (whole < width)
    body(k.constant(whole), piecesOf(width - whole, k.lanes));
}

template <typename Op> WindowAxis axisOf(KernelEmitter &e, Op op, Value in, Value out, int64_t window) {
  return windowAxisOf(e.k, in, out, window, op.getStrides()[0], op.getDilations()[0], op.getPadding()[0], op.getPadding()[1]);
}
ArrayRef<int64_t> staticShape(mlir::Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

KernelPlan planGatherConv(const Kernel &kernel, const ir::Machine &) {
  auto conv = cast<ir::GatherConvOp>(kernel.root());
  ArrayRef<AffineExpr> result = kernel.shape(conv.getResult());
  KernelPlan plan;
  plan.rowGrain = 4 * rowsPerTask(staticShape(conv.getTable())[1] * staticShape(conv.getTable())[2]); // nothing is copied
  plan.tasks = (result[0] * result[1]).ceilDiv(plan.rowGrain);
  return plan;
}
void emitGatherConv(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  auto conv = cast<ir::GatherConvOp>(e.kernel.root());
  int64_t rows = staticShape(conv.getTable())[0], window = staticShape(conv.getTable())[1], filters = staticShape(conv.getTable())[2];
  mlir::Value indices = conv.getIndices();
  WindowAxis axis = axisOf(e, conv, e.dim(indices, 1), e.dim(conv.getResult(), 1), window);
  Epilogue epilogue(e, conv);
  Value outside = k.repeated(e.kernel.module(), std::numeric_limits<float>::quiet_NaN(), filters);
  Value padding = axis.padded ? k.zeros(e.kernel.module(), filters) : Value(), zero = k.constant(0);
  eachOfTask(e, k.mul(e.dim(indices, 0), axis.out), [&](Value row) {
    Value sample = k.mul(k.div(row, axis.out), axis.in);
    Value first = k.sub(k.mul(k.rem(row, axis.out), axis.stride), axis.before);
    auto products = [&](Value tap) { // where those of the tap's row lie
      Value time = k.add(first, k.mul(tap, axis.dilation)), there = axis.padded ? k.inside(time, axis.in) : Value();
      Value index = indexAt(e, indices, k.add(sample, there ? k.select(there, time, zero) : time));
      Value at = k.offset(e.pointer(conv.getTable()), k.add(k.mul(index, window * filters), k.mul(tap, filters)));
      at = k.select(k.inside(index, k.constant(rows)), at, outside);
      return there ? k.select(there, at, padding) : at;
    };
    eachBlock(k, filters, k.machine.registers / 2, [&](Value column, ArrayRef<Piece> pieces) {
      auto load = [&](Value base, Piece piece) {
        return k.load(k.vectorOf(k.f32, piece.lanes), k.offset(base, k.add(column, piece.offset)));
      };
      Value base = products(zero);
      Values sums = llvm::map_to_vector<6>(pieces, [&](Piece piece) { return load(base, piece); });
      sums = k.loop(k.constant(1), k.constant(window), k.constant(1), sums, [&](Value tap, ValueRange so) -> Values {
        Value base = products(tap);
        Values next;
        for (auto [sum, piece] : llvm::zip(so, pieces))
          next.push_back(arith::AddFOp::create(k.b, sum, load(base, piece)));
        return next;
      });
      SmallVector<Epilogue::Cell> cells;
      for (auto [group, piece] : llvm::enumerate(pieces))
        cells.push_back({row, k.add(column, piece.offset), piece.lanes, {}, static_cast<unsigned>(group), sums[group]});
      epilogue.store(cells);
    });
  });
}

KernelPlan planSumWindows(const Kernel &kernel, const ir::Machine &) {
  auto sum = cast<ir::SumWindowsOp>(kernel.root());
  KernelPlan plan;
  plan.rowGrain = rowsPerTask(sum.getWindow() * staticShape(sum.getResult())[2]);
  plan.tasks = kernel.shape(sum.getResult())[0].ceilDiv(plan.rowGrain);
  return plan;
}
void emitSumWindows(KernelEmitter &e) {
  KernelBuilder &k = e.k;
  auto sum = cast<ir::SumWindowsOp>(e.kernel.root());
  int64_t window = sum.getWindow(), filters = staticShape(sum.getResult())[2];
  WindowAxis axis = axisOf(e, sum, e.dim(sum.getIndices(), 1), e.dim(sum.getOperand(), 1), window);
  Value nowhere = k.zeros(e.kernel.module(), filters), zero = k.constant(0);
  // As many taps at a time as their sums fit the registers, beside a few for what is loaded.
  int64_t registers = k.machine.registers - 4, perTap = piecesOf(std::min(filters, registers * k.lanes), k.lanes).size();
  int64_t taps = std::clamp<int64_t>(registers / perTap, 1, window);

  eachOfTask(e, e.dim(sum.getResult(), 0), [&](Value row) {
    Value first = indexAt(e, sum.getOffsets(), row), last = indexAt(e, sum.getOffsets(), k.add(row, 1));
    // Results of some taps from `tap`, one block of columns.
    auto block = [&](Value tap, int64_t count, Value column, ArrayRef<Piece> pieces) {
      Values none;
      for (int64_t i = 0; i < count; ++i)
        for (Piece piece : pieces)
          none.push_back(k.splat(k.vectorOf(k.f32, piece.lanes), 0));
      Values sums = k.loop(first, last, k.constant(1), none, [&](Value j, ValueRange so) -> Values {
        Value place = indexAt(e, sum.getOrder(), j), sample = k.mul(k.div(place, axis.in), axis.out);
        Value from = k.add(k.rem(place, axis.in), axis.before);
        Values next;
        for (int64_t i = 0; i < count; ++i) {
          Value away = k.sub(from, k.mul(k.add(tap, i), axis.dilation)); // the window's start, where one starts there
          Value there = k.inside(away, k.mul(axis.out, axis.stride));
          if (axis.stride > 1)
            there = k.andI(there, k.compare(arith::CmpIPredicate::eq, k.rem(away, k.constant(axis.stride)), zero));
          Value at = k.offset(e.pointer(sum.getOperand()), k.mul(k.add(sample, k.div(away, axis.stride)), filters));
          at = k.offset(k.select(there, at, nowhere), column);
          for (Piece piece : pieces)
            next.push_back(arith::AddFOp::create(k.b, so[next.size()],
                                                 k.load(k.vectorOf(k.f32, piece.lanes), k.offset(at, piece.offset))));
        }
        return next;
      });
      Value target = k.offset(e.results[0], k.add(k.mul(k.add(k.mul(row, window), tap), filters), column));
      for (int64_t i = 0; i < count; ++i)
        for (auto [number, piece] : llvm::enumerate(pieces))
          k.store(sums[i * pieces.size() + number], k.offset(target, i * filters + piece.offset));
    };
    auto someTaps = [&](Value tap, int64_t count) {
      eachBlock(k, filters, registers, [&](Value column, ArrayRef<Piece> pieces) { block(tap, count, column, pieces); });
    };
    int64_t whole = window / taps * taps;
    k.each(0, k.constant(whole), taps, [&](Value tap) { someTaps(tap, taps); });
    if (whole < window)
      someTaps(k.constant(whole), window - whole);
  });
}
} // namespace

const Family tenon::codegen::gatherConvFamily = {"gather_conv", planGatherConv, emitGatherConv};
const Family tenon::codegen::sumWindowsFamily = {"sum_windows", planSumWindows, emitSumWindows};
