// SPDX-License-Identifier: Apache-2.0
// The filter gradient of depthwise convolution: result[kh, kw, f] = sum over pixels of input[pixel + tap, f / M] *
// gradient[pixel, f]. Pixels are walked row by row, so that both rows stay in cache for all channels and window rows; the
// sums of a shard of samples are kept in scratch memory. The sum over samples goes over eight shards of consecutive
// samples, each from zero, added in order.
#include "codegen/ChannelPieces.h"
#include "codegen/Shards.h"
#include "codegen/Window.h"
#include "ir/target/CostModel.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
struct Shape {
  int64_t taps, narrow, multiplier;
  int64_t wide() const { return narrow * multiplier; }
};
Shape shapeOf(Operation *root) {
  auto result = cast<RankedTensorType>(root->getResult(0).getType()).getShape();
  int64_t groups = root->getAttrOfType<IntegerAttr>("groups").getInt();
  Shape s{1, groups, result.back() / groups};
  for (int64_t size : result.drop_back(2))
    s.taps *= size;
  return s;
}
int64_t windowRows(Operation *root) {
  auto result = cast<RankedTensorType>(root->getResult(0).getType()).getShape();
  return result.size() == 4 ? result[0] : 1;
}

// A task is one row of the window and some units of channels.
KernelPlan planGradient(const Kernel &kernel, const ir::Machine &machine) {
  constexpr double worth = 10e-6;
  Operation *root = kernel.root();
  Shape s = shapeOf(root);
  int64_t units = ChannelPieces::unitsOf(s.narrow, s.multiplier, machine.lanes), pixels = 1;
  for (AffineExpr dim : ArrayRef(kernel.shape(root->getOperand(1))).drop_back().drop_front()) {
    auto known = dyn_cast<AffineConstantExpr>(dim);
    pixels *= known ? known.getValue() : 8;
  }
  // The batch is unknown: 32 samples are assumed when judging what a task is worth.
  double perUnit = ir::depthwiseSeconds(machine, 32 * pixels, (s.wide() + units - 1) / units, s.taps / windowRows(root));
  KernelPlan plan;
  plan.columnGrain = std::clamp<int64_t>(static_cast<int64_t>(worth / perUnit), 1, units);
  MLIRContext *context = kernel.module()->getContext();
  plan.tasks = getAffineConstantExpr(windowRows(root) * ((units + plan.columnGrain - 1) / plan.columnGrain), context);
  plan.scratchBytes = getAffineConstantExpr(s.taps * s.wide() * 4, context);
  return plan;
}

class GradientWriter {
public:
  explicit GradientWriter(KernelEmitter &emitter)
      : e(emitter), k(emitter.k), root(cast<ir::ConvFilterGradOp>(e.kernel.root())), s(shapeOf(root)),
        pieces(k, s.narrow, s.multiplier) {
    auto window = cast<RankedTensorType>(root.getType()).getShape().drop_back(2);
    w = windowOf(e, root.getInput(), root.getGradient(), window, root.getStrides(), root.getPadding(), root.getDilations());
    input = e.rows(root.getInput());
    gradient = e.rows(root.getGradient());
    zeroRow = k.zeros(e.kernel.module(), k.lanes);
  }

  void write() {
    int64_t chunks = (pieces.units() + e.plan.columnGrain - 1) / e.plan.columnGrain;
    tapY = k.div(e.task, chunks);
    firstUnit = k.mul(k.rem(e.task, k.constant(chunks)), e.plan.columnGrain);
    lastUnit = k.min(k.add(firstUnit, e.plan.columnGrain), k.constant(pieces.units()));
    Value shift = k.sub(k.mul(tapY, w.y.dilation), w.y.before); // input row = output row * stride + shift
    auto [low, high] = inside(shift, w.y);
    k.each(k.constant(0), k.constant(shards), k.constant(1), [&](Value shard) {
      Value from = k.div(k.mul(shard, w.samples), shards), to = k.div(k.mul(k.add(shard, 1), w.samples), shards);
      overTaps([&](Value at, int64_t lanes) { k.store(k.splat(k.vectorOf(k.f32, lanes), 0), k.offset(e.scratch, at)); });
      k.each(from, to, k.constant(1), [&](Value sample) {
        k.each(low, high, k.constant(1), [&](Value y) {
          inputLine = k.mul(k.add(k.mul(sample, w.y.in), k.add(k.mul(y, w.y.stride), shift)), w.x.in);
          gradientLine = k.mul(k.add(k.mul(sample, w.y.out), y), w.x.out);
          pieces.each(firstUnit, lastUnit, [&](ArrayRef<ChannelPiece> unit) {
            for (const ChannelPiece &piece : unit)
              line(piece);
          });
        });
      });
      addShard(shard);
    });
  }

private:
  // Output positions o with o * stride + shift inside the input.
  std::pair<Value, Value> inside(Value shift, const WindowAxis &axis) {
    Value zero = k.constant(0);
    auto ceilDiv = [&](Value value) { return k.div(k.add(k.max(value, zero), axis.stride - 1), axis.stride); };
    return {ceilDiv(k.sub(zero, shift)), k.min(axis.out, ceilDiv(k.sub(axis.in, shift)))};
  }
  Value weightAt(Value tapX, Value wide) {
    return k.add(k.mul(k.add(k.mul(tapY, w.x.window), tapX), s.wide()), wide);
  }
  void overTaps(llvm::function_ref<void(Value, int64_t)> body) {
    pieces.each(firstUnit, lastUnit, [&](ArrayRef<ChannelPiece> unit) {
      for (const ChannelPiece &piece : unit)
        k.each(0, k.constant(w.x.window), 1, [&](Value tap) { body(weightAt(tap, piece.wide), piece.lanes); });
    });
  }
  // The first shard's sums are the result so far, later ones are added to it.
  void addShard(Value shard) {
    Value first = k.compare(arith::CmpIPredicate::eq, shard, k.constant(0));
    overTaps([&](Value at, int64_t lanes) {
      Type type = k.vectorOf(k.f32, lanes);
      Value target = k.offset(e.results[0], at), sum = k.load(type, k.offset(e.scratch, at));
      Value before = k.load(type, k.select(first, zeroRow, target));
      k.store(arith::AddFOp::create(k.b, before, sum), target);
    });
  }

  // The taps of the window row that a run of them in registers covers.
  void line(const ChannelPiece &piece) {
    int64_t most = std::max<int64_t>(1, (k.machine.registers - 4) / chains);
    for (int64_t tap = 0; tap < w.x.window; tap += most)
      lineTaps(piece, tap, std::min(most, w.x.window - tap));
  }

  // scratch[tapY, tap .. tap + count) += over one row of pixels. Two pixels at a time, each with sums of its own, keep
  // more additions in flight.
  void lineTaps(const ChannelPiece &piece, int64_t tap, int64_t count) {
    Type type = k.vectorOf(k.f32, piece.lanes);
    Value inputBase = k.offset(input.base, k.add(k.mul(inputLine, input.pitch), piece.narrow));
    Value gradientBase = k.offset(gradient.base, k.add(k.mul(gradientLine, gradient.pitch), piece.wide));
    auto columnOf = [&](Value x, int64_t i) {
      return k.add(k.sub(k.mul(x, w.x.stride), w.x.before), (tap + i) * w.x.dilation);
    };
    // Pixels whose taps all lie inside; the others read zeros where they do not.
    Value low = k.constant(0), high = w.x.out;
    if (w.x.padded) {
      low = k.min(inside(k.sub(k.constant(tap * w.x.dilation), w.x.before), w.x).first, w.x.out);
      high = k.max(low, inside(k.sub(k.constant((tap + count - 1) * w.x.dilation), w.x.before), w.x).second);
    }
    auto pixel = [&](Value x, MutableArrayRef<Value> sums, bool checked) {
      Value g = k.load(type, k.offset(gradientBase, k.mul(x, gradient.pitch)));
      for (int64_t i = 0; i < count; ++i) {
        Value column = columnOf(x, i), address = k.offset(inputBase, k.mul(column, input.pitch));
        if (checked)
          address = k.select(k.inside(column, w.x.in), address, zeroRow);
        sums[i] = k.fma(pieces.loadSpread(piece, address), g, sums[i]);
      }
    };
    auto one = [&](bool checked) {
      return [&, checked](Value x, ValueRange carried) {
        Values sums(carried.begin(), carried.end());
        pixel(x, sums, checked);
        return sums;
      };
    };
    Values sums, addresses;
    for (int64_t i = 0; i < count; ++i) {
      addresses.push_back(k.offset(e.scratch, weightAt(k.constant(tap + i), piece.wide)));
      sums.push_back(k.load(type, addresses.back()));
    }
    if (w.x.padded)
      sums = k.loop(k.constant(0), low, k.constant(1), sums, one(true));
    Values all = sums;
    all.append((chains - 1) * count, k.splat(type, 0));
    Value whole = k.add(low, k.mul(k.div(k.sub(high, low), chains), chains));
    all = k.loop(low, whole, k.constant(chains), all, [&](Value x, ValueRange carried) {
      Values a(carried.begin(), carried.end());
      for (int64_t c = 0; c < chains; ++c)
        pixel(k.add(x, c), MutableArrayRef<Value>(a).slice(c * count, count), false);
      return a;
    });
    for (int64_t i = 0; i < count; ++i) {
      sums[i] = all[i];
      for (int64_t c = 1; c < chains; ++c)
        sums[i] = arith::AddFOp::create(k.b, sums[i], all[c * count + i]);
    }
    sums = k.loop(whole, high, k.constant(1), sums, one(false));
    if (w.x.padded)
      sums = k.loop(high, w.x.out, k.constant(1), sums, one(true));
    for (auto [sum, address] : llvm::zip(sums, addresses))
      k.store(sum, address);
  }

  static constexpr int64_t chains = 2;
  KernelEmitter &e;
  KernelBuilder &k;
  ir::ConvFilterGradOp root;
  Shape s;
  ChannelPieces pieces;
  Window w;
  KernelEmitter::Rows input, gradient;
  Value zeroRow, tapY, firstUnit, lastUnit, inputLine, gradientLine;
};

void emitGradient(KernelEmitter &e) { GradientWriter(e).write(); }
} // namespace

const Family tenon::codegen::depthwiseGradientFamily = {"depthwise_gradient", planGradient, emitGradient, 2};
