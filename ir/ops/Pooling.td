// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_POOLING_TD
#define TENON_IR_POOLING_TD
include "ir/Dialect.td"

defvar poolLaw = [{
    input (batch, spatial.., channels); window, strides and padding pairs per spatial axis as in `conv`, (-1, -1) is 'same'.
    C1: window and strides have one entry per spatial axis, padding two. C2: the output size is at least 1.
    C3: explicit padding is smaller than the window (no window lies outside the input).
}];
class Tenon_Pool<string mnemonic, string doc> : Tenon_Node<mnemonic> {
  let summary = doc;
  let description = poolLaw;
  let arguments = (ins Tenon_Float:$input, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}
def Tenon_MaxPoolOp : Tenon_Pool<"max_pool", "largest element of each window; padding never wins">;
def Tenon_AvgPoolOp : Tenon_Pool<"avg_pool", "mean of the elements of each window, padding not counted">;

def Tenon_MaxPoolGradOp : Tenon_FlatNode<"max_pool_grad"> {
  let summary = "gradient of max_pool: to the first largest element of each window";
  let description = poolLaw;
  let arguments = (ins Tenon_Float:$input, Tenon_Float:$gradient, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$padding);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$input `,` $gradient attr-dict `:` type($input) `,` type($gradient)";
}
def Tenon_AvgPoolGradOp : Tenon_FlatNode<"avg_pool_grad", [Tenon_ShapeOperand]> {
  let summary = "gradient of avg_pool: each window's share to each of its elements";
  let description = poolLaw;
  let arguments = (ins Tenon_Float:$gradient, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$padding, Tenon_Float:$input);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$gradient `like` $input attr-dict `:` type($gradient) `like` type($input)";
}
#endif
