// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_REDUCTION_TD
#define TENON_IR_REDUCTION_TD
include "ir/Dialect.td"

defvar reductionLaw = [{
    `axes` are removed, or kept as 1 with `keepdims`. A sum over axis 0 goes over eight fixed shards of consecutive samples
    (compiled; the interpreter's f64 needs none).
    C1: axes are ascending axes of the operand.
}];
class Tenon_Reduce<string mnemonic, string doc> : Tenon_Node<mnemonic> {
  let summary = doc;
  let description = reductionLaw;
  let arguments = (ins Tenon_Float:$operand, DenseI64ArrayAttr:$axes, BoolAttr:$keepdims);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_ReduceSumOp : Tenon_Reduce<"reduce_sum", "sum over axes">;
def Tenon_ReduceMaxOp : Tenon_Reduce<"reduce_max", "largest over axes; the gradient is shared equally by all largest">;

def Tenon_ArgmaxOp : Tenon_FlatNode<"argmax"> {
  let summary = "index of the first largest element of the last axis, as i32";
  let description = "C1: the rank is 1 or more.";
  let arguments = (ins Tenon_Float:$operand);
  let results = (outs Tenon_Int:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}
def Tenon_CountOp : Tenon_FlatNode<"count", [Tenon_ShapeOperand]> {
  let summary = "how many elements the axes span, as a number";
  let description = "`result = product of operand's dimensions at axes`; the data is not read. C1: axes are ascending axes of the operand.";
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$axes);
  let results = (outs Tenon_Scalar:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
#endif
