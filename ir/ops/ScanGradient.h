// SPDX-License-Identifier: Apache-2.0
// The gradient of a scan: a scan that runs the other way.
#pragma once
#include "ir/Dialect.h"
#include "ir/ReverseMode.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace tenon::ir {

/// The number of steps, where a sequence's type tells it.
int64_t lengthOf(ScanOp scan);

/// The pieces a scan is made from: each operand with the value that stands for it in a block of ops, and the values that
/// block yields (carried ones first).
struct ScanParts {
  using Bound = std::pair<mlir::Value, mlir::Value>; // operand, value in the block
  llvm::SmallVector<Bound, 8> sequences, initial, invariants;
  llvm::SmallVector<mlir::Value, 8> yields;
  int64_t length = mlir::ShapedType::kDynamic; // of the sequences, where it is known

  /// Clones the ops of `block` that the yields need into a new scan.
  ScanOp create(mlir::OpBuilder &builder, mlir::Location loc, bool reverse, mlir::Block &block) const;
};

/// Differentiates the body once. Values of the forward body that its gradient needs become stacked results of the forward
/// scan; the sum over the steps of an outer product (a weight's gradient) becomes one contraction over all steps behind
/// the backward scan, every other gradient of an invariant value is carried.
class ScanGradient {
public:
  ScanGradient(ScanOp forward, mlir::OpBuilder &builder) : forward(forward), b(builder) {}
  /// As NodeInterface's buildGradient; the forward scan is replaced when it must keep more.
  llvm::LogicalResult build(mlir::ValueRange resultGradients, llvm::SmallVectorImpl<mlir::Value> &operandGradients);

private:
  /// One term of the gradient of an invariant value: a product or sum whose operands are stacked and which is made behind
  /// the loop, or (op is null) a value that is summed in a carried one.
  struct Term {
    unsigned invariant;
    mlir::Operation *op;
    mlir::Value value;
  };

  ReverseMode draft(mlir::ValueRange resultGradients);
  void findTerms(mlir::Value gradient, unsigned invariant);
  bool isForward(mlir::Value value) const;
  void needStack(mlir::Value value);
  void needForward(mlir::Value value);
  void keepForwardValues();
  mlir::Value stackOf(mlir::Value value) const;
  mlir::Value finish(const Term &term) const;
  mlir::Value zeros(mlir::Value like);

  ScanOp forward;
  mlir::OpBuilder &b;
  mlir::Block block;                          // the forward body, then its gradient
  mlir::IRMapping copied;                     // forward body -> block
  llvm::DenseMap<mlir::Value, mlir::Value> original; // block -> forward body
  llvm::DenseMap<mlir::Value, mlir::Value> stacks;   // value in the block -> its stack outside
  llvm::SetVector<mlir::Value> kept;                 // forward values that the gradient needs
  llvm::MapVector<mlir::Value, unsigned> stacked;    // value in the block -> number of the yield that stacks it
  llvm::SmallVector<Term> terms;
  llvm::DenseSet<mlir::Operation *> followed; // by needForward
  ScanParts parts;
};

} // namespace tenon::ir
