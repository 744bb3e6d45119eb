// SPDX-License-Identifier: Apache-2.0
// Where the values of an entry lie while it is planned: places given beforehand, and new buffers of the arena with the
// stages they are alive in.
#pragma once
#include "codegen/EntryPlan.h"

namespace tenon::codegen {

/// Views share their operand's memory: the value that has memory of its own.
mlir::Value storageOf(mlir::Value value);

class ValuePlaces {
public:
  /// Buffers and constants are added to the plan.
  ValuePlaces(EntryPlan &plan, const ir::SymbolicShapes &shapes) : plan(plan), shapes(shapes) {}

  mlir::AffineExpr bytesOf(mlir::Value value) const;
  bool has(mlir::Value storage) const { return places.count(storage); }
  /// The place of a storage; Nowhere when it has none.
  Place of(mlir::Value storage) const { return places.lookup(storage); }
  void set(mlir::Value storage, Place place) { places[storage] = place; }

  Place newBuffer(mlir::AffineExpr bytes, int64_t stage);
  Place newConstant(ir::ConstantOp constant);
  /// Where a result of a kernel or scan goes: where it was placed already, or a new buffer.
  Place placeResult(mlir::Value result, int64_t stage);
  /// Keeps the storage's buffer, if it has one, alive until the stage.
  void useUntil(mlir::Value storage, int64_t stage);

private:
  EntryPlan &plan;
  const ir::SymbolicShapes &shapes;
  llvm::DenseMap<mlir::Value, Place> places;
  llvm::DenseMap<mlir::Value, unsigned> bufferOf;
};

} // namespace tenon::codegen
