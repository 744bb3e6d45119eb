// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_CONVOLUTION_TD
#define TENON_IR_CONVOLUTION_TD
include "ir/Dialect.td"

// Window arithmetic of one spatial axis of size n: strides s, dilations d, kernel k, padding pairs (before, after).
// A pair (-1, -1) is Keras's 'same': the output has ceil(n / s) and the padding follows from n
// (total = max((ceil(n/s) - 1) s + (k - 1) d + 1 - n, 0), before = total / 2).
defvar windowLaw = [{
    Spatial axes carry strides s, dilations d and padding pairs (before p, after q); a pair (-1, -1) is Keras's 'same'.
    Output size: floor((n + p + q - d(k - 1) - 1) / s) + 1, for 'same' ceil(n / s). Padding reads as zero.
    C1: strides, dilations have one entry per spatial axis, padding two. C2: the output size is at least 1.
    C3: the input channels are groups times the filter's, groups divides the filters.
}];

def Tenon_ConvOp : Tenon_Node<"conv"> {
  let summary = "N-d cross-correlation, NHWC";
  let description = [{
    `result[b, o.., f] = sum_(k.., c) input[b, o*s + k*d - p.., g(f)*C + c] * filter[k.., c, f]`, g(f) = f / (F / groups).
    input (batch, spatial.., channels), filter (window.., channels / groups, filters).
  }] # windowLaw;
  let arguments = (ins Tenon_Float:$input, Tenon_Float:$filter, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations, I64Attr:$groups);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$input `,` $filter attr-dict `:` type($input) `,` type($filter)";
}
def Tenon_ConvInputGradOp : Tenon_FlatNode<"conv_input_grad", [Tenon_ShapeOperand]> {
  let summary = "gradient of conv with respect to its input";
  let description = [{
    `result[b, i.., c] = sum over (o.., k.., f) with o*s + k*d - p = i of gradient[b, o.., f] * filter[k.., c, f]`.
    The shape is `input`'s, whose data is not read.
  }] # windowLaw;
  let arguments = (ins Tenon_Float:$gradient, Tenon_Float:$filter, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations, I64Attr:$groups, Tenon_Float:$input);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$gradient `,` $filter `like` $input attr-dict `:` type($gradient) `,` type($filter) `like` type($input)";
}
def Tenon_ConvFilterGradOp : Tenon_FlatNode<"conv_filter_grad", [Tenon_ShapeOperand]> {
  let summary = "gradient of conv with respect to its filter";
  let description = [{
    `result[k.., c, f] = sum_(b, o..) input[b, o*s + k*d - p.., g(f)*C + c] * gradient[b, o.., f]`, the sum over samples in
    eight fixed shards. The shape is `filter`'s, whose data is not read.
  }] # windowLaw;
  let arguments = (ins Tenon_Float:$input, Tenon_Float:$gradient, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations, I64Attr:$groups, Tenon_Float:$filter);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$input `,` $gradient `like` $filter attr-dict `:` type($input) `,` type($gradient) `like` type($filter)";
}
#endif
