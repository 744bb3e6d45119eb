// SPDX-License-Identifier: Apache-2.0
// What every emitter family works with: the kernel's body, its function's arguments as code, and the family table.
#pragma once
#include "codegen/Kernel.h"
#include "codegen/KernelBuilder.h"

namespace tenon::codegen {

/// A kernel function being written: void kernel(operand pointers.., result pointers.., scratch, i64 sizes.., i64 task).
class KernelEmitter {
public:
  KernelEmitter(const Kernel &kernel, KernelBuilder &builder, const KernelPlan &plan);

  const Kernel &kernel;
  KernelBuilder &k;
  const KernelPlan &plan;
  Values sizes;        // the kernel's sizes
  Value task, scratch; // which task of plan.tasks; shared scratch memory
  Values results;      // pointers

  Value pointer(mlir::Value argument) const { return arguments.find(argument)->second; }
  /// A dimension of any value of the body.
  Value dim(mlir::Value value, int64_t axis) { return k.expression(kernel.shape(value)[axis], sizes); }
  Value size(mlir::AffineExpr expr) { return k.expression(expr, sizes); }

  /// Where the rows (all axes but the last) of a value lie: its first element, and the elements from one row to the next.
  struct Rows {
    Value base, pitch;
  };
  /// Of a block argument or a slice of one along the last axis.
  Rows rows(mlir::Value value);
  /// Of the kernel's result i.
  Rows resultRows(unsigned i);

  llvm::DenseMap<mlir::Value, Value> arguments; // block argument -> pointer
};

/// One family of kernels: how its work is cut and how its code is written.
struct Family {
  const char *name;
  KernelPlan (*plan)(const Kernel &kernel, const ir::Machine &machine);
  void (*emit)(KernelEmitter &emitter);
  /// How many of the root's first operands may be columns of something wider, and whether results may.
  unsigned readsColumns = 0;
  bool writesColumns = false;
};
/// The family of a kernel, by its root; null when no emitter takes it.
const Family *familyOf(const Kernel &kernel);
/// The same by the root alone; null stands for elementwise ops only.
const Family *familyOfRoot(mlir::Operation *root);
/// May an operand of a kernel be some columns of something wider, read with a pitch? May a result?
bool readsColumns(ir::KernelOp kernel, unsigned operand);
bool writesColumns(ir::KernelOp kernel, unsigned result);

extern const Family contractionFamily, depthwiseFamily, depthwiseGradientFamily, filterGradientFamily, mapFamily, reductionFamily,
    poolingFamily, poolingGradientFamily, softmaxFamily, argmaxFamily, oneHotFamily, packFamily, copyFamily, gatherFamily,
    gatherConvFamily, rowListsFamily, sumRowsFamily, sumWindowsFamily;

/// The code of an elementwise op on vectors (or scalars) of its operands; masks are i1. index: the row-major position of
/// the first lane, for ops that depend on it (null elsewhere).
Value emitElementwise(KernelBuilder &k, mlir::Operation *op, llvm::ArrayRef<Value> operands, Value index = {});
/// A splat constant of a vector of `lanes` elements.
Value emitConstant(KernelBuilder &k, ir::ConstantOp op, int64_t lanes);
/// Reads a tensor element type as the type kernels compute with: i8 masks become i1.
Value loadElements(KernelBuilder &k, Type element, int64_t lanes, Value address);
void storeElements(KernelBuilder &k, Type element, Value value, Value address);

// Transcendental functions on f32 vectors or scalars, with the error in units of the last place
// that tests/codegen/math_test.cpp holds them to.
Value emitExp(KernelBuilder &k, Value x);     // 1 ULP
Value emitLog(KernelBuilder &k, Value x);     // 1 ULP
Value emitTanh(KernelBuilder &k, Value x);    // 1.5 ULP
Value emitSigmoid(KernelBuilder &k, Value x); // 2.5 ULP

} // namespace tenon::codegen
