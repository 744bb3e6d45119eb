// SPDX-License-Identifier: Apache-2.0
// Weight gradients: result[tap, c, f] = sum over pixels of input[pixel + tap, c] * gradient[pixel, f]. A block of
// pixels (of samples, of lines or of one line) is walked outside the loops over the result: its input stays in L2 and
// one panel of the gradient's columns, copied side by side, in L1 while all taps and rows of a task use it. The sum
// over samples goes over eight shards of consecutive samples, each from zero, added in order.
#include "codegen/Shards.h"
#include "codegen/Window.h"
#include "codegen/emitters/FilterGradientPlan.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
KernelPlan planFilterGradient(const Kernel &kernel, const ir::Machine &machine) {
  FilterGradientPlan s(kernel, machine);
  KernelPlan plan;
  plan.rowGrain = s.cut.rows;
  plan.columnGrain = s.cut.columns;
  MLIRContext *context = kernel.module()->getContext();
  plan.tasks = getAffineConstantExpr(s.cut.tasks(), context);
  int64_t perTask = (s.copiesPanels ? s.blockPixels * s.tile.columns : 0) + s.packedPixels * s.cut.rows;
  plan.scratchBytes = getAffineConstantExpr((s.cut.tasks() * perTask + s.taps * s.rows * s.columns) * 4, context);
  return plan;
}

class FilterGradientWriter {
public:
  explicit FilterGradientWriter(KernelEmitter &emitter)
      : e(emitter), k(emitter.k), root(e.kernel.root()), s(e.kernel, k.machine) {
    tileRows = s.tile.rows;
    tileColumns = s.tile.columns;
    input = e.rows(root->getOperand(0));
    gradient = e.rows(root->getOperand(1));
    if (!KernelBuilder::constantOf(input.pitch)) // checked at entry: both are as wide as the result says
      input.pitch = k.constant(s.rows);
    if (!KernelBuilder::constantOf(gradient.pitch))
      gradient.pitch = k.constant(s.columns);
    result = e.results[0];
    samples = e.dim(root->getOperand(1), 0);
    if (auto convolution = dyn_cast<ir::ConvFilterGradOp>(root)) {
      auto window = cast<RankedTensorType>(root->getResult(0).getType()).getShape().drop_back(2);
      w = windowOf(e, convolution.getInput(), convolution.getGradient(), window, convolution.getStrides(),
                   convolution.getPadding(), convolution.getDilations());
    } else {
      // A dense layer: the pixels of a sample in one line, one tap.
      Value pixels = e.size(s.pixelsPerSample);
      WindowAxis line{pixels, pixels, k.constant(0), 1, 1, 1, false},
          single{k.constant(1), k.constant(1), k.constant(0), 1, 1, 1, false};
      w = {single, line, samples, k.constant(s.rows)};
    }
  }

  void write() {
    const FilterGradientCut &cut = s.cut;
    Value chunk = k.rem(e.task, k.constant(cut.chunks)), rest = k.div(e.task, cut.chunks);
    Value firstTap = k.mul(k.rem(rest, k.constant(cut.tapGroups)), cut.taps);
    Value lastTap = k.min(k.add(firstTap, cut.taps), k.constant(s.taps));
    firstColumn = k.mul(k.div(rest, cut.tapGroups), cut.columns);
    lastColumn = k.min(k.add(firstColumn, cut.columns), k.constant(s.columns));
    firstRow = k.mul(chunk, e.plan.rowGrain);
    zeroRow = k.zeros(e.kernel.module(), tileColumns);
    int64_t mostPixels = s.blockPixels;
    copies = s.copiesPanels && KernelBuilder::constantOf(gradient.pitch) != tileColumns;
    mostPacked = s.packedPixels;
    // What is copied next lies a pitch apart, line by line, which no hardware foresees.
    int64_t tilesDown = cut.rows / tileRows, tiles = cut.taps * tilesDown;
    if (copies)
      panelAhead = Ahead(mostPixels, tileColumns, tiles);
    if (mostPacked)
      inputAhead = Ahead(mostPixels, cut.rows, tiles * (cut.columns / tileColumns));
    isFlat = s.isPoint && (mostPacked || (w.y.stride == 1 && w.x.stride == 1));
    partials = e.scratch;
    if (s.copiesPanels) {
      panel = k.offset(partials, k.mul(e.task, mostPixels * tileColumns));
      partials = k.offset(partials, cut.tasks() * mostPixels * tileColumns);
    }
    if (mostPacked) {
      packed = k.offset(partials, k.mul(e.task, mostPacked * cut.rows));
      partials = k.offset(partials, cut.tasks() * mostPacked * cut.rows);
    }
    sizeBlock(mostPixels);
    k.each(k.constant(0), k.constant(shards), k.constant(1), [&](Value shard) {
      Value low = k.div(k.mul(shard, samples), shards), high = k.div(k.mul(k.add(shard, 1), samples), shards);
      // An empty shard of a small batch still has one (empty) block: it writes the zeros it stands for.
      Value end = k.max(high, k.add(low, 1));
      k.each(low, end, blockSamples, [&](Value from) {
        k.each(k.constant(0), w.y.out, blockLines, [&](Value y) {
          k.each(k.constant(0), w.x.out, blockWidth, [&](Value x) {
            auto equal = [&](Value a, Value b) { return k.compare(arith::CmpIPredicate::eq, a, b); };
            Value zero = k.constant(0);
            Block block{from, k.min(k.add(from, blockSamples), high), y, k.min(k.add(y, blockLines), w.y.out),
                        x,    k.min(k.add(x, blockWidth), w.x.out)};
            block.isFirst = k.andI(equal(from, low), k.andI(equal(y, zero), equal(x, zero)));
            block.isLast = k.andI(k.compare(arith::CmpIPredicate::sge, k.add(from, blockSamples), end),
                                  k.andI(equal(block.yEnd, w.y.out), equal(block.xEnd, w.x.out)));
            block.adds = k.andI(block.isLast, k.compare(arith::CmpIPredicate::sgt, shard, zero));
            if (mostPacked)
              packInput(block);
            columns([&](Value column, int64_t width) {
              if (copies)
                copyPanel(block, column, width);
              Value panelNumber = k.div(k.sub(column, firstColumn), tileColumns), next = nextPanel(block, column);
              auto one = [&](Value tap, Value row, int64_t rows) {
                Value number = k.add(k.mul(k.sub(tap, firstTap), tilesDown), k.div(k.sub(row, firstRow), tileRows));
                prefetch(panelAhead, number, next, gradient.pitch);
                prefetch(inputAhead, k.add(k.mul(panelNumber, tiles), number), nextInput(block), input.pitch);
                tapTile(block, tap, row, rows, column, width);
              };
              auto eachTap = [&](llvm::function_ref<void(Value)> body) {
                k.each(firstTap, lastTap, k.constant(1), body);
              };
              if (mostPacked) // a packed tile stays in L1 for all taps
                eachTile([&](Value row, int64_t rows) { eachTap([&](Value tap) { one(tap, row, rows); }); });
              else
                eachTap([&](Value tap) { eachTile([&](Value row, int64_t rows) { one(tap, row, rows); }); });
            });
          });
        });
      });
    });
  }

private:
  // Output pixels [from, to) x [y, yEnd) x [x, xEnd); is it a shard's first or last one, and does its sum go on top of
  // other shards'?
  struct Block {
    Value from, to, y, yEnd, x, xEnd, isFirst = {}, isLast = {}, adds = {};
  };

  // First and last output position with the tap inside, and the tap's shift.
  std::tuple<Value, Value, Value> valid(const WindowAxis &axis, Value tap) {
    Value shift = k.sub(k.mul(tap, axis.dilation), axis.before); // input = output * stride + shift
    if (!axis.padded)
      return {k.constant(0), axis.out, shift};
    Value zero = k.constant(0);
    // ceil(-shift / stride) and ceil((in - shift) / stride), both of numbers that may be negative before clamping.
    Value low = k.div(k.add(k.max(k.sub(zero, shift), zero), axis.stride - 1), axis.stride);
    Value high = k.div(k.add(k.max(k.sub(axis.in, shift), zero), axis.stride - 1), axis.stride);
    return {low, k.min(high, axis.out), shift};
  }
  // Part of a line, or so many lines, or so many samples as have about that many pixels.
  void sizeBlock(int64_t pixels) {
    Value one = k.constant(1), width = k.max(w.x.out, one), height = k.max(w.y.out, one);
    blockWidth = k.min(width, k.constant(pixels));
    blockLines = k.min(k.max(k.div(k.constant(pixels), blockWidth), one), height);
    blockSamples = k.max(k.div(k.constant(pixels), k.mul(blockWidth, height)), one);
  }

  void columns(llvm::function_ref<void(Value, int64_t)> body) {
    int64_t whole = s.columns / tileColumns * tileColumns;
    if (whole > 0)
      k.each(firstColumn, k.min(lastColumn, k.constant(whole)), k.constant(tileColumns),
             [&](Value f) { body(f, tileColumns); });
    if (whole < s.columns)
      k.when(k.compare(arith::CmpIPredicate::eq, lastColumn, k.constant(s.columns)),
             [&] { body(k.constant(whole), s.columns - whole); });
  }

  // The block's pixel as a number: a block has whole lines, or part of one, so that its pixels follow one another.
  Value pixelOf(const Block &block, Value sample, Value oy, Value ox) {
    Value line = k.add(k.mul(k.sub(sample, block.from), blockLines), k.sub(oy, block.y));
    return k.add(k.mul(line, blockWidth), k.sub(ox, block.x));
  }
  Value pixelsOf(const Block &block) {
    return k.mul(k.mul(k.sub(block.to, block.from), k.sub(block.yEnd, block.y)), k.sub(block.xEnd, block.x));
  }
  void eachPixel(const Block &block, llvm::function_ref<void(Value, Value, Value)> body) {
    Value one = k.constant(1);
    k.each(block.from, block.to, one, [&](Value sample) {
      k.each(block.y, block.yEnd, one,
             [&](Value oy) { k.each(block.x, block.xEnd, one, [&](Value ox) { body(sample, oy, ox); }); });
    });
  }
  Value gradientAt(Value sample, Value oy, Value ox, Value column) {
    Value pixel = k.add(k.mul(k.add(k.mul(sample, w.y.out), oy), w.x.out), ox);
    return k.offset(gradient.base, k.add(k.mul(pixel, gradient.pitch), column));
  }
  Value inputAt(Value sample, Value iy, Value ix, Value row) {
    Value pixel = k.add(k.mul(k.add(k.mul(sample, w.y.in), iy), w.x.in), ix);
    return k.offset(input.base, k.add(k.mul(pixel, input.pitch), row));
  }

  void copyPanel(const Block &block, Value column, int64_t width) {
    int64_t vectors = (width + k.lanes - 1) / k.lanes, lastLanes = width - (vectors - 1) * k.lanes;
    Value mask = lastLanes < k.lanes ? k.leadingMask(k.lanes, lastLanes) : Value();
    Type vector = k.vectorOf(k.f32, k.lanes);
    eachPixel(block, [&](Value sample, Value oy, Value ox) {
      Value source = gradientAt(sample, oy, ox, column);
      Value target = k.offset(panel, k.mul(pixelOf(block, sample, oy, ox), tileColumns));
      for (int64_t j = 0; j < vectors; ++j) {
        Value address = k.offset(source, j * k.lanes);
        Value value = mask && j == vectors - 1 ? k.loadMasked(vector, address, mask) : k.load(vector, address);
        k.store(value, k.offset(target, j * k.lanes));
      }
    });
  }

  // Where the gradient's columns begin that are copied next: further right, or of the next block.
  Value nextPanel(const Block &block, Value column) {
    Value right = k.add(column, tileColumns);
    Value here = gradientAt(block.from, block.y, block.x, right);
    Value below =
        k.offset(gradientAt(block.from, block.y, block.x, firstColumn), k.mul(pixelsOf(block), gradient.pitch));
    return k.select(k.compare(arith::CmpIPredicate::slt, right, lastColumn), here, below);
  }
  // Where the input begins that the next block packs and this one did not.
  Value nextInput(const Block &block) {
    Region region = regionOf(block);
    Value line = k.add(region.y, region.lines);
    return inputAt(k.sub(block.to, k.constant(1)), k.mul(line, w.y.stride), k.mul(region.x, w.x.stride), firstRow);
  }
  // So many lines of memory, of which each tile asks for its share.
  struct Ahead {
    Ahead() = default;
    Ahead(int64_t pixels, int64_t elements, int64_t tiles)
        : perPixel((elements + lineElements - 1) / lineElements), lines(pixels * perPixel),
          share((lines + tiles - 1) / tiles) {}
    static constexpr int64_t lineElements = 16;
    int64_t perPixel = 1, lines = 0, share = 0;
  };
  void prefetch(const Ahead &ahead, Value tile, Value base, Value pitch) {
    if (ahead.share == 0)
      return;
    Value low = k.mul(tile, ahead.share), high = k.min(k.add(low, ahead.share), k.constant(ahead.lines));
    k.each(low, high, k.constant(1), [&](Value line) {
      Value pixel = k.div(line, ahead.perPixel), part = k.rem(line, k.constant(ahead.perPixel));
      k.prefetch(k.offset(base, k.add(k.mul(pixel, pitch), k.mul(part, Ahead::lineElements))));
    });
  }

  // The input pixels that taps of the block reach, which are packed. Strides other than 1 are a point's alone, and then
  // it is the block's own pixels, counted in strides.
  struct Region {
    Value y, lines, x, width; // the first line and pixel, and how many
  };
  Region regionOf(const Block &block) {
    if (isFlat)
      return {block.y, k.sub(block.yEnd, block.y), block.x, k.sub(block.xEnd, block.x)};
    auto reach = [&](const WindowAxis &axis, Value from, Value to) -> std::pair<Value, Value> {
      Value low = k.max(k.sub(from, axis.before), k.constant(0));
      Value high = k.min(k.add(k.sub(to, axis.before), (axis.window - 1) * axis.dilation), axis.in);
      return {low, k.max(k.sub(high, low), k.constant(0))};
    };
    auto [y, lines] = reach(w.y, block.y, block.yEnd);
    auto [x, width] = reach(w.x, block.x, block.xEnd);
    return {y, lines, x, width};
  }
  // Its rows of a tile side by side, pixel after pixel, tile after tile.
  Value packedAt(Value row, Value pixel) {
    return k.offset(packed, k.add(k.mul(k.sub(row, firstRow), mostPacked), k.mul(pixel, tileRows)));
  }
  void packInput(const Block &block) {
    Region region = regionOf(block);
    Value one = k.constant(1), none = k.constant(0);
    k.each(block.from, block.to, one, [&](Value sample) {
      k.each(none, region.lines, one, [&](Value line) {
        k.each(none, region.width, one, [&](Value x) {
          Value pixel = k.add(k.mul(k.add(k.mul(k.sub(sample, block.from), region.lines), line), region.width), x);
          Value iy = k.add(region.y, line), ix = k.add(region.x, x);
          eachTile([&](Value row, int64_t rows) {
            Value source = inputAt(sample, k.mul(iy, w.y.stride), k.mul(ix, w.x.stride), row);
            k.store(k.load(k.vectorOf(k.f32, rows), source), packedAt(row, pixel));
          });
        });
      });
    });
  }

  // The tiles of the task's rows, the last one of the result maybe shorter.
  void eachTile(llvm::function_ref<void(Value, int64_t)> body) {
    int64_t whole = s.rows / tileRows * tileRows;
    Value end = k.add(firstRow, e.plan.rowGrain);
    if (whole > 0)
      k.each(firstRow, k.min(end, k.constant(whole)), k.constant(tileRows), [&](Value row) { body(row, tileRows); });
    if (whole < s.rows)
      k.when(k.compare(arith::CmpIPredicate::sge, end, k.constant(s.rows)),
             [&] { body(k.constant(whole), s.rows - whole); });
  }

  // One tile of one tap and one panel.
  void tapTile(const Block &block, Value tap, Value row, int64_t rows, Value column, int64_t width) {
    Value kh = k.div(tap, w.x.window), kw = k.rem(tap, k.constant(w.x.window));
    tapBase = k.mul(tap, s.rows * s.columns);
    // Output pixels whose tap lies inside: out * stride + k * dilation - before in [0, in).
    std::tie(yLow, yHigh, yShift) = valid(w.y, kh);
    std::tie(xLow, xHigh, xShift) = valid(w.x, kw);
    yLow = k.max(yLow, block.y);
    yHigh = k.min(yHigh, block.yEnd);
    xLow = k.max(xLow, block.x);
    xHigh = k.min(xHigh, block.xEnd);
    tile(block, row, rows, column, width);
  }

  void tile(const Block &block, Value row, int64_t rows, Value column, int64_t width) {
    int64_t vectors = (width + k.lanes - 1) / k.lanes, lastLanes = width - (vectors - 1) * k.lanes;
    Value mask = lastLanes < k.lanes ? k.leadingMask(k.lanes, lastLanes) : Value();
    Type vector = k.vectorOf(k.f32, k.lanes);
    auto load = [&](Value base, int64_t j) {
      Value address = k.offset(base, j * k.lanes);
      return mask && j == vectors - 1 ? k.loadMasked(vector, address, mask) : k.load(vector, address);
    };
    // Accumulators continue from scratch unless the shard begins; the shard's sum goes on top of the result.
    Value at = k.add(tapBase, k.add(k.mul(row, s.columns), column)), pitch = k.constant(s.columns),
          none = k.constant(0);
    Value target = k.offset(result, at), partial = k.offset(partials, at);
    Value begin = k.select(block.isFirst, zeroRow, partial), beginPitch = k.select(block.isFirst, none, pitch);
    Value out = k.select(block.isLast, target, partial);
    Value onTop = k.select(block.adds, target, zeroRow), onTopPitch = k.select(block.adds, pitch, none);
    auto rowOf = [&](Value base, Value pitch, int64_t i) { return k.offset(base, k.mul(pitch, i)); };
    Values accumulators;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < vectors; ++j)
        accumulators.push_back(load(rowOf(begin, beginPitch, i), j));
    auto pixel = [&](Value x, Value d, ValueRange carried) {
      Values sums(carried.begin(), carried.end()), weights;
      for (int64_t j = 0; j < vectors; ++j)
        weights.push_back(copies ? k.load(vector, k.offset(d, j * k.lanes)) : load(d, j));
      for (int64_t i = 0; i < rows; ++i) {
        Value element = k.broadcast(k.loadF32(k.offset(x, i)), k.lanes);
        for (int64_t j = 0; j < vectors; ++j)
          sums[i * vectors + j] = k.fma(element, weights[j], sums[i * vectors + j]);
      }
      return sums;
    };
    Value gradientPitch = copies ? k.constant(tileColumns) : gradient.pitch;
    if (isFlat) {
      Value inputBase = mostPacked ? packedAt(row, k.constant(0)) : inputAt(block.from, block.y, block.x, row);
      Value inputPitch = mostPacked ? k.constant(tileRows) : input.pitch;
      Value gradientBase = copies ? panel : gradientAt(block.from, block.y, block.x, column);
      accumulators =
          k.loop(k.constant(0), pixelsOf(block), k.constant(1), accumulators, [&](Value p, ValueRange carried) {
            return pixel(k.offset(inputBase, k.mul(p, inputPitch)), k.offset(gradientBase, k.mul(p, gradientPitch)),
                         carried);
          });
    } else {
      accumulators = walkLines(block, row, column, gradientPitch, accumulators, pixel);
    }
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < vectors; ++j) {
        Value sum = arith::AddFOp::create(k.b, load(rowOf(onTop, onTopPitch, i), j), accumulators[i * vectors + j]);
        Value address = k.offset(rowOf(out, pitch, i), j * k.lanes);
        mask &&j == vectors - 1 ? k.storeMasked(sum, address, mask) : k.store(sum, address);
      }
  }

  // All pixels of the block whose tap lies inside, line by line.
  Values walkLines(const Block &block, Value row, Value column, Value gradientPitch, ValueRange init,
                   llvm::function_ref<Values(Value, Value, ValueRange)> pixel) {
    Region region = mostPacked ? regionOf(block) : Region();
    Value inputPitch = mostPacked ? k.constant(tileRows) : input.pitch;
    return k.loop(block.from, block.to, k.constant(1), init, [&](Value sample, ValueRange a) {
      return k.loop(yLow, yHigh, k.constant(1), a, [&](Value oy, ValueRange c) {
        Value iy = k.add(k.mul(oy, w.y.stride), yShift);
        Value inputBase;
        if (mostPacked) {
          Value line = k.add(k.mul(k.sub(sample, block.from), region.lines), k.sub(iy, region.y));
          inputBase = packedAt(row, k.add(k.mul(line, region.width), k.sub(xShift, region.x)));
        } else {
          inputBase = inputAt(sample, iy, xShift, row);
        }
        Value firstPixel = copies ? k.mul(pixelOf(block, sample, oy, k.constant(0)), tileColumns) : Value();
        Value gradientBase = copies ? k.offset(panel, firstPixel) : gradientAt(sample, oy, k.constant(0), column);
        return k.loop(xLow, xHigh, k.constant(1), c, [&](Value ox, ValueRange carried) {
          return pixel(k.offset(inputBase, k.mul(k.mul(ox, w.x.stride), inputPitch)),
                       k.offset(gradientBase, k.mul(ox, gradientPitch)), carried);
        });
      });
    });
  }

  KernelEmitter &e;
  KernelBuilder &k;
  Operation *root;
  FilterGradientPlan s;
  int64_t tileRows, tileColumns;
  KernelEmitter::Rows input, gradient;
  Value result, samples, firstRow, firstColumn, lastColumn, tapBase, zeroRow;
  bool copies = false;           // panels of the gradient
  int64_t mostPacked = 0;        // pixels of the input, 0: none is packed
  bool isFlat = false;           // a block's pixels lie one behind the other on both sides
  Ahead panelAhead, inputAhead;  // what is copied next
  Value panel, packed, partials; // in scratch: both copies, the sums of the blocks so far
  Value blockSamples, blockLines, blockWidth;
  Value yLow, yHigh, yShift, xLow, xHigh, xShift;
  Window w;
};

void emitFilterGradient(KernelEmitter &e) { FilterGradientWriter(e).write(); }
} // namespace

const Family tenon::codegen::filterGradientFamily = {"filter_gradient", planFilterGradient, emitFilterGradient, 2};
