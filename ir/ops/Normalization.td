// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_NORMALIZATION_TD
#define TENON_IR_NORMALIZATION_TD
include "ir/Dialect.td"

def Tenon_BatchNormOp : Tenon_Node<"batch_norm"> {
  let summary = "normalisation with given statistics";
  let description = [{
    `result[.., c] = (x[.., c] - mean[c]) / sqrt(variance[c] + epsilon) * gamma[c] + beta[c]` over the last axis.
    C1: gamma, beta, mean and variance are vectors of the last dimension's size.
  }];
  let arguments = (ins Tenon_Float:$input, Tenon_Float:$gamma, Tenon_Float:$beta, Tenon_Float:$mean, Tenon_Float:$variance,
                       F64Attr:$epsilon);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "operands attr-dict `:` type(operands)";
}
def Tenon_MomentsOp : Tenon_OpaqueNode<"moments"> {
  let summary = "mean and biased variance per channel over all other axes";
  let description = [{
    `mean[c] = sum x[.., c] / n`, `variance[c] = sum (x[.., c] - mean[c])^2 / n`, the sums over samples in eight fixed shards.
    C1: the rank is 2 or more.
  }];
  let arguments = (ins Tenon_Float:$input);
  let results = (outs Tenon_Float:$mean, Tenon_Float:$variance);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}
def Tenon_SoftmaxOp : Tenon_Node<"softmax"> {
  let summary = "softmax over the last axis";
  let description = "`result[.., i] = e^(x[.., i] - m) / sum_j e^(x[.., j] - m)`, m the row's largest. C1: the rank is 1 or more.";
  let arguments = (ins Tenon_Float:$operand);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}
#endif
