// SPDX-License-Identifier: Apache-2.0
// Pooling and its gradients: vectors of channels, one output pixel after another. A task is some pixels; of gradients, whose
// pixels add to one another's elements, some samples.
#include "codegen/Window.h"
#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static constexpr int64_t grain = 16384; // elements of one task

static KernelPlan planPooling(const Kernel &kernel, const ir::Machine &) {
  KernelPlan plan;
  const ir::SymbolicShape &shape = kernel.shape(kernel.root()->getResult(0));
  int64_t perPixel = 1;
  if (auto channels = dyn_cast<AffineConstantExpr>(shape.back()))
    perPixel = channels.getValue();
  for (int64_t size : kernel.root()->getAttrOfType<DenseI64ArrayAttr>("window").asArrayRef())
    perPixel *= size;
  plan.rowGrain = std::max<int64_t>(1, grain / std::max<int64_t>(1, perPixel));
  AffineExpr pixels = getAffineConstantExpr(1, kernel.module()->getContext());
  for (AffineExpr dim : ArrayRef(shape).drop_back())
    pixels = pixels * dim;
  plan.tasks = pixels.ceilDiv(plan.rowGrain);
  return plan;
}

static KernelPlan planPoolingGradient(const Kernel &kernel, const ir::Machine &) {
  KernelPlan plan;
  const ir::SymbolicShape &shape = kernel.shape(kernel.root()->getOperand(0));
  AffineExpr rest = getAffineConstantExpr(1, kernel.module()->getContext());
  for (AffineExpr dim : ArrayRef(shape).drop_front())
    rest = rest * dim;
  auto inner = dyn_cast<AffineConstantExpr>(rest);
  plan.rowGrain = inner ? std::max<int64_t>(1, grain / std::max<int64_t>(1, inner.getValue())) : 1;
  plan.tasks = shape[0].ceilDiv(plan.rowGrain);
  return plan;
}

namespace {
class PoolWriter {
public:
  PoolWriter(KernelEmitter &emitter, mlir::Value input, mlir::Value output)
      : e(emitter), k(emitter.k), root(e.kernel.root()) {
    auto list = [&](const char *name) { return root->getAttrOfType<DenseI64ArrayAttr>(name).asArrayRef(); };
    w = windowOf(e, input, output, list("window"), list("strides"), list("padding"), {});
    inputPitch = outputPitch = w.channels;
  }

  void forward(bool maximum) {
    KernelEmitter::Rows input = e.rows(root->getOperand(0)), output = e.resultRows(0);
    Value x = input.base, y = output.base;
    inputPitch = input.pitch;
    outputPitch = output.pitch;
    Value plane = k.mul(w.y.out, w.x.out), all = k.mul(w.samples, plane), low = k.mul(e.task, e.plan.rowGrain);
    k.each(low, k.min(k.add(low, e.plan.rowGrain), all), k.constant(1), [&](Value pixel) {
      Value sample = k.div(pixel, plane), inPlane = k.rem(pixel, plane);
      Value oy = k.div(inPlane, w.x.out), ox = k.rem(inPlane, w.x.out);
      Value count = maximum ? Value() : validCount(oy, ox);
      Value out = outputOffset(sample, oy, ox);
      k.pieces(w.channels, [&](Value c, int64_t lanes) {
        Type type = k.vectorOf(k.f32, lanes);
        Value start = k.splat(type, maximum ? -std::numeric_limits<double>::infinity() : 0.0);
        Value sum = overTaps(sample, oy, ox, {start}, [&](Value at, ValueRange carried) -> Values {
          Value element = k.load(type, k.offset(x, k.add(at, c)));
          return {maximum ? Value(arith::MaximumFOp::create(k.b, carried[0], element))
                          : Value(arith::AddFOp::create(k.b, carried[0], element))};
        })[0];
        if (!maximum)
          sum = arith::DivFOp::create(k.b, sum, k.broadcast(count, lanes));
        k.store(sum, k.offset(y, k.add(out, c)));
      });
    });
  }

  // dx is cleared sample by sample, then every output pixel adds its gradient where its (first) largest element stands.
  void maxGradient() {
    Value x = e.pointer(root->getOperand(0)), dy = e.pointer(root->getOperand(1)), dx = e.results[0];
    eachSample(
        [&](Value sample, Value oy, Value ox) {
          Value out = outputOffset(sample, oy, ox);
          k.pieces(w.channels, [&](Value c, int64_t lanes) {
            Type type = k.vectorOf(k.f32, lanes);
            auto elementAt = [&](Value at) { return k.load(type, k.offset(x, k.add(at, c))); };
            Value lowest = k.splat(type, -std::numeric_limits<double>::infinity());
            Value largest = overTaps(sample, oy, ox, {lowest}, [&](Value at, ValueRange carried) -> Values {
              return {arith::MaximumFOp::create(k.b, carried[0], elementAt(at))};
            })[0];
            Value gradient = k.load(type, k.offset(dy, k.add(out, c)));
            overTaps(sample, oy, ox, {gradient}, [&](Value at, ValueRange carried) -> Values {
              Value here = arith::CmpFOp::create(k.b, arith::CmpFPredicate::UEQ, elementAt(at), largest);
              Value zero = k.splat(type, 0), address = k.offset(dx, k.add(at, c));
              Value share = arith::SelectOp::create(k.b, here, carried[0], zero);
              k.store(arith::AddFOp::create(k.b, k.load(type, address), share), address);
              return {arith::SelectOp::create(k.b, here, zero, carried[0])}; // what is left for later taps
            });
          });
        },
        [&](Value sample) { clear(dx, sample); });
  }

  void averageGradient() {
    Value dy = e.pointer(root->getOperand(0)), dx = e.results[0];
    eachSample(
        [&](Value sample, Value oy, Value ox) {
          Value count = validCount(oy, ox), out = outputOffset(sample, oy, ox);
          k.pieces(w.channels, [&](Value c, int64_t lanes) {
            Type type = k.vectorOf(k.f32, lanes);
            Value gradient = k.load(type, k.offset(dy, k.add(out, c)));
            Value share = arith::DivFOp::create(k.b, gradient, k.broadcast(count, lanes));
            overTaps(sample, oy, ox, {}, [&](Value at, ValueRange) -> Values {
              Value address = k.offset(dx, k.add(at, c));
              k.store(arith::AddFOp::create(k.b, k.load(type, address), share), address);
              return {};
            });
          });
        },
        [&](Value sample) { clear(dx, sample); });
  }

private:
  // Every output pixel of the task's samples; before: what to do first for a sample.
  void eachSample(llvm::function_ref<void(Value, Value, Value)> body, llvm::function_ref<void(Value)> before) {
    Value low = k.mul(e.task, e.plan.rowGrain), high = k.min(k.add(low, e.plan.rowGrain), w.samples);
    k.each(low, high, k.constant(1), [&](Value sample) {
      before(sample);
      k.each(k.constant(0), w.y.out, k.constant(1), [&](Value oy) {
        k.each(k.constant(0), w.x.out, k.constant(1), [&](Value ox) { body(sample, oy, ox); });
      });
    });
  }
  Value outputOffset(Value sample, Value oy, Value ox) {
    return k.mul(k.add(k.mul(k.add(k.mul(sample, w.y.out), oy), w.x.out), ox), outputPitch);
  }
  // The taps of one axis that lie inside: [low, high) of window positions.
  std::pair<Value, Value> clip(const WindowAxis &axis, Value start) {
    if (!axis.padded)
      return {k.constant(0), k.constant(axis.window)};
    return {k.max(k.sub(k.constant(0), start), k.constant(0)), k.min(k.sub(axis.in, start), k.constant(axis.window))};
  }
  Value startOf(const WindowAxis &axis, Value out) { return k.sub(k.mul(out, axis.stride), axis.before); }
  Value validCount(Value oy, Value ox) {
    auto [yLow, yHigh] = clip(w.y, startOf(w.y, oy));
    auto [xLow, xHigh] = clip(w.x, startOf(w.x, ox));
    return arith::SIToFPOp::create(k.b, k.f32, k.mul(k.sub(yHigh, yLow), k.sub(xHigh, xLow)));
  }
  Values overTaps(Value sample, Value oy, Value ox, ValueRange init, llvm::function_ref<Values(Value, ValueRange)> body) {
    Value y = startOf(w.y, oy), x = startOf(w.x, ox);
    auto [yLow, yHigh] = clip(w.y, y);
    auto [xLow, xHigh] = clip(w.x, x);
    return k.loop(yLow, yHigh, k.constant(1), init, [&, xLow = xLow, xHigh = xHigh](Value ky, ValueRange a) {
      Value line = k.mul(k.add(k.mul(sample, w.y.in), k.add(y, ky)), w.x.in);
      return k.loop(xLow, xHigh, k.constant(1), a, [&](Value kx, ValueRange carried) {
        return body(k.mul(k.add(line, k.add(x, kx)), inputPitch), carried);
      });
    });
  }
  void clear(Value target, Value sample) {
    Value length = k.mul(k.mul(w.y.in, w.x.in), w.channels), base = k.offset(target, k.mul(sample, length));
    k.pieces(length, [&](Value at, int64_t lanes) { k.store(k.splat(k.vectorOf(k.f32, lanes), 0), k.offset(base, at)); });
  }

  KernelEmitter &e;
  KernelBuilder &k;
  Operation *root;
  Window w;
  Value inputPitch, outputPitch; // elements from one pixel to the next
};

void emitPooling(KernelEmitter &e) {
  Operation *root = e.kernel.root();
  PoolWriter(e, root->getOperand(0), root->getResult(0)).forward(isa<ir::MaxPoolOp>(root));
}
void emitPoolingGradient(KernelEmitter &e) {
  Operation *root = e.kernel.root();
  if (auto maximum = dyn_cast<ir::MaxPoolGradOp>(root))
    return PoolWriter(e, maximum.getInput(), maximum.getGradient()).maxGradient();
  auto average = cast<ir::AvgPoolGradOp>(root);
  PoolWriter(e, average.getInput(), average.getGradient()).averageGradient();
}
} // namespace

const Family tenon::codegen::poolingFamily = {"pool", planPooling, emitPooling, 1, true};
const Family tenon::codegen::poolingGradientFamily = {"pool_gradient", planPoolingGradient, emitPoolingGradient};
