// SPDX-License-Identifier: Apache-2.0
// What one entry does, in order: stages of kernel calls, where every value lies, and what is copied at the end.
#pragma once
#include "codegen/Kernel.h"
#include "codegen/MemoryPlan.h"
#include "ir/target/Machine.h"

namespace tenon::codegen {

/// The kernels of a program, each once, by their canonical text.
struct KernelTable {
  struct Entry {
    std::string text, symbol;
    std::string schedule; // in words
  };
  std::vector<Entry> kernels;
  llvm::StringMap<unsigned> byText;
};

/// Where a value lies. Loop: inside a loop, the value of that number in LoopPlan::values.
struct Place {
  enum Kind { Nowhere, Arena, Input, Output, Variable, Constant, Loop } kind = Nowhere;
  unsigned index = 0;
  int64_t offset = 0; // bytes behind the start, of columns of something wider
  bool operator==(const Place &o) const { return kind == o.kind && index == o.index && offset == o.offset; }
};

struct KernelCall {
  unsigned kernel = 0;
  llvm::SmallVector<Place, 4> operands, results;
  Place scratch;
  llvm::SmallVector<mlir::AffineExpr, 4> sizes;
  mlir::AffineExpr tasks;
  std::vector<std::string> layers; // whose ops the kernel holds
  double seconds = 0;              // predicted, see ir::kernelSeconds
  mlir::AffineExpr flops; // multiply-adds counted twice; null when it is no contraction
};
struct LoopPlan;
/// One fork-join.
struct StagePlan {
  std::vector<KernelCall> calls;
  std::vector<LoopPlan> loops;
};

/// A value inside a loop: an address that moves with the steps and with the block of rows.
struct LoopValue {
  Place base;
  mlir::AffineExpr stepBytes;  // null: the same at every step
  mlir::AffineExpr rowBytes;   // null: the same for every block of rows
  mlir::AffineExpr otherBytes; // not null: two buffers that take turns, so far apart
};

/// A scan. Its batch is cut into blocks of rows that loop each on its own (one task each), or, where a step is worth it,
/// every step is cut into its kernels' tasks. What is right for a size follows from sizes alone.
struct LoopPlan {
  mlir::AffineExpr steps;
  bool reverse = false;
  mlir::AffineExpr rows, blocks; // null rows: the loop is one piece
  unsigned rowSymbol = 0;
  bool stepwise = false;  // the steps' weights outgrow the cache: always cut every step
  std::vector<LoopValue> values;
  std::vector<StagePlan> stages; // of one step; kernels in them know places of kind Loop
  struct Copy {
    unsigned from, to;
    mlir::AffineExpr bytes;
  };
  std::vector<Copy> copies; // at the end of a step
  struct Carried {
    unsigned value, next; // after a step `value` is where `next` is
    Place last;           // gets the value after the last step
    mlir::AffineExpr bytes;
  };
  std::vector<Carried> carried;
  mlir::AffineExpr flops; // of one step
  std::vector<std::string> layers;
};
struct CopyPlan {
  Place from, to;
  mlir::AffineExpr bytes;
};

struct EntryPlan {
  std::string name;
  mlir::func::FuncOp function;
  std::vector<std::string> symbols;
  std::vector<ir::ShapeCheck> checks;
  std::vector<StagePlan> stages;
  std::vector<CopyPlan> copies; // after the last stage, in order
  std::vector<Buffer> buffers;
  MemoryPlan memory;
  std::vector<mlir::DenseElementsAttr> constants;
  std::vector<std::string> variables; // names, as Place::Variable counts them in this entry
  std::vector<std::string> assigned;
  std::vector<ir::SymbolicShape> outputs;
};

/// Plans a function of an optimised module; adds its kernels to the table. Fails with a diagnostic when an op has no
/// emitter.
mlir::FailureOr<EntryPlan> planEntry(mlir::func::FuncOp function, const ir::Machine &machine, KernelTable &table);

} // namespace tenon::codegen
