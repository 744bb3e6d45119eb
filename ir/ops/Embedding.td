// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_IR_EMBEDDING_TD
#define TENON_IR_EMBEDDING_TD
include "ir/Dialect.td"

def Tenon_GatherOp : Tenon_Node<"gather"> {
  let summary = "rows of a table";
  let description = [{
    `result[i.., d] = table[indices[i..], d]`; NaN for an index outside 0 .. rows-1.
    C1: the table has rank 2 and a static number of rows.
  }];
  let arguments = (ins Tenon_Float:$table, Tenon_Int:$indices);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$table `at` $indices attr-dict `:` type($table) `,` type($indices)";
  let hasCanonicalizeMethod = 1;
}
def Tenon_RowListsOp : Tenon_OpaqueFlatNode<"row_lists"> {
  let summary = "where each row of a table is used";
  let description = [{
    `order` holds the positions p of `indices` (row-major) sorted by index, those of equal index in ascending order;
    `order[offsets[r]] .. order[offsets[r + 1] - 1]` are the positions where the index is r. Positions of an index outside
    0 .. rows-1 come last. C1: rows is positive.
  }];
  let arguments = (ins Tenon_Int:$indices, I64Attr:$rows);
  let results = (outs Tenon_Int:$offsets, Tenon_Int:$order);
  let assemblyFormat = "$indices attr-dict `:` type($indices)";
}
def Tenon_SumRowsOp : Tenon_FlatNode<"sum_rows"> {
  let summary = "sums the rows that belong to each row of a table: the gradient of gather";
  let description = [{
    `result[r, d] = sum over j in offsets[r] .. offsets[r + 1] - 1 of operand[order[j], d]`, all axes of the operand but
    the last taken as one, in ascending j. C1: the operand has rank 2 or more and as many rows as `order` has elements.
  }];
  let arguments = (ins Tenon_Float:$operand, Tenon_Int:$offsets, Tenon_Int:$order);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$operand `by` $offsets `,` $order attr-dict `:` type($operand) `,` type($offsets) `,` type($order)";
}
#endif
