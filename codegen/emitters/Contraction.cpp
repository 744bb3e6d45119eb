// SPDX-License-Identifier: Apache-2.0
// The register-tile contraction: dense layers, 1x1, direct and strided convolution, and the data gradients of all three.
// Rows are flattened output pixels; a tile holds rows x columns accumulators in registers; weights come packed in panels
// of columns. For each tap a row's pointer is select(inside, address, zero row), so padding needs no special tiles; in
// the tail the row index is clamped, which repeats the last row and keeps the bits. A few rows left over (a batch of one)
// go one by one over several panels at once: every output is summed in the same order either way.
// Further contractions of the kernel that are added to the root's result are segments of one reduction: they go on in
// the same accumulators, after the root's own.
#include "codegen/Epilogue.h"
#include "codegen/Window.h"
#include "ir/target/CostModel.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {

AffineExpr rowsOf(const Kernel &kernel, mlir::Value result) {
  AffineExpr rows = getAffineConstantExpr(1, kernel.module()->getContext());
  for (AffineExpr dim : ArrayRef(kernel.shape(result)).drop_back())
    rows = rows * dim;
  return rows;
}
int64_t constantDim(const Kernel &kernel, mlir::Value value, int64_t axis) {
  return cast<AffineConstantExpr>(kernel.shape(value)[axis]).getValue();
}
// The number of reduction steps of one output of a contraction.
int64_t reductionOf(const Kernel &kernel, Operation *root) {
  mlir::Value weights = root->getOperand(1);
  int64_t elements = cast<RankedTensorType>(weights.getType()).getNumElements();
  int64_t rank = kernel.shape(weights).size();
  bool backward = cast<ir::PackedAttr>(cast<RankedTensorType>(weights.getType()).getEncoding()).getBackward();
  return elements / constantDim(kernel, weights, backward ? rank - 2 : rank - 1);
}

KernelPlan planContraction(const Kernel &kernel, const ir::Machine &machine) {
  Operation *root = kernel.root();
  mlir::Value result = root->getResult(0);
  ir::ScheduleAttr schedule = *kernel.op().getSchedule();
  ir::Tile tile{schedule.getRows(), schedule.getColumns()};
  int64_t columns = constantDim(kernel, result, kernel.shape(result).size() - 1);
  int64_t panels = (columns + tile.columns - 1) / tile.columns, steps = 0;
  for (Operation *segment : Kernel::contractionsOf(kernel.body()))
    steps += reductionOf(kernel, segment);
  // A task is worth 20 us of one core, or what there is; its panels of weights stay in half of L2.
  constexpr double worth = 20e-6;
  double perTile = ir::contractionSeconds(machine, tile, tile.rows, tile.columns, steps);
  KernelPlan plan;
  int64_t tilesWorth = std::max<int64_t>(1, static_cast<int64_t>(worth / perTile));
  int64_t panelsInCache = std::max<int64_t>(1, machine.l2 / 2 / (steps * tile.columns * 4));
  plan.columnGrain = std::min({panels, std::max<int64_t>(1, tilesWorth), panelsInCache});
  if (panels * perTile <= worth)
    plan.columnGrain = panels;
  // Weights that outgrow L2 come from behind it once: all rows go by before the next panels. Weights that do not are there
  // for every row, and it is the rows that come once.
  plan.rowsFirst = panels * steps * tile.columns * 4 > machine.l2 / 2;
  // Few rows hold much work when a sample has many columns: cut columns first, rows in whole tiles.
  plan.rowGrain = tile.rows * std::max<int64_t>(1, tilesWorth / plan.columnGrain);
  int64_t columnTasks = (panels + plan.columnGrain - 1) / plan.columnGrain;
  // Strided data gradients walk stride^2 phases; their rows are cut by samples.
  if (auto gradient = dyn_cast<ir::ConvInputGradOp>(root)) {
    int64_t phases = 1;
    for (int64_t stride : gradient.getStrides())
      phases *= stride;
    if (phases > 1) {
      plan.rowGrain = 1;
      plan.tasks = kernel.shape(result)[0] * (phases * columnTasks);
      return plan;
    }
  }
  plan.tasks = rowsOf(kernel, result).ceilDiv(plan.rowGrain) * columnTasks;
  return plan;
}

// One contraction of the kernel: where its rows and weights lie.
struct Segment {
  Operation *op;
  int64_t steps; // of its reduction
  KernelEmitter::Rows input;
  Value weights;
  Window window;      // of a convolution and its data gradient
  bool dense = false; // row r of the result takes row r of the input
  bool point = false; // it takes one row of the input, which there always is
};

class ContractionWriter {
public:
  explicit ContractionWriter(KernelEmitter &emitter)
      : e(emitter), k(emitter.k), root(e.kernel.root()), result(root->getResult(0)), epilogue(e, root) {
    ir::ScheduleAttr schedule = *e.kernel.op().getSchedule();
    tileRows = schedule.getRows();
    panelWidth = schedule.getColumns();
    columns = constantDim(e.kernel, result, e.kernel.shape(result).size() - 1);
    panels = (columns + panelWidth - 1) / panelWidth;
    for (Operation *op : Kernel::contractionsOf(e.kernel.body()))
      segments.push_back(segmentOf(op));
  }

  void write() {
    int64_t columnTasks = (panels + e.plan.columnGrain - 1) / e.plan.columnGrain;
    Value columnTask, rowTask;
    if (e.plan.rowsFirst) {
      Value rowTasks = k.div(e.size(e.plan.tasks), columnTasks);
      columnTask = k.div(e.task, rowTasks);
      rowTask = k.rem(e.task, rowTasks);
    } else {
      columnTask = k.rem(e.task, k.constant(columnTasks));
      rowTask = k.div(e.task, columnTasks);
    }
    firstPanel = k.mul(columnTask, e.plan.columnGrain);
    lastPanel = k.min(k.add(firstPanel, e.plan.columnGrain), k.constant(panels));
    if (isPhased(root))
      return writePhases(cast<ir::ConvInputGradOp>(root), rowTask);
    Value rows = e.size(rowsOf(e.kernel, result)), last = k.add(rows, -1);
    Value low = k.mul(rowTask, e.plan.rowGrain), high = k.min(k.add(low, e.plan.rowGrain), rows);
    auto make = [&](const Segment &segment, Value r) { return rowOf(segment, r); };
    bool single = llvm::all_of(segments, [](const Segment &segment) { return segment.point; });
    Value tilesEnd = high;
    if (single) {
      // A tile costs what tileRows single rows cost that read their weights anew.
      Value left = k.rem(k.sub(high, low), k.constant(tileRows));
      Value fits = k.compare(arith::CmpIPredicate::sle, left, k.constant(std::max<int64_t>(1, tileRows / 3)));
      tilesEnd = k.select(fits, k.sub(high, left), high);
    }
    forPanels([&](Value panel, int64_t width) {
      k.each(low, tilesEnd, k.constant(tileRows), [&](Value r) { tile(r, last, panel, width, make); });
    });
    if (single)
      k.each(tilesEnd, high, k.constant(1), [&](Value r) { writeSingleRow(r); });
  }

private:
  // One row of a tile: how to find its element for a tap, and where it is stored.
  struct Row {
    Value index;        // of the output row
    Value base;         // address of the row's input (no taps)
    Value y, x, offset; // input position of tap (0, 0); offset of that element, may lie outside
  };
  using RowMaker = llvm::function_ref<Row(const Segment &, Value)>;

  static SmallVector<int64_t> windowSizes(Operation *op) {
    return SmallVector<int64_t>(cast<RankedTensorType>(op->getOperand(1).getType()).getShape().drop_back(2));
  }

  // A strided data gradient goes phase by phase.
  static bool isPhased(Operation *op) {
    auto gradient = dyn_cast<ir::ConvInputGradOp>(op);
    return gradient && llvm::any_of(gradient.getStrides(), [](int64_t stride) { return stride > 1; });
  }

  Segment segmentOf(Operation *op) {
    Segment segment{op, reductionOf(e.kernel, op), e.rows(op->getOperand(0)), e.pointer(op->getOperand(1)), {}};
    if (isa<ir::MatmulOp>(op)) {
      segment.dense = segment.point = true;
      if (!KernelBuilder::constantOf(segment.input.pitch))
        segment.input.pitch = k.constant(segment.steps); // checked at entry: the reduction is as long as the weights
      return segment;
    }
    if (auto convolution = dyn_cast<ir::ConvOp>(op))
      segment.window = windowOf(e, op->getOperand(0), op->getResult(0), windowSizes(op), convolution.getStrides(),
                                convolution.getPadding(), convolution.getDilations());
    else
      segment.window = turnedWindow(cast<ir::ConvInputGradOp>(op));
    if (isPhased(op))
      return segment;
    const WindowAxis &y = segment.window.y, &x = segment.window.x;
    segment.point = y.window == 1 && x.window == 1 && !y.padded && !x.padded;
    segment.dense = segment.point && y.stride == 1 && x.stride == 1;
    return segment;
  }

  // Stride 1: a convolution of the gradient with the flipped filter (packed so) and complementary padding.
  Window turnedWindow(ir::ConvInputGradOp gradient) {
    Window forward = forwardWindow(gradient);
    auto turned = [&](const WindowAxis &axis) {
      WindowAxis t = axis;
      t.in = axis.out;
      t.out = axis.in;
      t.before = k.sub(k.constant(axis.dilation * (axis.window - 1)), axis.before);
      t.padded = axis.window > 1 || axis.padded;
      return t;
    };
    Value filters = e.dim(gradient.getGradient(), windowSizes(gradient).size() + 1);
    return {turned(forward.y), turned(forward.x), forward.samples, filters};
  }
  Window forwardWindow(ir::ConvInputGradOp gradient) {
    return windowOf(e, gradient.getInput(), gradient.getGradient(), windowSizes(gradient), gradient.getStrides(),
                    gradient.getPadding(), gradient.getDilations());
  }

  Row rowOf(const Segment &segment, Value r) {
    if (segment.dense)
      return {r, k.offset(segment.input.base, k.mul(r, segment.input.pitch)), {}, {}, {}};
    const Window &window = segment.window;
    Value plane = k.mul(window.y.out, window.x.out);
    Value sample = k.div(r, plane), pixel = k.rem(r, plane);
    Value oy = k.div(pixel, window.x.out), ox = k.rem(pixel, window.x.out);
    Row row{r, {}, {}, {}, {}};
    row.y = k.sub(k.mul(oy, window.y.stride), window.y.before);
    row.x = k.sub(k.mul(ox, window.x.stride), window.x.before);
    Value line = k.add(k.mul(sample, window.y.in), row.y);
    row.offset = k.mul(k.add(k.mul(line, window.x.in), row.x), segment.input.pitch);
    if (segment.point)
      row.base = k.offset(segment.input.base, row.offset);
    return row;
  }

  // Stride s: input pixels of one phase (y mod s, x mod s) see every s-th tap only; each phase is a stride-1 convolution
  // of its own taps. A task is one phase of one sample.
  void writePhases(ir::ConvInputGradOp gradient, Value rowTask) {
    Window forward = forwardWindow(gradient);
    int64_t sy = forward.y.stride, sx = forward.x.stride;
    Value phase = k.rem(rowTask, k.constant(sy * sx)), sample = k.div(rowTask, sy * sx);
    Value py = k.div(phase, sx), px = k.rem(phase, k.constant(sx));
    // Rows of the phase: y = py + sy * j. Taps kh = kh0 + sy * t with kh0 = (py + before) mod sy read gradient row
    // (py + before - kh0) / sy + j - t. The packed filter is flipped: tap kh is stored at window - 1 - kh.
    auto countOf = [&](Value size, Value p, int64_t s) { return k.div(k.add(k.sub(size, p), s - 1), s); };
    Value rowsY = countOf(forward.y.in, py, sy), rowsX = countOf(forward.x.in, px, sx);
    Value ty = k.add(py, forward.y.before), tx = k.add(px, forward.x.before);
    phaseY = {k.rem(ty, k.constant(sy)), k.div(ty, sy), sy, forward.y.window};
    phaseX = {k.rem(tx, k.constant(sx)), k.div(tx, sx), sx, forward.x.window};
    Value count = k.mul(rowsY, rowsX), last = k.add(count, -1);
    auto make = [&](const Segment &segment, Value r) {
      Value j = k.div(r, rowsX), i = k.rem(r, rowsX);
      Row row{{}, {}, {}, {}, {}};
      Value iy = k.add(py, k.mul(j, sy)), ix = k.add(px, k.mul(i, sx));
      row.index = k.add(k.mul(k.add(k.mul(sample, forward.y.in), iy), forward.x.in), ix);
      if (segment.op != root)
        return rowOf(segment, row.index);
      const Window &window = segment.window;
      row.y = k.add(phaseY.first, j);
      row.x = k.add(phaseX.first, i);
      Value line = k.add(k.mul(sample, window.y.in), row.y);
      row.offset = k.mul(k.add(k.mul(line, window.x.in), row.x), segment.input.pitch);
      return row;
    };
    forPanels([&](Value panel, int64_t width) {
      k.each(k.constant(0), count, k.constant(tileRows), [&](Value r) { tile(r, last, panel, width, make); });
    });
  }

  // Over several panels at once: enough accumulators to hide the latency of a multiply-add.
  void writeSingleRow(Value r) {
    constexpr int64_t accumulators = 8;
    int64_t vectors = std::max<int64_t>(1, panelWidth / k.lanes), group = (accumulators + vectors - 1) / vectors;
    int64_t whole = columns / panelWidth, rest = columns % panelWidth;
    SmallVector<Row> rows;
    for (const Segment &segment : segments)
      rows.push_back(rowOf(segment, r));
    Value end = k.min(lastPanel, k.constant(whole)), grouped = firstPanel;
    if (group > 1 && whole >= group) {
      grouped = k.add(firstPanel, k.mul(k.div(k.max(k.sub(end, firstPanel), k.constant(0)), group), group));
      k.each(firstPanel, grouped, k.constant(group), [&](Value panel) { strip(rows, panel, group, panelWidth); });
    }
    if (whole > 0 && !(group > 1 && whole % group == 0 && e.plan.columnGrain % group == 0))
      k.each(grouped, end, k.constant(1), [&](Value panel) { strip(rows, panel, 1, panelWidth); });
    if (rest > 0)
      k.when(k.compare(arith::CmpIPredicate::eq, lastPanel, k.constant(panels)),
             [&] { strip(rows, k.constant(whole), 1, rest); });
  }

  // Whole panels in a loop, the narrower last one after it. width: columns that exist in the panel.
  void forPanels(llvm::function_ref<void(Value, int64_t)> body) {
    int64_t whole = columns / panelWidth, rest = columns % panelWidth;
    if (whole > 0)
      k.each(firstPanel, k.min(lastPanel, k.constant(whole)), k.constant(1), [&](Value p) { body(p, panelWidth); });
    if (rest > 0)
      k.when(k.compare(arith::CmpIPredicate::eq, lastPanel, k.constant(panels)), [&] { body(k.constant(whole), rest); });
  }

  // One reduction step: a broadcast per row, a vector of weights per column vector of each panel.
  void step(Values &accumulators, ArrayRef<Value> addresses, ArrayRef<Value> panelRows, int64_t vectors) {
    Type vector = k.vectorOf(k.f32, k.lanes);
    Values weightRow;
    for (Value panelRow : panelRows)
      for (int64_t j = 0; j < vectors; ++j)
        weightRow.push_back(k.load(vector, k.offset(panelRow, j * k.lanes)));
    for (auto [i, address] : llvm::enumerate(addresses)) {
      Value element = k.broadcast(k.loadF32(address), k.lanes);
      for (auto [j, weight] : llvm::enumerate(weightRow)) {
        Value &accumulator = accumulators[i * weightRow.size() + j];
        accumulator = k.fma(element, weight, accumulator);
      }
    }
  }
  Values advanced(ArrayRef<Value> panels, Value elements) {
    Values moved;
    for (Value panel : panels)
      moved.push_back(k.offset(panel, elements));
    return moved;
  }
  // A long reduction is summed in parts, each from zero: rounding errors then grow with the part's length and the number of
  // parts, not with their product. The sums so far wait on the stack while the registers hold the part's.
  static constexpr int64_t longest = 512;
  Values apart(ValueRange sums, bool isPart, llvm::function_ref<Values(ValueRange)> part) {
    if (!isPart)
      return part(sums);
    Values zeros, added;
    for (Value sum : sums)
      zeros.push_back(k.splat(sum.getType(), 0));
    for (auto [sum, own] : llvm::zip(sums, part(zeros)))
      added.push_back(arith::AddFOp::create(k.b, sum, own));
    return added;
  }

  // accumulators += rows[i][0 .. length) * panels[0 .. length)
  Values reduce(ValueRange init, ArrayRef<Value> rows, ArrayRef<Value> panels, Value length, int64_t vectors) {
    auto known = KernelBuilder::constantOf(length);
    if (known && *known > 2 * longest)
      return k.loop(k.constant(0), length, k.constant(longest), init, [&](Value first, ValueRange sums) {
        return apart(sums, true, [&](ValueRange zeros) {
          Values from;
          for (Value row : rows)
            from.push_back(k.offset(row, first));
          Values part = advanced(panels, k.mul(first, panelWidth));
          return reduceRange(zeros, from, part, k.min(k.sub(length, first), k.constant(longest)), vectors);
        });
      });
    if (known && *known <= 4) { // few channels: the loop would cost more than its body
      Values accumulators(init.begin(), init.end());
      for (int64_t c = 0; c < *known; ++c) {
        Values addresses;
        for (Value row : rows)
          addresses.push_back(k.offset(row, c));
        step(accumulators, addresses, advanced(panels, k.constant(c * panelWidth)), vectors);
      }
      return accumulators;
    }
    return reduceRange(init, rows, panels, length, vectors);
  }
  Values reduceRange(ValueRange init, ArrayRef<Value> rows, ArrayRef<Value> panels, Value length, int64_t vectors) {
    return k.loop(k.constant(0), length, k.constant(1), init, [&](Value c, ValueRange carried) {
      Values accumulators(carried.begin(), carried.end()), addresses;
      for (Value row : rows)
        addresses.push_back(k.offset(row, c));
      step(accumulators, addresses, advanced(panels, k.mul(c, panelWidth)), vectors);
      return accumulators;
    });
  }

  // All taps of a convolution tile.
  Values taps(const Segment &segment, ValueRange init, ArrayRef<Row> rows, Value panel, int64_t vectors) {
    const Window &window = segment.window;
    bool phased = isPhased(segment.op);
    Value zeroRow;
    if (phased || window.y.padded || window.x.padded)
      zeroRow = k.zeros(e.kernel.module(), *KernelBuilder::constantOf(window.channels));
    Value one = k.constant(1);
    auto tap = [&](Value dy, Value dx, Value kh, Value kw, ValueRange carried) {
      Value shift = k.mul(k.add(k.mul(dy, window.x.in), dx), segment.input.pitch);
      Values addresses;
      for (const Row &row : rows) {
        Value address = k.offset(segment.input.base, k.add(row.offset, shift));
        if (zeroRow) {
          Value ok = k.andI(k.inside(k.add(row.y, dy), window.y.in), k.inside(k.add(row.x, dx), window.x.in));
          address = k.select(ok, address, zeroRow);
        }
        addresses.push_back(address);
      }
      Value at = k.mul(k.mul(k.add(k.mul(kh, window.x.window), kw), window.channels), panelWidth);
      return reduce(carried, addresses, k.offset(panel, at), window.channels, vectors);
    };
    if (phased)
      return k.loop(phaseY.tap, k.constant(phaseY.window), k.constant(phaseY.stride), init, [&](Value kh, ValueRange a) {
        Value dy = k.sub(k.constant(0), k.div(kh, phaseY.stride));
        return k.loop(phaseX.tap, k.constant(phaseX.window), k.constant(phaseX.stride), a, [&](Value kw, ValueRange c) {
          Value dx = k.sub(k.constant(0), k.div(kw, phaseX.stride));
          return tap(dy, dx, k.sub(k.constant(phaseY.window - 1), kh), k.sub(k.constant(phaseX.window - 1), kw), c);
        });
      });
    int64_t channels = KernelBuilder::constantOf(window.channels).value_or(1), line = window.x.window * channels;
    bool isLong = window.y.window * line > 2 * longest, byLine = isLong && line <= 2 * longest;
    bool byTap = isLong && !byLine && channels <= 2 * longest; // longer ones are cut by themselves
    return k.loop(k.constant(0), k.constant(window.y.window), one, init, [&](Value kh, ValueRange a) {
      return apart(a, byLine, [&](ValueRange b) {
        return k.loop(k.constant(0), k.constant(window.x.window), one, b, [&](Value kw, ValueRange c) {
          return apart(c, byTap, [&](ValueRange d) {
            return tap(k.mul(kh, window.y.dilation), k.mul(kw, window.x.dilation), kh, kw, d);
          });
        });
      });
    });
  }

  void tile(Value r, Value last, Value panel, int64_t width, RowMaker make) {
    int64_t vectors = (width + k.lanes - 1) / k.lanes;
    Type vector = k.vectorOf(k.f32, k.lanes);
    Values accumulators(tileRows * vectors, k.splat(vector, 0)), indices;
    for (const Segment &segment : segments) {
      SmallVector<Row> rows;
      for (int64_t i = 0; i < tileRows; ++i)
        rows.push_back(make(segment, k.min(k.add(r, i), last)));
      Value panelBase = panelOf(segment, panel);
      if (segment.op == root)
        for (const Row &row : rows)
          indices.push_back(row.index);
      if (!segment.point) {
        accumulators = taps(segment, accumulators, rows, panelBase, vectors);
        continue;
      }
      Values addresses;
      for (const Row &row : rows)
        addresses.push_back(row.base);
      accumulators = reduce(accumulators, addresses, panelBase, k.constant(segment.steps), vectors);
    }
    finish(indices, panel, 1, width, vectors, accumulators);
  }
  Value panelOf(const Segment &segment, Value panel) {
    return k.offset(segment.weights, k.mul(panel, segment.steps * panelWidth));
  }

  // One row (of every segment) over `group` panels side by side.
  void strip(ArrayRef<Row> rows, Value panel, int64_t group, int64_t width) {
    int64_t vectors = (width + k.lanes - 1) / k.lanes;
    Values accumulators(group * vectors, k.splat(k.vectorOf(k.f32, k.lanes), 0));
    for (auto [segment, row] : llvm::zip(segments, rows)) {
      Values panelBases;
      for (int64_t g = 0; g < group; ++g)
        panelBases.push_back(panelOf(segment, k.add(panel, g)));
      accumulators = reduce(accumulators, row.base, panelBases, k.constant(segment.steps), vectors);
    }
    finish(rows.front().index, panel, group, width, vectors, accumulators);
  }

  // The epilogue on the tile, then the stores.
  void finish(ArrayRef<Value> rows, Value panel, int64_t group, int64_t width, int64_t vectors, ValueRange accumulators) {
    int64_t lastLanes = width - (vectors - 1) * k.lanes;
    Value mask = lastLanes < k.lanes ? k.leadingMask(k.lanes, lastLanes) : Value();
    SmallVector<Epilogue::Cell> cells;
    Value column = k.mul(panel, panelWidth);
    for (auto [i, row] : llvm::enumerate(rows))
      for (int64_t j = 0; j < group * vectors; ++j) // panels side by side are whole
        cells.push_back({row, k.add(column, j / vectors * panelWidth + j % vectors * k.lanes), k.lanes,
                         j % vectors == vectors - 1 ? mask : Value(), static_cast<unsigned>(j), accumulators[i * group * vectors + j]});
    epilogue.store(cells);
  }

  struct Phase {
    Value tap, first; // first tap of the phase; gradient position of row 0
    int64_t stride, window;
  };

  KernelEmitter &e;
  KernelBuilder &k;
  Operation *root;
  mlir::Value result;
  int64_t tileRows, panelWidth, columns, panels;
  SmallVector<Segment> segments; // the root first
  Value firstPanel, lastPanel;
  Phase phaseY, phaseX; // of a strided data gradient
  Epilogue epilogue;
};

void emitContraction(KernelEmitter &e) { ContractionWriter(e).write(); }
} // namespace

const Family tenon::codegen::contractionFamily = {"contract", planContraction, emitContraction, 1, true};
