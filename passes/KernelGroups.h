// SPDX-License-Identifier: Apache-2.0
// Which ops of a function become one kernel. Decided on the ops as they stand, before anything is rewritten.
#pragma once
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include "llvm/ADT/SetVector.h"

namespace tenon::passes {

/// What an op is to a kernel.
enum class Role {
  Outside,     ///< stays in the block: views, kernels, scans, assigns, the return
  Source,      ///< stays at the function's entry: reads, constants too large to repeat
  Leaf,        ///< repeated in each kernel that uses it: small constants, counts, broadcasts, columns, scalars made of these
  Elementwise, ///< epilogue, map or prologue
  Reduction,   ///< reduce_sum, reduce_max
  Contraction, ///< matmul, conv, conv_input_grad: a root with packed weights
  Single,      ///< a kernel of its own: everything else
};
Role roleOf(mlir::Operation *op);

/// Ops that become one kernel, or one op that stays outside.
struct KernelGroup {
  llvm::SmallVector<mlir::Operation *, 4> ops; ///< the root first, then what is added to it in the same accumulators; reductions and
                                               ///< joined columns last; otherwise in program order
  mlir::Operation *root = nullptr;             ///< a contraction or a single op; null for maps and reductions
  bool outside = false;                        ///< one op that stays in the function
  ir::SymbolicShape shape;                     ///< the iteration shape: the root's result, the reductions' operand
  unsigned position = 0;                       ///< of its last op in the function

  /// Values the kernel takes, in the order of use, and values that others need.
  llvm::SetVector<mlir::Value> operands;
  llvm::SmallVector<mlir::Value, 2> results;
};

/// The fusion decisions alone: groups in the order of their first op, operands and results not yet known.
std::vector<KernelGroup> fuse(mlir::Block &block, const ir::SymbolicShapes &shapes);

class KernelGroups {
public:
  /// The groups of one block of a function: its own or a scan's body. Fails (with a diagnostic) when the function's shapes
  /// contradict each other.
  static mlir::FailureOr<KernelGroups> plan(mlir::func::FuncOp function, mlir::Block &block);

  /// Every group after those it takes operands from, otherwise in program order.
  llvm::ArrayRef<KernelGroup> ordered() const { return groups; }
  /// Is the value a leaf that is repeated inside the group (otherwise it is an operand)?
  bool repeats(const KernelGroup &group, mlir::Value value) const;
  /// What a broadcast to `like` reads its shape from: a value the group has anyway, `like` itself when there is none.
  mlir::Value shapeSource(const KernelGroup &group, mlir::Value like) const;

private:
  explicit KernelGroups(ir::SymbolicShapes shapes) : shapes(std::move(shapes)) {}
  void collect(KernelGroup &group, mlir::Value value);
  void collectOperands(KernelGroup &group);
  void addNeededLeaves();
  void order();

  ir::SymbolicShapes shapes;
  std::vector<KernelGroup> groups;
};

} // namespace tenon::passes
