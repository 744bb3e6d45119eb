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

/// A node's result types from its operands and attributes. While an op is parsed its attributes still stand in the
/// dictionary; a missing one is an error here, so that no shape function meets a null attribute.
template <typename Node>
mlir::LogicalResult inferNodeTypes(mlir::MLIRContext *context, std::optional<mlir::Location> loc,
                                   typename Node::Adaptor adaptor, llvm::SmallVectorImpl<mlir::Type> &types) {
  auto properties = adaptor.getProperties();
  if constexpr (!std::is_same_v<decltype(properties), mlir::EmptyProperties>)
    for (llvm::StringRef name : Node::getAttributeNames()) {
      if (Node::getInherentAttr(context, properties, name).value_or(nullptr))
        continue;
      if (mlir::Attribute parsed = adaptor.getAttributes() ? adaptor.getAttributes().get(name) : nullptr)
        Node::setInherentAttr(properties, name, parsed);
      if (!Node::getInherentAttr(context, properties, name).value_or(nullptr))
        return mlir::emitOptionalError(loc, "'", Node::getOperationName(), "' op requires attribute '", name, "'");
    }
  typename Node::Adaptor complete(adaptor.getOperands(), adaptor.getAttributes(), properties);
  return ShapeInference::inferTypes(context, loc, adaptor.getOperands(), types,
                                    [&](ShapeInference &shapes) { return Node::inferShapes(shapes, complete); });
}
} // namespace tenon::ir

#include "ir/Dialect.h.inc"
#include "ir/Interfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attributes.h.inc"
#define GET_OP_CLASSES
#include "ir/Ops.h.inc"
