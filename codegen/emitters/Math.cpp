// SPDX-License-Identifier: Apache-2.0
// exp, log, tanh and sigmoid as polynomials: the same bits in a vector and alone. Cody-Waite reduction and minimax
// coefficients as in Cephes (S. Moshier, expf.c, logf.c, tanhf.c).
#include "codegen/KernelEmitter.h"
#include <limits>

using namespace mlir;
using namespace tenon::codegen;

namespace {
struct Math {
  KernelBuilder &k;
  Type type, ints;
  Math(KernelBuilder &k, Value x)
      : k(k), type(x.getType()), ints(k.vectorOf(k.i32, KernelBuilder::lanesOf(x))) {}
  Value c(double value) { return k.splat(type, value); }
  Value ci(int64_t value) { return k.splatInt(ints, value); }
  Value add(Value x, Value y) { return arith::AddFOp::create(k.b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(k.b, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(k.b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(k.b, x, y); }
  Value is(arith::CmpFPredicate p, Value x, Value y) { return arith::CmpFOp::create(k.b, p, x, y); }
  Value pick(Value condition, Value x, Value y) { return arith::SelectOp::create(k.b, condition, x, y); }
  Value bits(Value x) { return arith::BitcastOp::create(k.b, ints, x); }
  Value number(Value x) { return arith::BitcastOp::create(k.b, type, x); }
  // highest power first
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value y = c(coefficients[0]);
    for (double coefficient : coefficients.drop_front())
      y = k.fma(y, x, c(coefficient));
    return y;
  }
  // 2^n for integers n in [-126, 127], as a float
  Value power2(Value n) { return number(arith::ShLIOp::create(k.b, arith::AddIOp::create(k.b, n, ci(127)), ci(23))); }
};
constexpr double infinity = std::numeric_limits<double>::infinity();
} // namespace

// x = n ln 2 + r, |r| <= ln 2 / 2; 2^n is applied as two factors, so that results down to denormals come out right.
Value tenon::codegen::emitExp(KernelBuilder &k, Value x) {
  Math m(k, x);
  Value clipped = arith::MinimumFOp::create(k.b, arith::MaximumFOp::create(k.b, x, m.c(-104)), m.c(89));
  Value shift = m.c(12582912); // 1.5 * 2^23: adding and taking it away rounds to the nearest integer on every target
  Value n = m.sub(m.add(m.mul(clipped, m.c(1.44269504088896341)), shift), shift);
  Value r = k.fma(n, m.c(-0.693359375), clipped);
  r = k.fma(n, m.c(2.12194440e-4), r);
  Value p = m.polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  Value y = m.add(k.fma(m.mul(r, r), p, r), m.c(1));
  // NaN would make the conversion undefined: it takes another way.
  Value nan = m.is(arith::CmpFPredicate::UNO, x, x);
  Value whole = arith::FPToSIOp::create(k.b, m.ints, m.pick(nan, m.c(0), n));
  Value half = arith::ShRSIOp::create(k.b, whole, m.ci(1));
  y = m.mul(m.mul(y, m.power2(half)), m.power2(arith::SubIOp::create(k.b, whole, half)));
  return m.pick(nan, x, y);
}

// x = 2^e f, f in [sqrt(1/2), sqrt 2); log x = e ln 2 + log f.
Value tenon::codegen::emitLog(KernelBuilder &k, Value x) {
  Math m(k, x);
  using P = arith::CmpFPredicate;
  Value tiny = m.is(P::OLT, x, m.c(1.17549435e-38)); // denormals are scaled up
  Value scaled = m.pick(tiny, m.mul(x, m.c(8388608)), x);
  Value raw = m.bits(scaled);
  Value exponent = arith::SubIOp::create(k.b, arith::ShRSIOp::create(k.b, raw, m.ci(23)), m.ci(126));
  exponent = arith::SubIOp::create(k.b, exponent, arith::SelectOp::create(k.b, tiny, m.ci(23), m.ci(0)));
  Value f = m.number(arith::OrIOp::create(k.b, arith::AndIOp::create(k.b, raw, m.ci(0x007fffff)), m.ci(0x3f000000)));
  Value below = m.is(P::OLT, f, m.c(0.707106781186547524));
  exponent = arith::SelectOp::create(k.b, below, arith::SubIOp::create(k.b, exponent, m.ci(1)), exponent);
  f = m.sub(m.pick(below, m.add(f, f), f), m.c(1));
  Value e = arith::SIToFPOp::create(k.b, m.type, exponent);
  Value square = m.mul(f, f);
  Value p = m.polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                             -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Value y = m.mul(m.mul(p, f), square);
  y = k.fma(e, m.c(-2.12194440e-4), y);
  y = k.fma(square, m.c(-0.5), y);
  y = k.fma(e, m.c(0.693359375), m.add(f, y));
  y = m.pick(m.is(P::OEQ, x, m.c(infinity)), x, y);
  y = m.pick(m.is(P::OEQ, x, m.c(0)), m.c(-infinity), y);
  Value invalid = m.is(P::ULT, x, m.c(0)); // negative or NaN
  return m.pick(invalid, m.c(std::numeric_limits<double>::quiet_NaN()), y);
}

Value tenon::codegen::emitTanh(KernelBuilder &k, Value x) {
  Math m(k, x);
  Value size = LLVM::FAbsOp::create(k.b, m.type, x);
  // Large: 1 - 2 / (e^2|x| + 1). Small: x + x^3 P(x^2), accurate relative to x down to 0.
  Value large = m.sub(m.c(1), m.div(m.c(2), m.add(emitExp(k, m.add(size, size)), m.c(1))));
  large = LLVM::CopySignOp::create(k.b, m.type, large, x);
  Value square = m.mul(x, x);
  Value p = m.polynomial(square, {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1});
  Value small = k.fma(m.mul(p, square), x, x);
  return m.pick(m.is(arith::CmpFPredicate::OLT, size, m.c(0.625)), small, large);
}

Value tenon::codegen::emitSigmoid(KernelBuilder &k, Value x) {
  Math m(k, x);
  Value e = emitExp(k, arith::NegFOp::create(k.b, x));
  return m.div(m.c(1), m.add(m.c(1), e));
}
