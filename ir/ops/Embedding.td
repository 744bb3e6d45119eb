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

defvar gatherConvLaw = [{
    Strides s, dilations d and padding p are those of a conv over the one axis of time, as lists of one entry (padding of
    two); taps that fall into the padding add nothing.
}];

def Tenon_GatherConvOp : Tenon_Node<"gather_conv"> {
  let summary = "a convolution over one-hot indices: sums of rows that are looked up";
  let description = [{
    `result[b, o, f] = sum_k table[indices[b, o*s + k*d - p], k, f]`; NaN where a tap meets an index outside 0 .. rows-1.
    table (rows, window, filters), indices (batch, time). With `table[r, k, f] = sum_c rows[r, c] * filter[k, c, f]` it is
    the convolution of rows gathered at the indices; for window and stride 1 the product of each row with a matrix.
    C1: the table has rank 3 and a static shape. C2: the indices have rank 2.
    C3: conv's C1 and C2 hold.
  }] # gatherConvLaw;
  let arguments = (ins Tenon_Float:$table, Tenon_Int:$indices, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = "$table `at` $indices attr-dict `:` type($table) `,` type($indices)";
}
def Tenon_SumWindowsOp : Tenon_FlatNode<"sum_windows", [Tenon_ShapeOperand]> {
  let summary = "sums what the windows over each row's places gave: the gradient of gather_conv";
  let description = [{
    `result[r, k, f] = sum over j in offsets[r] .. offsets[r + 1] - 1, (b, t) = order[j], o*s + k*d - p = t, of
    operand[b, o, f]`, in ascending j. operand (batch, output time, filters); `window` is the number of taps k; the shape
    (batch, time) that the positions in `order` count through is that of `indices`, whose data is not read.
    C1: the window is positive. C2: the operand has the shape that gather_conv gives, and `order` a position for each index.
  }] # gatherConvLaw;
  let arguments = (ins Tenon_Float:$operand, Tenon_Int:$offsets, Tenon_Int:$order, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$padding, DenseI64ArrayAttr:$dilations, I64Attr:$window, Tenon_Int:$indices);
  let results = (outs Tenon_Float:$result);
  let assemblyFormat = [{$operand `by` $offsets `,` $order `like` $indices attr-dict `:` type($operand) `,` type($offsets) `,`
                         type($order) `like` type($indices)}];
}
#endif
