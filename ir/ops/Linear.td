// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_LINEAR_TD
#define TENON_IR_LINEAR_TD
include "ir/Dialect.td"

def Tenon_MatmulOp : Tenon_Node<"matmul"> {
  let summary = "matrix product over the last axis, leading axes are rows";
  let description = [{
    - `rows`: `result[r.., n] = sum_k lhs[r.., k] * rhs[k, n]`; with `transpose_rhs` `rhs[n, k]`
    - `transpose_lhs`: `result[k, n] = sum_r.. lhs[r.., k] * rhs[r.., n]`, the sum over rows in eight fixed shards.

    C1: without transpose_lhs rhs has rank 2 and lhs rank 1 or more. C2: the contracted dimensions are equal.
    C3: with transpose_lhs both have the same rank of 2 or more and equal leading dimensions, and transpose_rhs is not set.
  }];
  let arguments = (ins Tenon_Float:$lhs, Tenon_Float:$rhs, BoolAttr:$transpose_lhs, BoolAttr:$transpose_rhs);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
  let builders = [OpBuilder<(ins "::mlir::Value":$lhs, "::mlir::Value":$rhs), [{
    build($_builder, $_state, lhs, rhs, $_builder.getBoolAttr(false), $_builder.getBoolAttr(false)); }]>];
}
#endif
