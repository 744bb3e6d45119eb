// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_SHAPING_TD
#define TENON_IR_SHAPING_TD
include "ir/Dialect.td"

def Tenon_ReshapeOp : Tenon_Node<"reshape"> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    Entry i of `shape` is a size, 0 for the operand's dimension i, or once -1 for what is left.
    C1: the number of elements stays. C2: at most one -1. C3: a 0 stands below the operand's rank.
  }];
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$shape);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_ReshapeLikeOp : Tenon_Node<"reshape_like", [Tenon_ShapeOperand]> {
  let summary = "reshape to another value's shape";
  let description = "C1: `like` has as many elements as the operand; its data is not read.";
  let arguments = (ins Tenon_Tensor:$operand, Tenon_Tensor:$like);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand `like` $like attr-dict `:` type($operand) `like` type($like)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_BroadcastLikeOp : Tenon_Node<"broadcast_like", [Tenon_ShapeOperand]> {
  let summary = "repeats a value along `axes` of another's shape";
  let description = [{
    `result[i..] = operand[i.. without axes]`, or with 0 at the axes when the operand keeps them as 1.
    C1: axes are ascending axes of `like`. C2: the operand has `like`'s shape without the axes, or with 1 at them.
  }];
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$axes, Tenon_Tensor:$like);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand `like` $like attr-dict `:` type($operand) `like` type($like)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_TransposeOp : Tenon_Node<"transpose"> {
  let summary = "permutes axes";
  let description = "`result[i..] = operand[j..]` with `j[permutation[a]] = i[a]`. C1: permutation is one of the operand's axes.";
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_ConcatOp : Tenon_Node<"concat"> {
  let summary = "joins values along an axis";
  let description = "C1: at least one operand. C2: ranks and element types are equal. C3: dimensions other than `axis` are equal.";
  let arguments = (ins Variadic<Tenon_Tensor>:$operands, I64Attr:$axis);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operands attr-dict `:` type($operands)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_SliceOp : Tenon_Node<"slice"> {
  let summary = "`size` elements from `start` on along an axis, or all but the last ones";
  let description = "`result[.., i, ..] = operand[.., start + i, ..]`; a size of 0 or less leaves out that many at the end. C1: start + |size| does not pass the operand's dimension.";
  let arguments = (ins Tenon_Tensor:$operand, I64Attr:$axis, I64Attr:$start, I64Attr:$size);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_PadOp : Tenon_Node<"pad"> {
  let summary = "adds elements of `value` before and after along every axis";
  let description = "C1: low and high have one entry of 0 or more per axis.";
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, F64Attr:$value);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_ReverseOp : Tenon_Node<"reverse"> {
  let summary = "runs an axis backwards";
  let description = "`result[.., i, ..] = operand[.., n - 1 - i, ..]`. C1: the axis is one of the operand's.";
  let arguments = (ins Tenon_Tensor:$operand, I64Attr:$axis);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}
def Tenon_OneHotOp : Tenon_FlatNode<"one_hot"> {
  let summary = "1 at the index, 0 elsewhere, along a new last axis";
  let description = "`result[i.., c] = operand[i..] == c ? 1 : 0`, all 0 for an index outside 0 .. classes-1. C1: classes is positive.";
  let arguments = (ins Tenon_Int:$operand, I64Attr:$classes);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}
#endif
