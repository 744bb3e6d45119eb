// SPDX-License-Identifier: Apache-2.0
// The dialect `tenon`: its ops, attributes and their contract.
#pragma once
#include "ir/Literal.h"
#include "ir/ShapeInference.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace tenon::ir {
template <typename Op> class ShapeOperand : public mlir::OpTrait::TraitBase<Op, ShapeOperand> {};
template <typename Op> class Elementwise : public mlir::OpTrait::TraitBase<Op, Elementwise> {};

/// Is the operand read for its shape only?
bool isShapeOnly(mlir::OpOperand &operand);
} // namespace tenon::ir

#include "ir/Dialect.h.inc"
#include "ir/Interfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attributes.h.inc"
#define GET_OP_CLASSES
#include "ir/Ops.h.inc"
