// SPDX-License-Identifier: Apache-2.0
#include "codegen/KernelBuilder.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace tenon::codegen;

KernelBuilder::KernelBuilder(Location loc, MLIRContext *context, const ir::Machine &machine)
    : b(loc, context), machine(machine), lanes(machine.lanes), i1(b.getI1Type()), i8(b.getI8Type()), i32(b.getI32Type()),
      i64(b.getI64Type()), f32(b.getF32Type()), f64(b.getF64Type()), pointer(LLVM::LLVMPointerType::get(context)) {}

Value KernelBuilder::constant(int64_t value) { return arith::ConstantOp::create(b, b.getI64IntegerAttr(value)); }

std::optional<int64_t> KernelBuilder::constantOf(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

Value KernelBuilder::add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
Value KernelBuilder::sub(Value x, Value y) { return b.createOrFold<arith::SubIOp>(x, y); }
Value KernelBuilder::mul(Value x, Value y) { return b.createOrFold<arith::MulIOp>(x, y); }
Value KernelBuilder::div(Value x, Value y) { return b.createOrFold<arith::DivUIOp>(x, y); }
Value KernelBuilder::rem(Value x, Value y) {
  return constantOf(y) == 1 ? constant(0) : b.createOrFold<arith::RemUIOp>(x, y);
}
Value KernelBuilder::min(Value x, Value y) { return b.createOrFold<arith::MinSIOp>(x, y); }
Value KernelBuilder::max(Value x, Value y) { return b.createOrFold<arith::MaxSIOp>(x, y); }
Value KernelBuilder::compare(arith::CmpIPredicate predicate, Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(predicate, x, y);
}
Value KernelBuilder::select(Value condition, Value x, Value y) { return b.createOrFold<arith::SelectOp>(condition, x, y); }
Value KernelBuilder::andI(Value x, Value y) { return b.createOrFold<arith::AndIOp>(x, y); }

Value KernelBuilder::expression(AffineExpr expr, ArrayRef<Value> symbols) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return constant(c.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value l = expression(binary.getLHS(), symbols), r = expression(binary.getRHS(), symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return add(l, r);
  case AffineExprKind::Mul:
    return mul(l, r);
  case AffineExprKind::FloorDiv: // sizes may be negative before the entry checks have been evaluated
    return b.createOrFold<arith::FloorDivSIOp>(l, r);
  case AffineExprKind::CeilDiv:
    return b.createOrFold<arith::CeilDivSIOp>(l, r);
  default:
    return sub(l, mul(b.createOrFold<arith::FloorDivSIOp>(l, r), r));
  }
}

Value KernelBuilder::offset(Value base, Value elements, Type element) {
  if (auto c = constantOf(elements); c && *c == 0)
    return base;
  return LLVM::GEPOp::create(b, pointer, element, base, ArrayRef<LLVM::GEPArg>{LLVM::GEPArg(elements)});
}
Value KernelBuilder::offset(Value base, int64_t elements) {
  if (elements == 0)
    return base;
  return LLVM::GEPOp::create(b, pointer, f32, base, ArrayRef<LLVM::GEPArg>{LLVM::GEPArg(static_cast<int32_t>(elements))});
}

static unsigned elementBytes(Type type) {
  Type element = KernelBuilder::elementOf(type);
  return isa<LLVM::LLVMPointerType>(element) ? 8 : std::max(1u, element.getIntOrFloatBitWidth() / 8);
}
Value KernelBuilder::load(Type type, Value address) { return LLVM::LoadOp::create(b, type, address, elementBytes(type)); }
void KernelBuilder::store(Value value, Value address) {
  LLVM::StoreOp::create(b, value, address, elementBytes(value.getType()));
}
void KernelBuilder::prefetch(Value address) {
  constexpr uint32_t read = 0, intoL2 = 2, data = 1;
  LLVM::Prefetch::create(b, address, read, intoL2, data);
}
Value KernelBuilder::loadMasked(Type vectorType, Value address, Value mask) {
  Value zero = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(vectorType)));
  return LLVM::MaskedLoadOp::create(b, vectorType, address, mask, zero, b.getI32IntegerAttr(elementBytes(vectorType)), UnitAttr());
}
void KernelBuilder::storeMasked(Value value, Value address, Value mask) {
  LLVM::MaskedStoreOp::create(b, value, address, mask, b.getI32IntegerAttr(elementBytes(value.getType())));
}
Value KernelBuilder::leadingMask(int64_t lanes, int64_t count) {
  SmallVector<bool> bits;
  for (int64_t i = 0; i < lanes; ++i)
    bits.push_back(i < count);
  auto type = VectorType::get({lanes}, i1);
  return arith::ConstantOp::create(b, type, DenseElementsAttr::get(type, ArrayRef<bool>(bits)));
}

Type KernelBuilder::vectorOf(Type element, int64_t lanes) {
  return lanes == 1 ? element : Type(VectorType::get({lanes}, element));
}
int64_t KernelBuilder::lanesOf(Value value) {
  auto vector = dyn_cast<VectorType>(value.getType());
  return vector ? vector.getDimSize(0) : 1;
}
Type KernelBuilder::elementOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getElementType() : type;
}
Value KernelBuilder::splat(Type type, double value) {
  auto element = b.getFloatAttr(elementOf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, vector, DenseElementsAttr::get(vector, Attribute(element)));
  return arith::ConstantOp::create(b, element);
}
Value KernelBuilder::splatInt(Type type, int64_t value) {
  auto element = b.getIntegerAttr(elementOf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, vector, DenseElementsAttr::get(vector, Attribute(element)));
  return arith::ConstantOp::create(b, cast<TypedAttr>(Attribute(element)));
}
Value KernelBuilder::broadcast(Value scalar, int64_t lanes) {
  return lanes == 1 ? scalar : vector::BroadcastOp::create(b, VectorType::get({lanes}, scalar.getType()), scalar);
}
Value KernelBuilder::fma(Value x, Value y, Value z) { return LLVM::FMulAddOp::create(b, x.getType(), x, y, z); }

Value KernelBuilder::horizontal(Value vector, llvm::function_ref<Value(Value, Value)> combine) {
  for (int64_t width = lanesOf(vector); width > 1; width /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < width / 2; ++i) {
      low.push_back(i);
      high.push_back(i + width / 2);
    }
    if (width == 2) {
      Value first = vector::ExtractOp::create(b, vector, int64_t(0)), second = vector::ExtractOp::create(b, vector, int64_t(1));
      return combine(first, second);
    }
    vector = combine(vector::ShuffleOp::create(b, vector, vector, low), vector::ShuffleOp::create(b, vector, vector, high));
  }
  return vector;
}

Values KernelBuilder::loop(Value low, Value high, Value step, ValueRange init,
                           llvm::function_ref<Values(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(b, low, high, step, init, [&](OpBuilder &inner, Location, Value iv, ValueRange carried) {
    OpBuilder::InsertionGuard guard(b);
    b.restoreInsertionPoint(inner.saveInsertionPoint());
    scf::YieldOp::create(b, body(iv, carried));
  });
  return Values(op.getResults().begin(), op.getResults().end());
}
void KernelBuilder::each(Value low, Value high, Value step, llvm::function_ref<void(Value)> body) {
  auto l = constantOf(low), h = constantOf(high), s = constantOf(step);
  if (l && h && s && *l >= *h)
    return;
  if (l && h && s && *l + *s >= *h) // runs once: no loop
    return body(low);
  loop(low, high, step, {}, [&](Value i, ValueRange) {
    body(i);
    return Values{};
  });
}
void KernelBuilder::when(Value condition, llvm::function_ref<void()> body) {
  if (auto c = constantOf(condition))
    return *c ? body() : void();
  auto op = scf::IfOp::create(b, TypeRange{}, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.thenBlock());
  body();
}

void KernelBuilder::pieces(Value length, llvm::function_ref<void(Value, int64_t)> body) {
  if (auto count = constantOf(length)) {
    int64_t whole = *count / lanes * lanes;
    each(0, constant(whole), lanes, [&](Value i) { body(i, lanes); });
    int64_t at = whole;
    for (int64_t width = lanes / 2; width >= 1; width /= 2)
      if (at + width <= *count) {
        body(constant(at), width);
        at += width;
      }
    return;
  }
  Value whole = mul(div(length, lanes), lanes);
  each(constant(0), whole, constant(lanes), [&](Value i) { body(i, lanes); });
  each(whole, length, constant(1), [&](Value i) { body(i, 1); });
}

Value KernelBuilder::repeated(ModuleOp module, float value, int64_t count) {
  assert((value == 0 || std::isnan(value)) && "the name says which value it is");
  const char *name = value == 0 ? "zeros" : "nans";
  auto type = LLVM::LLVMArrayType::get(f32, count);
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    auto elements = DenseElementsAttr::get(RankedTensorType::get({count}, f32), value);
    LLVM::GlobalOp::create(b, type, /*isConstant=*/true, LLVM::Linkage::Internal, name, elements, /*alignment=*/64);
  }
  return LLVM::AddressOfOp::create(b, pointer, name);
}
