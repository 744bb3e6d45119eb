// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_RANDOM_TD
#define TENON_IR_RANDOM_TD
include "ir/Dialect.td"

def Tenon_DropoutOp : Tenon_OpaqueNode<"dropout"> {
  let summary = "inverted dropout";
  let description = [{
    `result[i] = u(i) >= rate ? x[i] / (1 - rate) : 0`, u(i) = word 0 of Philox 4x32-10 / 2^32 with counter
    (i mod 2^32, i / 2^32, step mod 2^32, site) and key (seed mod 2^32, seed / 2^32), i the row-major index in the batch:
    the mask depends on seed, step, call site and index alone. The comparison is exact: word 0 >= ceil(rate * 2^32).
    C1: 0 <= rate < 1.
  }];
  let arguments = (ins Tenon_Float:$operand, Tenon_ScalarInt:$seed, Tenon_ScalarInt:$step, F64Attr:$rate, I64Attr:$site);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "operands attr-dict `:` type(operands)";
  let hasCanonicalizeMethod = 1;
}
#endif
