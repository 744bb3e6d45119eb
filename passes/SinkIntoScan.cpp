// SPDX-License-Identifier: Apache-2.0
#include "ir/target/CostModel.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/DeadCode.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"
#include "passes/Weights.h"

namespace tenon::passes {
#define GEN_PASS_DEF_SINKINTOSCAN
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
// All steps' products of one factor with a weight, and the bias added to them.
struct InputProduct {
  ir::MatmulOp product;
  Value bias; // null: none
};

std::optional<InputProduct> inputProductOf(Value sequence) {
  InputProduct found;
  if (auto add = sequence.getDefiningOp<ir::AddOp>(); add && isWeight(add.getRhs()) && shapeOf(add.getRhs()).size() == 1) {
    found.bias = add.getRhs();
    sequence = add.getLhs();
    if (!sequence.hasOneUse())
      return std::nullopt;
  }
  found.product = sequence.getDefiningOp<ir::MatmulOp>();
  if (!found.product || !isLayer(found.product) || shapeOf(sequence).size() != 3)
    return std::nullopt;
  return found;
}

// The sum of a step's element and a product of the body, which the element's own product can be added to.
ir::AddOp sumWithProduct(BlockArgument step) {
  auto sum = step.hasOneUse() ? dyn_cast<ir::AddOp>(*step.user_begin()) : ir::AddOp();
  if (!sum || sum.getLhs() == sum.getRhs())
    return {};
  Value other = sum.getLhs() == step ? sum.getRhs() : sum.getLhs();
  return other.getDefiningOp<ir::MatmulOp>() && other.hasOneUse() ? sum : ir::AddOp();
}

struct SinkIntoScan : tenon::passes::impl::SinkIntoScanBase<SinkIntoScan> {
  using SinkIntoScanBase::SinkIntoScanBase;
  explicit SinkIntoScan(const ir::Machine &machine) : machine(machine) {}

  LogicalResult initialize(MLIRContext *context) override { return passes::describeMachine(machine, target, getArgument(), context); }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isDeclaration() || function.getSymName() != "loss")
      return markAllAnalysesPreserved();
    for (auto scan : function.getOps<ir::ScanOp>())
      for (unsigned i = 0; i < scan.getSequences().size(); ++i)
        sink(scan, i);
    eraseDead(function.getBody().front());
  }

  void sink(ir::ScanOp scan, unsigned sequence) {
    Value stack = scan.getSequences()[sequence];
    BlockArgument step = scan.block().getArgument(sequence);
    std::optional<InputProduct> input = inputProductOf(stack);
    ir::AddOp sum = sumWithProduct(step);
    if (!input || !sum || !stack.hasOneUse())
      return;
    // The loop reads both weights once a step: they have to stay in the cache next to what it carries.
    Value other = sum.getLhs() == step ? sum.getRhs() : sum.getLhs();
    Value own = input->product.getRhs(), recurrent = other.getDefiningOp<ir::MatmulOp>().getRhs();
    auto bytes = [](Value weights) { return 4 * cast<RankedTensorType>(weights.getType()).getNumElements(); };
    Location layer = scan.getLoc();
    if (int64_t both = bytes(own) + bytes(recurrent); !ir::staysInCache(*machine, both))
      return addRemark(scan, getArgument(), Outcome::Missed, layer,
                       "the input's product stays before the loop: its weights and the recurrent ones are " + Twine(both) +
                           " bytes, more than half of L2");
    addRemark(scan, getArgument(), Outcome::Applied, layer, "the input's product is computed in the loop, step by step");

    Block &body = scan.block();
    auto share = [&](Value value) {
      scan.getInvariantsMutable().append(value);
      return body.addArgument(value.getType(), value.getLoc());
    };
    auto sequenceType = cast<RankedTensorType>(input->product.getLhs().getType());
    auto elementType = RankedTensorType::get(sequenceType.getShape().drop_front(), sequenceType.getElementType());
    BlockArgument element = body.insertArgument(sequence, elementType, step.getLoc());
    ImplicitLocOpBuilder b(input->product.getLoc(), sum);
    Value product = ir::MatmulOp::create(b, element, share(own), false, false);
    Value both = ir::AddOp::create(b, other, product);
    if (input->bias)
      both = ir::AddOp::create(b, both, share(input->bias));
    sum.getResult().replaceAllUsesWith(both);
    sum.erase();
    body.eraseArgument(sequence + 1);
    scan.getSequencesMutable()[sequence].assign(input->product.getLhs());
    ++sunk;
  }

  std::optional<ir::Machine> machine;
};
} // namespace

std::unique_ptr<Pass> passes::createSinkIntoScan(const ir::Machine &machine) { return std::make_unique<SinkIntoScan>(machine); }
