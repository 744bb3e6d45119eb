// SPDX-License-Identifier: Apache-2.0
// Short names for the few operations kernels are written in: i64 arithmetic (folded where constant), pointers, vectors,
// counted loops. Everything an emitter writes goes through here, so the code it makes stays uniform.
#pragma once
#include "ir/target/Machine.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tenon::codegen {

using mlir::Type;
using mlir::Value;
using Values = llvm::SmallVector<Value>;

class KernelBuilder {
public:
  KernelBuilder(mlir::Location loc, mlir::MLIRContext *context, const ir::Machine &machine);

  mlir::ImplicitLocOpBuilder b;
  const ir::Machine &machine;
  const int64_t lanes; // f32 per vector register
  Type i1, i8, i32, i64, f32, f64, pointer;

  // i64 arithmetic; constants fold.
  Value constant(int64_t value);
  static std::optional<int64_t> constantOf(Value value);
  Value add(Value x, Value y);
  Value add(Value x, int64_t y) { return y == 0 ? x : add(x, constant(y)); }
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  Value mul(Value x, int64_t y) { return mul(x, constant(y)); }
  Value div(Value x, Value y); // of non-negative numbers
  Value div(Value x, int64_t y) { return div(x, constant(y)); }
  Value rem(Value x, Value y); // of non-negative numbers
  Value min(Value x, Value y);
  Value max(Value x, Value y);
  Value compare(mlir::arith::CmpIPredicate predicate, Value x, Value y);
  Value select(Value condition, Value x, Value y);
  Value andI(Value x, Value y);
  /// 0 <= x < size, as one unsigned comparison.
  Value inside(Value x, Value size) { return compare(mlir::arith::CmpIPredicate::ult, x, size); }
  /// An expression over symbols as code.
  Value expression(mlir::AffineExpr expr, llvm::ArrayRef<Value> symbols);

  // Memory: element offsets, alignment of one element.
  Value offset(Value base, Value elements, Type element);
  Value offset(Value base, Value elements) { return offset(base, elements, f32); }
  Value offset(Value base, int64_t elements);
  Value load(Type type, Value address);
  Value loadF32(Value address) { return load(f32, address); }
  void store(Value value, Value address);
  /// Asks for the line of an address, which need not be one of anything, to be brought into L2.
  void prefetch(Value address);
  Value loadMasked(Type vectorType, Value address, Value mask);
  void storeMasked(Value value, Value address, Value mask);
  /// count leading lanes on.
  Value leadingMask(int64_t lanes, int64_t count);

  // Vectors: one lane is the plain scalar type.
  Type vectorOf(Type element, int64_t lanes);
  static int64_t lanesOf(Value value);
  static Type elementOf(Type type);
  Value splat(Type type, double value);       // constant of a float type or vector
  Value splatInt(Type type, int64_t value);   // constant of an integer type or vector
  Value broadcast(Value scalar, int64_t lanes);
  Value fma(Value x, Value y, Value z);       // x * y + z, fused on targets that have it
  /// All lanes combined by halves, in an order that depends on the lane count alone.
  Value horizontal(Value vector, llvm::function_ref<Value(Value, Value)> combine);

  /// for (i = low; i < high; i += step) with loop-carried values.
  Values loop(Value low, Value high, Value step, mlir::ValueRange init,
              llvm::function_ref<Values(Value, mlir::ValueRange)> body);
  void each(Value low, Value high, Value step, llvm::function_ref<void(Value)> body);
  void each(int64_t low, Value high, int64_t step, llvm::function_ref<void(Value)> body) {
    each(constant(low), high, constant(step), body);
  }
  void when(Value condition, llvm::function_ref<void()> body);
  /// Vector pieces covering [0, length): whole registers in a loop, then halves down to one element (a static length) or
  /// single elements in a loop (a dynamic one). body(element offset, lanes).
  void pieces(Value length, llvm::function_ref<void(Value, int64_t)> body);

  /// count elements of one f32 value in read-only memory.
  Value repeated(mlir::ModuleOp module, float value, int64_t count);
  /// Of zeros: the row that padding reads.
  Value zeros(mlir::ModuleOp module, int64_t count) { return repeated(module, 0, count); }
};

} // namespace tenon::codegen
