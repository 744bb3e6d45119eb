// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution and its data gradient: a vector of channels, several outputs along the width in registers. A row
// of the window at a time: its weights are read once for the tile, every input column once for all outputs that see it.
// Rows of the window outside the image are left out; columns outside are left out where a tile's place is known when the
// code is written, elsewhere they read zeros.
#include "codegen/ChannelPieces.h"
#include "codegen/Epilogue.h"
#include "codegen/Window.h"
#include "ir/Depthwise.h"
#include "ir/target/CostModel.h"
#include <map>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
struct Channels {
  int64_t narrow, multiplier;
};
Channels channelsOf(Operation *root) {
  auto filter = cast<RankedTensorType>(ir::filterOf(root).getType());
  int64_t groups = root->getAttrOfType<IntegerAttr>("groups").getInt();
  return {groups, filter.getShape().back() / groups};
}

// A task is some rows of the result image.
KernelPlan planDepthwise(const Kernel &kernel, const ir::Machine &machine) {
  constexpr double worth = 10e-6;
  Operation *root = kernel.root();
  Channels channels = channelsOf(root);
  auto filter = cast<RankedTensorType>(ir::filterOf(root).getType()).getShape();
  int64_t taps = 1;
  for (int64_t size : filter.drop_back(2))
    taps *= size;
  ArrayRef<AffineExpr> shape = kernel.shape(root->getResult(0));
  AffineExpr rows = shape[0];
  if (shape.size() == 4)
    rows = rows * shape[1];
  auto width = dyn_cast<AffineConstantExpr>(shape[shape.size() - 2]);
  double perRow = ir::depthwiseSeconds(machine, width ? width.getValue() : 32, channels.narrow * channels.multiplier, taps);
  KernelPlan plan;
  plan.rowGrain = std::max<int64_t>(1, static_cast<int64_t>(worth / perRow));
  plan.tasks = rows.ceilDiv(plan.rowGrain);
  return plan;
}

class DepthwiseWriter {
public:
  explicit DepthwiseWriter(KernelEmitter &emitter)
      : e(emitter), k(emitter.k), root(e.kernel.root()), gradient(dyn_cast<ir::ConvInputGradOp>(root)), result(root->getResult(0)),
        channels(channelsOf(root)), pieces(k, channels.narrow, channels.multiplier), epilogue(e, root) {
    auto list = [&](const char *name) { return root->getAttrOfType<DenseI64ArrayAttr>(name).asArrayRef(); };
    auto window = cast<RankedTensorType>(root->getOperand(1).getType()).getShape().drop_back(2);
    w = gradient ? windowOf(e, gradient.getInput(), gradient.getGradient(), window, list("strides"), list("padding"), list("dilations"))
                 : windowOf(e, root->getOperand(0), result, window, list("strides"), list("padding"), list("dilations"));
    source = e.rows(root->getOperand(0));
    weights = e.pointer(root->getOperand(1));
    tileOutputs = e.kernel.op().getSchedule()->getRows();
    sourceY = gradient ? w.y.out : w.y.in;
    sourceX = gradient ? w.x.out : w.x.in;
    resultY = gradient ? w.y.in : w.y.out;
    resultX = gradient ? w.x.in : w.x.out;
  }

  void write() {
    Value rows = k.mul(w.samples, resultY);
    Value low = k.mul(e.task, e.plan.rowGrain), high = k.min(k.add(low, e.plan.rowGrain), rows);
    zeroRow = k.zeros(e.kernel.module(), k.lanes);
    k.each(low, high, k.constant(1), [&](Value row) {
      Value sample = k.div(row, resultY), y = k.rem(row, resultY);
      sourceLine = k.mul(k.mul(sample, sourceY), sourceX);
      resultLine = k.mul(row, resultX);
      yTaps = tapsAt(w.y, y);
      pieces.each(k.constant(0), k.constant(pieces.units()), [&](ArrayRef<ChannelPiece> unit) { line(unit); });
    });
  }

private:
  // The taps of one axis for one place of the result: tap first + i * by of the window reads source position at + i * step.
  struct Taps {
    Value first, at;
    int64_t by, step;
    Value count;
  };
  // Forward: result y sees y * stride - before + i * dilation. Gradient: source o is seen by o * stride - before + tap *
  // dilation = y, so tap = (y + before) mod stride + i * stride and o = (y + before) / stride - i (stride 1: - i * dilation).
  Taps tapsAt(const WindowAxis &axis, Value y) {
    if (!gradient)
      return {k.constant(0), k.sub(k.mul(y, axis.stride), axis.before), 1, axis.dilation, k.constant(axis.window)};
    Value from = k.add(y, axis.before), first = k.rem(from, k.constant(axis.stride));
    Value count = k.div(k.add(k.sub(k.constant(axis.window), first), axis.stride - 1), axis.stride);
    return {first, k.div(from, axis.stride), axis.stride, -axis.dilation, count};
  }
  // Those i whose position lies in [0, size).
  std::pair<Value, Value> inside(const Taps &taps, Value size, bool padded) {
    Value zero = k.constant(0);
    if (!padded && !gradient)
      return {zero, taps.count};
    auto ceilDiv = [&](Value value, int64_t by) { return k.div(k.add(k.max(value, zero), by - 1), by); };
    if (taps.step > 0)
      return {ceilDiv(k.sub(zero, taps.at), taps.step), k.min(taps.count, ceilDiv(k.sub(size, taps.at), taps.step))};
    return {ceilDiv(k.add(k.sub(taps.at, size), 1), -taps.step), k.min(taps.count, ceilDiv(k.add(taps.at, 1), -taps.step))};
  }

  // A run of results along the width whose taps are the same ones: result x = firstX + t * byX reads, for tap i of `taps`,
  // source position taps.at + t * move + i * taps.step.
  struct Run {
    Value firstX;
    int64_t byX;
    Taps taps;
    int64_t move;
    Value length; // results in the run
  };

  void line(ArrayRef<ChannelPiece> unit) {
    if (!gradient || w.x.stride == 1)
      return run(unit, {k.constant(0), 1, tapsAt(w.x, k.constant(0)), gradient ? 1 : w.x.stride, resultX});
    auto phase = [&](Value p) {
      Value length = k.div(k.add(k.sub(resultX, p), w.x.stride - 1), w.x.stride);
      run(unit, {p, w.x.stride, tapsAt(w.x, p), 1, length});
    };
    if (KernelBuilder::constantOf(w.x.before)) // the taps of every phase are known
      for (int64_t p = 0; p < w.x.stride; ++p)
        phase(k.constant(p));
    else
      k.each(0, k.constant(w.x.stride), 1, phase);
  }

  void run(ArrayRef<ChannelPiece> unit, const Run &r) {
    auto length = KernelBuilder::constantOf(r.length), at = KernelBuilder::constantOf(r.taps.at);
    auto count = KernelBuilder::constantOf(r.taps.count), size = KernelBuilder::constantOf(sourceX);
    if (length && *length <= 0)
      return;
    int64_t outputs = length ? std::min(tileOutputs, *length) : tileOutputs;
    // Where all is known, tiles at the edges leave out the columns they do not have.
    if (length && at && count && size) {
      auto isInterior = [&](int64_t t) {
        int64_t a = *at + t * r.move, b = a + (outputs - 1) * r.move, span = (*count - 1) * r.taps.step;
        return a + std::min<int64_t>(span, 0) >= 0 && b + std::max<int64_t>(span, 0) < *size;
      };
      SmallVector<int64_t> starts;
      for (int64_t t = 0; t < *length; t += outputs)
        starts.push_back(std::min(t, *length - outputs));
      int64_t low = 0, high = starts.size();
      while (low < high && !isInterior(starts[low]))
        ++low;
      while (high > low && !isInterior(starts[high - 1]))
        --high;
      int64_t wholeHigh = high > low && starts[high - 1] % outputs != 0 ? high - 1 : high; // the last may overlap
      if (low + static_cast<int64_t>(starts.size()) - wholeHigh <= mostEdgeTiles) {
        for (int64_t i = 0; i < low; ++i)
          tile(unit, r, k.constant(starts[i]), outputs, Columns::Known);
        if (low < wholeHigh)
          k.each(low * outputs, k.constant(wholeHigh * outputs), outputs,
                 [&](Value t) { tile(unit, r, t, outputs, Columns::Inside); });
        for (int64_t i = wholeHigh; i < static_cast<int64_t>(starts.size()); ++i)
          tile(unit, r, k.constant(starts[i]), outputs, Columns::Known);
        return;
      }
    }
    k.each(k.constant(0), r.length, k.constant(outputs), [&](Value t) {
      Value first = k.add(r.taps.at, k.mul(t, r.move)), last = k.add(first, (outputs - 1) * r.move);
      Value span = k.mul(k.add(r.taps.count, -1), r.taps.step), zero = k.constant(0);
      using P = arith::CmpIPredicate;
      Value interior = k.andI(k.compare(P::sle, k.add(t, outputs), r.length),
                              k.andI(k.compare(P::sge, k.add(first, k.min(span, zero)), zero),
                                     k.compare(P::slt, k.add(last, k.max(span, zero)), sourceX)));
      k.when(interior, [&] { tile(unit, r, t, outputs, Columns::Inside); });
      k.when(k.select(interior, k.splatInt(k.i1, 0), k.splatInt(k.i1, 1)),
             [&] { tile(unit, r, t, outputs, Columns::Checked); });
    });
  }

  // What is known of a tile's columns: all lie inside; which do is known now; each is checked as it is read.
  enum class Columns { Inside, Known, Checked };
  static constexpr int64_t mostEdgeTiles = 4, mostUnrolled = 160;

  // Results start .. start + outputs of the run; beyond its end (Checked only) the last one is repeated.
  void tile(ArrayRef<ChannelPiece> unit, const Run &r, Value start, int64_t outputs, Columns columns) {
    Values places; // of the results within the run
    for (int64_t t = 0; t < outputs; ++t) {
      Value place = k.add(start, t);
      places.push_back(columns == Columns::Checked ? k.min(place, k.add(r.length, -1)) : place);
    }
    SmallVector<Epilogue::Cell> cells;
    auto finish = [&](unsigned t, Value column, int64_t lanes, unsigned group, Value value) {
      Value x = k.add(r.firstX, k.mul(places[t], r.byX));
      cells.push_back({k.add(resultLine, x), column, lanes, {}, group, value});
    };
    Values sums;
    for (auto [group, piece] : llvm::enumerate(unit)) {
      Values accumulators = windowSums(piece, r, places, columns);
      for (auto [t, value] : llvm::enumerate(accumulators)) {
        if (!gradient) {
          finish(t, piece.wide, piece.lanes, group, value);
          continue;
        }
        Value narrow = pieces.sumNarrow(piece, value);
        if (group == 0)
          sums.push_back(narrow);
        else
          sums[t] = arith::AddFOp::create(k.b, sums[t], narrow);
      }
    }
    if (gradient)
      for (auto [t, value] : llvm::enumerate(sums))
        finish(t, unit[0].narrow, unit[0].narrowLanes, 0, value);
    epilogue.store(cells);
  }

  Values windowSums(const ChannelPiece &piece, const Run &r, ArrayRef<Value> places, Columns columns) {
    Values zero(places.size(), k.splat(k.vectorOf(k.f32, piece.lanes), 0));
    auto [low, high] = inside(yTaps, sourceY, w.y.padded);
    auto row = [&](Value i, ValueRange carried) {
      Value y = k.add(yTaps.at, k.mul(i, yTaps.step)), tapY = k.add(yTaps.first, k.mul(i, yTaps.by));
      Value channel = gradient ? piece.wide : piece.narrow;
      Value line = k.offset(source.base, k.add(k.mul(k.add(sourceLine, k.mul(y, sourceX)), source.pitch), channel));
      Value weightRow = k.offset(weights, k.add(k.mul(k.mul(tapY, w.x.window), channels.narrow * channels.multiplier), piece.wide));
      return rowSums(piece, r, places, columns, line, weightRow, carried);
    };
    auto l = KernelBuilder::constantOf(low), h = KernelBuilder::constantOf(high);
    if (l && h && *h - *l == 1)
      return row(low, zero);
    return k.loop(low, high, k.constant(1), zero, row);
  }

  Value load(const ChannelPiece &piece, Value address) {
    return gradient ? k.load(k.vectorOf(k.f32, piece.lanes), address) : pieces.loadSpread(piece, address);
  }
  Value weightAt(const ChannelPiece &piece, Value weightRow, Value tap) {
    Value at = k.mul(tap, channels.narrow * channels.multiplier);
    return k.load(k.vectorOf(k.f32, piece.lanes), k.offset(weightRow, at));
  }
  // The element at a column of the line, null when it is known to lie outside.
  Value element(const ChannelPiece &piece, Value line, Value column, Columns columns) {
    Value address = k.offset(line, k.mul(column, source.pitch));
    if (columns != Columns::Inside) {
      Value ok = k.inside(column, sourceX);
      if (auto known = KernelBuilder::constantOf(ok))
        return *known ? load(piece, address) : Value();
      address = k.select(ok, address, zeroRow);
    }
    return load(piece, address);
  }

  // accumulators += one row of the window.
  Values rowSums(const ChannelPiece &piece, const Run &r, ArrayRef<Value> places, Columns columns, Value line, Value weightRow,
                 ValueRange carried) {
    Values sums(carried.begin(), carried.end());
    int64_t outputs = places.size();
    auto count = KernelBuilder::constantOf(r.taps.count);
    auto add = [&](Values &into, int64_t t, Value value, Value weight) {
      if (value)
        into[t] = k.fma(value, weight, into[t]);
    };
    auto columnOf = [&](int64_t t, Value i) {
      return k.add(k.add(r.taps.at, k.mul(places[t], r.move)), k.mul(i, r.taps.step));
    };
    if (!count || *count * outputs > mostUnrolled)
      return k.loop(k.constant(0), r.taps.count, k.constant(1), sums, [&](Value i, ValueRange c) {
        Values into(c.begin(), c.end());
        Value weight = weightAt(piece, weightRow, k.add(r.taps.first, k.mul(i, r.taps.by)));
        for (int64_t t = 0; t < outputs; ++t)
          add(into, t, element(piece, line, columnOf(t, i), columns), weight);
        return into;
      });
    Values weight;
    for (int64_t i = 0; i < *count; ++i)
      weight.push_back(weightAt(piece, weightRow, k.add(r.taps.first, i * r.taps.by)));
    if (columns == Columns::Checked) { // repeated results: every output for itself
      for (int64_t i = 0; i < *count; ++i)
        for (int64_t t = 0; t < outputs; ++t)
          add(sums, t, element(piece, line, columnOf(t, k.constant(i)), columns), weight[i]);
      return sums;
    }
    // Columns from left to right (forward; from right to left backward): each output meets its taps in their order.
    std::map<int64_t, SmallVector<std::pair<int64_t, int64_t>>> uses; // distance from the first -> (output, tap)
    for (int64_t t = 0; t < outputs; ++t)
      for (int64_t i = 0; i < *count; ++i)
        uses[t * r.move + i * r.taps.step].push_back({t, i});
    auto visit = [&](int64_t distance, ArrayRef<std::pair<int64_t, int64_t>> here) {
      Value value = element(piece, line, k.add(columnOf(0, k.constant(0)), distance), columns);
      for (auto [t, i] : here)
        add(sums, t, value, weight[i]);
    };
    if (r.taps.step > 0)
      for (auto &[distance, here] : uses)
        visit(distance, here);
    else
      for (auto &[distance, here] : llvm::reverse(uses))
        visit(distance, here);
    return sums;
  }

  KernelEmitter &e;
  KernelBuilder &k;
  Operation *root;
  ir::ConvInputGradOp gradient; // null: forward
  mlir::Value result;
  Channels channels;
  ChannelPieces pieces;
  Epilogue epilogue;
  Window w;
  KernelEmitter::Rows source;
  int64_t tileOutputs;
  Value weights, zeroRow, sourceY, sourceX, resultY, resultX;
  Value sourceLine, resultLine; // pixels before the sample in the source, before the row in the result
  Taps yTaps;
};

void emitDepthwise(KernelEmitter &e) { DepthwiseWriter(e).write(); }
} // namespace

const Family tenon::codegen::depthwiseFamily = {"depthwise", planDepthwise, emitDepthwise, 1, true};
