// SPDX-License-Identifier: Apache-2.0
#include "ir/SymbolicShapes.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_FOLDBROADCASTS
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;

// Do the operand's dimensions, aligned from the right, stand where the result's are?
static bool isAligned(ir::BroadcastLikeOp op) {
  int64_t rank = cast<RankedTensorType>(op.getOperand().getType()).getRank();
  int64_t likeRank = cast<RankedTensorType>(op.getLike().getType()).getRank();
  return rank == likeRank || op.getAxes() == ArrayRef(llvm::to_vector(llvm::seq<int64_t>(0, likeRank - rank)));
}

namespace {
struct FoldBroadcasts : tenon::passes::impl::FoldBroadcastsBase<FoldBroadcasts> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    auto broadcasts = llvm::to_vector(function.getOps<ir::BroadcastLikeOp>());
    if (broadcasts.empty())
      return markAllAnalysesPreserved();
    FailureOr<ir::SymbolicShapes> shapes = ir::SymbolicShapes::analyze(function);
    if (failed(shapes))
      return signalPassFailure();
    for (ir::BroadcastLikeOp broadcast : broadcasts) {
      if (!isAligned(broadcast))
        continue;
      for (OpOperand &use : llvm::make_early_inc_range(broadcast.getResult().getUses()))
        if (use.getOwner()->hasTrait<ir::Elementwise>() && anotherHasTheShape(use, *shapes)) {
          use.set(broadcast.getOperand());
          ++dropped;
        }
      if (broadcast.use_empty())
        broadcast.erase();
    }
  }

  // Equal as expressions and as types: the op's result keeps both, and no condition on the inputs is lost.
  static bool anotherHasTheShape(OpOperand &use, const ir::SymbolicShapes &shapes) {
    Value result = use.getOwner()->getResult(0);
    auto shape = cast<RankedTensorType>(result.getType()).getShape();
    return llvm::any_of(use.getOwner()->getOpOperands(), [&](OpOperand &other) {
      return &other != &use && shapes[other.get()] == shapes[use.get()] && shapes[other.get()] == shapes[result] &&
             cast<RankedTensorType>(other.get().getType()).getShape() == shape;
    });
  }
};
} // namespace
