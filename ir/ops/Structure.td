// SPDX-License-Identifier: Apache-2.0
// What holds programs together: constants, variables, kernels.
#ifndef TENON_IR_STRUCTURE_TD
#define TENON_IR_STRUCTURE_TD
include "ir/Dialect.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

class Tenon_Attr<string name, string mnemonicName> : AttrDef<Tenon_Dialect, name> { let mnemonic = mnemonicName; }

def Tenon_PackedAttr : Tenon_Attr<"Packed", "packed"> {
  let summary = "layout of a contraction's weights in memory: panels of columns";
  let description = [{
    The encoding of a tensor type: the value is the plain tensor's, memory holds `[ceil(N / panel)][K][panel]`, columns
    beyond N are zero. Forward: N is the last axis, K all others in order (a filter's window and channels, a matrix's
    rows). Backward (data gradients): N is the axis before the last, K the flipped window and then the last axis.
  }];
  let parameters = (ins "int64_t":$panel, "bool":$backward);
  let assemblyFormat = "`<` struct(params) `>`";
}
def Tenon_ScheduleAttr : Tenon_Attr<"Schedule", "schedule"> {
  let summary = "how a kernel is computed: algorithm and register tile";
  let parameters = (ins StringRefParameter<"direct, gemm, ...">:$algorithm, "int64_t":$rows, "int64_t":$columns);
  let assemblyFormat = "`<` $algorithm `,` `tile` `=` $rows `by` $columns `>`";
}

def Tenon_ConstantOp : Tenon_AnyOp<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "a known value";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$value attr-dict";
  let hasFolder = 1;
  let extraClassDefinition = "::mlir::OpFoldResult $cppClass::fold(FoldAdaptor) { return getValueAttr(); }";
}

def Tenon_VariableOp : Tenon_AnyOp<"variable", [Symbol]> {
  let summary = "a named value that outlives a call";
  let description = [{
    `kind` is weight, statistic, slot, metric, hyper or derived. `initial` is the value a new program starts with; without
    it the caller binds storage (derived: @prepare computes it).
    C1: the type is static. C2: the kind is one of these. C3: `initial` has the type.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$sym_visibility, TypeAttrOf<Tenon_Tensor>:$type,
                       StrAttr:$kind, UnitAttr:$trainable, OptionalAttr<ElementsAttr>:$initial);
  let assemblyFormat = "($sym_visibility^)? $sym_name `:` $type $kind (`trainable` $trainable^)? (`=` $initial^)? attr-dict";
  let hasVerifier = 1;
}
def Tenon_ReadOp : Tenon_AnyOp<"read", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the variable's value when the function was entered";
  let description = "C1: the variable exists. C2: the type is the variable's.";
  let arguments = (ins FlatSymbolRefAttr:$variable);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$variable attr-dict `:` type($result)";
}
def Tenon_AssignOp : Tenon_AnyOp<"assign", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the variable's value after the function";
  let description = "C1: the variable exists. C2: the type is the variable's. C3: one assign per variable and function.";
  let arguments = (ins FlatSymbolRefAttr:$variable, Tenon_Tensor:$value);
  let assemblyFormat = "$variable `,` $value attr-dict `:` type($value)";
}

def Tenon_PackOp : Tenon_FlatNode<"pack"> {
  let summary = "weights laid out as panels of columns";
  let description = "`result = operand`; the type carries the layout. C1: a float tensor of rank 2 or more.";
  let arguments = (ins Tenon_Float:$operand, Tenon_PackedAttr:$layout);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$operand `as` $layout attr-dict `:` type($operand)";
}

def Tenon_YieldOp : Tenon_AnyOp<"yield", [Pure, Terminator, ParentOneOf<["KernelOp", "ScanOp"]>]> {
  let summary = "the results of a kernel or of a scan's step";
  let arguments = (ins Variadic<Tenon_Tensor>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}
def Tenon_KernelOp : Tenon_AnyOp<"kernel", [Pure, IsolatedFromAbove, SingleBlock]> {
  let summary = "one unit of code generation, profile and explanation";
  let description = [{
    A root (a contraction, a reduction, a pool, ...) or nothing, and the elementwise ops applied to its tile before it is
    stored. C1: block arguments have the operands' types. C2: results have the yielded types.
    C3: at most one op of the body is no elementwise op, constant, count or broadcast_like, reductions of one iteration
    space (operand type and axes) and contractions that are summed apart.
  }];
  let arguments = (ins StrAttr:$name, Variadic<Tenon_Tensor>:$operands, OptionalAttr<Tenon_ScheduleAttr>:$schedule);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name `(` $operands `)` (`schedule` $schedule^)? attr-dict `:` functional-type($operands, $results) $body";
  let hasVerifier = 1;
}
#endif
