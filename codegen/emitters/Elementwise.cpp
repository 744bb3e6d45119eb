// SPDX-License-Identifier: Apache-2.0
#include "codegen/KernelEmitter.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

Value tenon::codegen::loadElements(KernelBuilder &k, Type element, int64_t lanes, Value address) {
  Value loaded = k.load(k.vectorOf(element, lanes), address);
  if (!element.isInteger(8))
    return loaded;
  return arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, loaded, k.splatInt(loaded.getType(), 0));
}
void tenon::codegen::storeElements(KernelBuilder &k, Type element, Value value, Value address) {
  if (element.isInteger(8))
    value = arith::ExtUIOp::create(k.b, k.vectorOf(k.i8, KernelBuilder::lanesOf(value)), value);
  k.store(value, address);
}

Value tenon::codegen::emitConstant(KernelBuilder &k, ir::ConstantOp op, int64_t lanes) {
  auto dense = cast<DenseElementsAttr>(op.getValue());
  Type type = k.vectorOf(dense.getElementType(), lanes);
  if (dense.getElementType().isF32())
    return k.splat(type, dense.getSplatValue<APFloat>().convertToFloat());
  if (dense.getElementType().isInteger(8))
    return k.splatInt(k.vectorOf(k.i1, lanes), dense.getSplatValue<APInt>().getBoolValue());
  return k.splatInt(type, dense.getSplatValue<APInt>().getSExtValue());
}

namespace {
bool isFloat(Value value) { return isa<FloatType>(KernelBuilder::elementOf(value.getType())); }

template <typename FloatOp, typename IntOp> Value binary(KernelBuilder &k, ArrayRef<Value> v) {
  return isFloat(v[0]) ? Value(FloatOp::create(k.b, v[0], v[1])) : Value(IntOp::create(k.b, v[0], v[1]));
}
Value compare(KernelBuilder &k, arith::CmpFPredicate f, arith::CmpIPredicate i, ArrayRef<Value> v) {
  return isFloat(v[0]) ? Value(arith::CmpFOp::create(k.b, f, v[0], v[1])) : Value(arith::CmpIOp::create(k.b, i, v[0], v[1]));
}

Value convert(KernelBuilder &k, Type to, Value x) {
  int64_t lanes = KernelBuilder::lanesOf(x);
  Type target = k.vectorOf(to, lanes), from = KernelBuilder::elementOf(x.getType());
  if (to.isInteger(8)) // a mask: anything but zero
    return isFloat(x) ? Value(arith::CmpFOp::create(k.b, arith::CmpFPredicate::UNE, x, k.splat(x.getType(), 0)))
           : from.isInteger(1) ? x
                               : Value(arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, x, k.splatInt(x.getType(), 0)));
  if (isa<FloatType>(to)) {
    if (isFloat(x))
      return x;
    return from.isInteger(1) ? Value(arith::UIToFPOp::create(k.b, target, x)) : Value(arith::SIToFPOp::create(k.b, target, x));
  }
  if (isFloat(x)) { // saturating, NaN to 0
    bool wide = to.isInteger(64);
    double high = wide ? 9223371487098961920.0 : 2147483520.0; // the largest f32 below 2^63, 2^31
    int64_t highest = wide ? INT64_MAX : INT32_MAX, lowest = wide ? INT64_MIN : INT32_MIN;
    double low = wide ? -9223372036854775808.0 : -2147483648.0;
    Value above = arith::CmpFOp::create(k.b, arith::CmpFPredicate::OGT, x, k.splat(x.getType(), high));
    Value below = arith::CmpFOp::create(k.b, arith::CmpFPredicate::OLT, x, k.splat(x.getType(), low));
    Value nan = arith::CmpFOp::create(k.b, arith::CmpFPredicate::UNO, x, x);
    Value out = arith::OrIOp::create(k.b, arith::OrIOp::create(k.b, above, below), nan);
    Value safe = arith::SelectOp::create(k.b, out, k.splat(x.getType(), 0), x);
    Value number = arith::FPToSIOp::create(k.b, target, safe);
    number = arith::SelectOp::create(k.b, above, k.splatInt(target, highest), number);
    return arith::SelectOp::create(k.b, below, k.splatInt(target, lowest), number);
  }
  unsigned fromBits = from.getIntOrFloatBitWidth(), toBits = to.getIntOrFloatBitWidth();
  if (fromBits == toBits)
    return x;
  if (fromBits == 1)
    return arith::ExtUIOp::create(k.b, target, x);
  return fromBits < toBits ? Value(arith::ExtSIOp::create(k.b, target, x)) : Value(arith::TruncIOp::create(k.b, target, x));
}

// Philox 4x32-10, word 0, for the lanes' positions index .. index + lanes - 1.
Value philox(KernelBuilder &k, Value index, int64_t lanes, Value seed, Value step, int64_t site) {
  Type words = k.vectorOf(k.i32, lanes), wide = k.vectorOf(k.i64, lanes);
  Value position = k.broadcast(index, lanes);
  if (lanes > 1) {
    SmallVector<int64_t> lane;
    for (int64_t i = 0; i < lanes; ++i)
      lane.push_back(i);
    auto type = cast<VectorType>(wide);
    position = arith::AddIOp::create(k.b, position,
                                     arith::ConstantOp::create(k.b, type, DenseElementsAttr::get(type, ArrayRef<int64_t>(lane))));
  }
  auto low = [&](Value x) -> Value { return arith::TruncIOp::create(k.b, words, x); };
  auto high = [&](Value x) -> Value { return arith::TruncIOp::create(k.b, words, arith::ShRUIOp::create(k.b, x, k.splatInt(wide, 32))); };
  Value spreadSeed = k.broadcast(seed, lanes), spreadStep = k.broadcast(step, lanes);
  Value c0 = low(position), c1 = high(position), c2 = low(spreadStep), c3 = k.splatInt(words, static_cast<int32_t>(site));
  Value k0 = low(spreadSeed), k1 = high(spreadSeed);
  auto multiply = [&](Value x, uint32_t factor) -> Value {
    return arith::MulIOp::create(k.b, arith::ExtUIOp::create(k.b, wide, x), k.splatInt(wide, factor));
  };
  auto exclusive = [&](Value x, Value y) -> Value { return arith::XOrIOp::create(k.b, x, y); };
  for (int round = 0; round < 10; ++round) {
    if (round > 0) {
      k0 = arith::AddIOp::create(k.b, k0, k.splatInt(words, static_cast<int32_t>(0x9E3779B9u)));
      k1 = arith::AddIOp::create(k.b, k1, k.splatInt(words, static_cast<int32_t>(0xBB67AE85u)));
    }
    Value p0 = multiply(c0, 0xD2511F53u), p1 = multiply(c2, 0xCD9E8D57u);
    Value n0 = exclusive(exclusive(high(p1), c1), k0), n2 = exclusive(exclusive(high(p0), c3), k1);
    c0 = n0, c1 = low(p1), c2 = n2, c3 = low(p0);
  }
  return c0;
}

Value dropout(KernelBuilder &k, ir::DropoutOp op, Value x, Value seed, Value step, Value index) {
  double rate = op.getRate().convertToDouble();
  int64_t lanes = KernelBuilder::lanesOf(x);
  Value word = philox(k, index, lanes, seed, step, op.getSite());
  auto threshold = static_cast<uint32_t>(std::ceil(rate * 4294967296.0));
  Value keep = arith::CmpIOp::create(k.b, arith::CmpIPredicate::uge, word, k.splatInt(word.getType(), static_cast<int32_t>(threshold)));
  Value scaled = arith::DivFOp::create(k.b, x, k.splat(x.getType(), static_cast<float>(1.0 - rate)));
  return arith::SelectOp::create(k.b, keep, scaled, k.splat(x.getType(), 0));
}
} // namespace

Value tenon::codegen::emitElementwise(KernelBuilder &k, Operation *op, ArrayRef<Value> v, Value index) {
  using namespace arith;
  auto &b = k.b;
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](ir::AddOp) { return binary<AddFOp, AddIOp>(k, v); })
      .Case([&](ir::SubtractOp) { return binary<SubFOp, SubIOp>(k, v); })
      .Case([&](ir::MultiplyOp) { return binary<MulFOp, MulIOp>(k, v); })
      .Case([&](ir::DivideOp) { return binary<DivFOp, DivSIOp>(k, v); })
      .Case([&](ir::MaximumOp) { return binary<MaximumFOp, MaxSIOp>(k, v); })
      .Case([&](ir::MinimumOp) { return binary<MinimumFOp, MinSIOp>(k, v); })
      .Case([&](ir::NegateOp) { return NegFOp::create(b, v[0]); })
      .Case([&](ir::AbsOp) { return LLVM::FAbsOp::create(b, v[0].getType(), v[0]); })
      .Case([&](ir::ExpOp) { return emitExp(k, v[0]); })
      .Case([&](ir::LogOp) { return emitLog(k, v[0]); })
      .Case([&](ir::SqrtOp) { return LLVM::SqrtOp::create(b, v[0].getType(), v[0]); })
      .Case([&](ir::TanhOp) { return emitTanh(k, v[0]); })
      .Case([&](ir::SigmoidOp) { return emitSigmoid(k, v[0]); })
      .Case([&](ir::ReluOp) {
        Value zero = k.splat(v[0].getType(), 0);
        return SelectOp::create(b, CmpFOp::create(b, CmpFPredicate::OLE, v[0], zero), zero, v[0]); // NaN stays
      })
      .Case([&](ir::GreaterOp) { return compare(k, CmpFPredicate::OGT, CmpIPredicate::sgt, v); })
      .Case([&](ir::GreaterEqualOp) { return compare(k, CmpFPredicate::OGE, CmpIPredicate::sge, v); })
      .Case([&](ir::EqualOp) { return compare(k, CmpFPredicate::OEQ, CmpIPredicate::eq, v); })
      .Case([&](ir::SelectOp) { return SelectOp::create(b, v[0], v[1], v[2]); })
      .Case([&](ir::ConvertOp op) { return convert(k, op.getTo(), v[0]); })
      .Case([&](ir::DropoutOp op) { return dropout(k, op, v[0], v[1], v[2], index); });
}
