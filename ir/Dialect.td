// SPDX-License-Identifier: Apache-2.0
// The dialect `tenon` and the contract of its ops.
#ifndef TENON_IR_DIALECT_TD
#define TENON_IR_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tenon_Dialect : Dialect {
  let name = "tenon";
  let summary = "What a neural network means, layer by layer";
  let description = [{
    Values are builtin ranked tensors of `f32`, `i32`, `i64` and `i8` (masks: 0 or 1), images NHWC, weights in Keras's
    order. A dimension may be `?`: every `?` of a function is an expression over the symbols its inputs bind.
    Variables are symbols; a function reads each once at entry and assigns it once at its end, all between is pure.
  }];
  let cppNamespace = "::tenon::ir";
  let hasConstantMaterializer = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def Tenon_NodeInterface : OpInterface<"NodeInterface"> {
  let description = [{The contract of every op that computes: declared on the base class, so a forgotten method is a
    link error.}];
  let cppNamespace = "::tenon::ir";
  let methods = [
    InterfaceMethod<[{The result's element types and shapes from the operands', as expressions over the function's
      symbols; adds the conditions that hold only for some symbol values.}],
      "::llvm::LogicalResult", "inferSymbolic", (ins "::tenon::ir::ShapeInference &":$shapes)>,
    InterfaceMethod<"The plainest right loop, in f64: the meaning of the op.",
      "::llvm::LogicalResult", "evaluate",
      (ins "::llvm::ArrayRef<::tenon::ir::Literal>":$inputs, "::llvm::SmallVectorImpl<::tenon::ir::Literal> &":$results)>,
    InterfaceMethod<[{Reverse mode: given the gradients of the results (null: zero), appends one gradient per operand
      (null: none). Fails with a diagnostic when the op has no gradient.}],
      "::llvm::LogicalResult", "buildGradient",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGradients,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$operandGradients)>];
}

def Tenon_Tensor : AnyTypeOf<[RankedTensorOf<[F32, F64, I32, I64, I8]>]>;
def Tenon_Float : RankedTensorOf<[F32]>;
def Tenon_Int : RankedTensorOf<[I32, I64]>;
def Tenon_Mask : RankedTensorOf<[I8]>;
def Tenon_Scalar : 0DTensorOf<[F32]>;
def Tenon_ScalarInt : 0DTensorOf<[I64]>;

// The last operand gives a shape only: its data is not read, so it need not be kept.
def Tenon_ShapeOperand : NativeOpTrait<"ShapeOperand"> { let cppNamespace = "::tenon::ir"; }
// One value per element from the elements at the same (broadcast) index: may stand in an epilogue.
def Tenon_Elementwise : NativeOpTrait<"Elementwise"> { let cppNamespace = "::tenon::ir"; }

class Tenon_AnyOp<string mnemonic, list<Trait> traits = []> : Op<Tenon_Dialect, mnemonic, traits>;

// Every op that computes. `inferShapes` is the one shape function: result types and symbolic shapes both come from it.
class Tenon_NodeBase<string mnemonic, list<Trait> traits = []> : Tenon_AnyOp<mnemonic, !listconcat(traits, [
    Pure, InferTypeOpAdaptor, DeclareOpInterfaceMethods<Tenon_NodeInterface>])> {
  let extraClassDeclaration = [{
    static ::llvm::LogicalResult inferShapes(::tenon::ir::ShapeInference &shapes, Adaptor op);
  }];
  string inference = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *context, std::optional<::mlir::Location> loc,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::tenon::ir::inferNodeTypes<$cppClass>(context, loc, adaptor, types);
    }
    ::llvm::LogicalResult $cppClass::inferSymbolic(::tenon::ir::ShapeInference &shapes) {
      return $cppClass::inferShapes(shapes, Adaptor(*this));
    }
  }];
  string noGradient = [{
    ::llvm::LogicalResult $cppClass::buildGradient(::mlir::OpBuilder &, ::mlir::ValueRange,
        ::llvm::SmallVectorImpl<::mlir::Value> &gradients) {
      gradients.append(getOperation()->getNumOperands(), ::mlir::Value());
      return ::mlir::success();
    }
  }];
  string folding = [{
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return ::tenon::ir::foldByEvaluate(getOperation(), adaptor.getOperands());
    }
  }];
}
// One result, differentiable, folded by its own evaluate when all operands are small constants.
class Tenon_Node<string mnemonic, list<Trait> traits = []> : Tenon_NodeBase<mnemonic, traits> {
  let hasFolder = 1;
  let extraClassDefinition = inference # folding;
}
// One result through which no gradient flows (comparisons, conversions to integers, counts, gradient ops).
class Tenon_FlatNode<string mnemonic, list<Trait> traits = []> : Tenon_NodeBase<mnemonic, traits> {
  let hasFolder = 1;
  let extraClassDefinition = inference # folding # noGradient;
}
// Several results or random: never folded.
class Tenon_OpaqueNode<string mnemonic, list<Trait> traits = []> : Tenon_NodeBase<mnemonic, traits> {
  let extraClassDefinition = inference;
}
class Tenon_OpaqueFlatNode<string mnemonic, list<Trait> traits = []> : Tenon_NodeBase<mnemonic, traits> {
  let extraClassDefinition = inference # noGradient;
}

#endif
