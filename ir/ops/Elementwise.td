// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_ELEMENTWISE_TD
#define TENON_IR_ELEMENTWISE_TD
include "ir/Dialect.td"

class Tenon_Binary<string mnemonic, string formula, string note = ""> : Tenon_Node<mnemonic, [Tenon_Elementwise]> {
  let summary = formula;
  let description = "`result[i] = " # formula # "`" # note # [{, shapes broadcast as in NumPy.
    C1: element types are equal. C2: aligned from the right, dimensions are equal or one of them is 1.}];
  let arguments = (ins Tenon_Tensor:$lhs, Tenon_Tensor:$rhs);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
}
def Tenon_AddOp : Tenon_Binary<"add", "lhs[i] + rhs[i]"> { let hasCanonicalizeMethod = 1; }
def Tenon_SubtractOp : Tenon_Binary<"subtract", "lhs[i] - rhs[i]"> { let hasCanonicalizeMethod = 1; }
def Tenon_MultiplyOp : Tenon_Binary<"multiply", "lhs[i] * rhs[i]"> { let hasCanonicalizeMethod = 1; }
def Tenon_DivideOp : Tenon_Binary<"divide", "lhs[i] / rhs[i]"> { let hasCanonicalizeMethod = 1; }
def Tenon_MaximumOp : Tenon_Binary<"maximum", "max(lhs[i], rhs[i])", ", NaN when either is, gradient to lhs where equal">;
def Tenon_MinimumOp : Tenon_Binary<"minimum", "min(lhs[i], rhs[i])", ", NaN when either is, gradient to lhs where equal">;

class Tenon_Unary<string mnemonic, string formula, string note = ""> : Tenon_Node<mnemonic, [Tenon_Elementwise]> {
  let summary = formula;
  let description = "`result[i] = " # formula # "`" # note # ". C1: the shape and the element type are the operand's.";
  let arguments = (ins Tenon_Float:$operand);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}
def Tenon_NegateOp : Tenon_Unary<"negate", "-x[i]"> { let hasCanonicalizeMethod = 1; }
def Tenon_AbsOp : Tenon_Unary<"abs", "|x[i]|", ", gradient sign(x), 0 at 0">;
def Tenon_ExpOp : Tenon_Unary<"exp", "e^x[i]">;
def Tenon_LogOp : Tenon_Unary<"log", "ln x[i]">;
def Tenon_SqrtOp : Tenon_Unary<"sqrt", "square root of x[i]">;
def Tenon_TanhOp : Tenon_Unary<"tanh", "tanh x[i]">;
def Tenon_SigmoidOp : Tenon_Unary<"sigmoid", "1 / (1 + e^-x[i])">;
def Tenon_ReluOp : Tenon_Unary<"relu", "max(x[i], 0)", ", gradient 0 at 0">;

class Tenon_Compare<string mnemonic, string formula> : Tenon_FlatNode<mnemonic, [Tenon_Elementwise]> {
  let summary = formula;
  let description = "`result[i] = " # formula # [{` ? 1 : 0`, shapes broadcast as in NumPy; false when either is NaN.
    C1: element types are equal. C2: dimensions are equal or one of them is 1.}];
  let arguments = (ins Tenon_Tensor:$lhs, Tenon_Tensor:$rhs);
  let results = (outs Tenon_Mask:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
}
def Tenon_GreaterOp : Tenon_Compare<"greater", "lhs[i] > rhs[i]">;
def Tenon_GreaterEqualOp : Tenon_Compare<"greater_equal", "lhs[i] >= rhs[i]">;
def Tenon_EqualOp : Tenon_Compare<"equal", "lhs[i] == rhs[i]">;

def Tenon_SelectOp : Tenon_Node<"select", [Tenon_Elementwise]> {
  let summary = "mask[i] ? lhs[i] : rhs[i]";
  let description = [{`result[i] = mask[i] != 0 ? lhs[i] : rhs[i]`, shapes broadcast as in NumPy.
    C1: lhs and rhs have one element type. C2: dimensions are equal or 1.}];
  let arguments = (ins Tenon_Mask:$mask, Tenon_Tensor:$lhs, Tenon_Tensor:$rhs);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$mask `,` $lhs `,` $rhs attr-dict `:` type($mask) `,` type($lhs) `,` type($rhs)";
}
def Tenon_ConvertOp : Tenon_FlatNode<"convert", [Tenon_Elementwise]> {
  let summary = "the same number in another element type";
  let description = [{`result[i] = to(x[i])`; floating point to integer truncates towards zero and saturates, NaN gives 0.
    To a mask (i8): 1 for whatever is not 0 (NaN too).
    C1: the shape is the operand's.}];
  let arguments = (ins Tenon_Tensor:$operand, TypeAttr:$to);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand `to` $to attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
#endif
