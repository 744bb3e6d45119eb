// SPDX-License-Identifier: Apache-2.0
// The only loop: everything recurrent is a body of it.
#ifndef TENON_IR_RECURRENT_TD
#define TENON_IR_RECURRENT_TD
include "ir/Dialect.td"

def Tenon_ScanOp : Tenon_AnyOp<"scan", [Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments,
                                        DeclareOpInterfaceMethods<Tenon_NodeInterface>]> {
  let summary = "a loop over axis 0 of its sequences";
  let description = [{
    The body runs once per step t = 0 .. T-1 (with `reverse` t = T-1 .. 0). Its arguments are element t of every sequence,
    the carried values (`initial` before the first step) and the invariant values. It yields the carried values for the
    next step and then the elements t of the stacked results: the results are the carried values after the last step and
    the stacks, which have T as their axis 0.

    C1: there is a sequence, and all have the same size T along axis 0. C2: the body's arguments have the types of a
    sequence without axis 0, of an initial value, of an invariant value. C3: the yielded carried values have the initial
    values' types and shapes. C4: the results have the yielded types, stacked ones with T in front. C5: the body is pure:
    ops that compute, constants and kernels.
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$sequences, Variadic<Tenon_Tensor>:$initial,
                       Variadic<Tenon_Tensor>:$invariants, UnitAttr:$reverse);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `over` `(` $sequences `)` (`carry` `(` $initial^ `)`)? (`with` `(` $invariants^ `)`)? (`reverse` $reverse^)? attr-dict
    `:` functional-type(operands, $results) $body
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &block() { return getBody().front(); }
    ::mlir::ValueRange yields() { return block().getTerminator()->getOperands(); }
    unsigned carriedCount() { return getInitial().size(); }
    // The body's arguments by kind, and the results.
    ::mlir::Block::BlockArgListType steps() { return block().getArguments().take_front(getSequences().size()); }
    ::mlir::Block::BlockArgListType carried() {
      return block().getArguments().drop_front(getSequences().size()).take_front(carriedCount());
    }
    ::mlir::Block::BlockArgListType shared() { return block().getArguments().take_back(getInvariants().size()); }
    /// Bytes that every step reads again: those of invariants whose sizes are known.
    int64_t sharedBytes();
    ::mlir::ResultRange finals() { return getResults().take_front(carriedCount()); }
    ::mlir::ResultRange stacked() { return getResults().drop_front(carriedCount()); }
  }];
}
#endif
