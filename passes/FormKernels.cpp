// SPDX-License-Identifier: Apache-2.0
#include "ir/target/CostModel.h"
#include "mlir/IR/IRMapping.h"
#include "passes/DeadCode.h"
#include "passes/KernelGroups.h"
#include "passes/KernelSchedule.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_FORMKERNELS
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
/// Builds the kernels of one block in their order, each at the block's end.
class KernelBuilder {
public:
  KernelBuilder(Block &block, const KernelGroups &groups, const ir::Machine &machine, int64_t batch)
      : groups(groups), machine(machine), batch(batch), terminator(block.getTerminator()), builder(terminator) {}

  LogicalResult build(const KernelGroup &group) {
    ir::ScheduleAttr schedule;
    if (group.root) {
      FailureOr<ir::ScheduleAttr> chosen = chooseSchedule(group.root, machine, batch);
      if (failed(chosen))
        return failure();
      schedule = *chosen;
    }
    SmallVector<Value> operands;
    for (Value operand : group.operands)
      operands.push_back(made.lookupOrDefault(operand));
    DenseMap<Operation *, unsigned> packedAt; // contraction -> the operand that holds its packed weights
    for (Operation *op : group.ops)
      if (roleOf(op) == Role::Contraction && packsWeights(op))
        packedAt[op] = addPacked(group, op, schedule, operands);

    ir::KernelOp kernel = create(location(group), operands, TypeRange(ValueRange(group.results)), schedule);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&kernel.getBody().front());
    IRMapping inside;
    for (auto [value, argument] : llvm::zip(group.operands, kernel.getBody().getArguments()))
      inside.map(value, argument);
    for (Operation *op : group.ops) {
      if (op != group.root && !packedAt.contains(op))
        for (Value operand : op->getOperands())
          repeatLeaf(group, operand, inside);
      Operation *copy = builder.clone(*op, inside);
      if (auto packed = packedAt.find(op); packed != packedAt.end())
        packedOperand(copy).set(kernel.getBody().getArgument(packed->second));
    }
    SmallVector<Value> yielded;
    for (Value result : group.results)
      yielded.push_back(inside.lookup(result));
    ir::YieldOp::create(builder, kernel.getLoc(), yielded);
    for (auto [before, after] : llvm::zip(group.results, kernel.getResults()))
      made.map(before, after);
    return success();
  }

  /// An op that stays, in its place among the kernels.
  void keep(Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(made.lookupOrDefault(operand.get()));
    if (op != terminator)
      op->moveBefore(terminator);
  }

private:
  // The root's layer names the kernel, the others follow.
  Location location(const KernelGroup &group) {
    SmallVector<Location> locations;
    for (Operation *op : group.ops)
      locations.push_back(op->getLoc());
    return FusedLoc::get(builder.getContext(), locations);
  }

  ir::KernelOp create(Location loc, ValueRange operands, TypeRange results, ir::ScheduleAttr schedule) {
    auto kernel =
        ir::KernelOp::create(builder, loc, results, builder.getStringAttr(ir::layerName(loc)), operands, schedule);
    Block &body = kernel.getBody().emplaceBlock();
    for (Value operand : operands)
      body.addArgument(operand.getType(), operand.getLoc());
    return kernel;
  }

  // Puts the packed weights in the place of the plain ones, or behind all others where the epilogue reads these too.
  unsigned addPacked(const KernelGroup &group, Operation *contraction, ir::ScheduleAttr schedule, SmallVector<Value> &operands) {
    OpOperand &weights = packedOperand(contraction);
    unsigned index = llvm::find(group.operands, weights.get()) - group.operands.begin();
    Value packed = pack(made.lookupOrDefault(weights.get()), packedLayout(contraction, schedule), contraction->getLoc());
    bool alsoPlain = llvm::any_of(weights.get().getUses(), [&](OpOperand &use) {
      Operation *user = use.getOwner();
      bool isPacked = roleOf(user) == Role::Contraction && &packedOperand(user) == &use;
      return !isPacked && llvm::is_contained(group.ops, user);
    });
    bool otherLayout = operands[index] != made.lookupOrDefault(weights.get()) && operands[index] != packed;
    if (!alsoPlain && !otherLayout) {
      operands[index] = packed;
      return index;
    }
    operands.push_back(packed);
    return operands.size() - 1;
  }

  Value pack(Value weights, ir::PackedAttr layout, Location loc) {
    Value &packed = packs[{weights, layout}];
    if (packed)
      return packed;
    if (Value invariant = packInvariant(weights, layout, loc))
      return packed = invariant;
    auto type = cast<RankedTensorType>(weights.getType());
    auto packedType = RankedTensorType::get(type.getShape(), type.getElementType(), layout);
    ir::KernelOp kernel = create(loc, weights, packedType, nullptr);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&kernel.getBody().front());
    Value inner = ir::PackOp::create(builder, loc, kernel.getBody().getArgument(0), layout);
    ir::YieldOp::create(builder, loc, inner);
    return packed = kernel.getResult(0);
  }

  // Weights that a scan's steps share are packed once, in front of the loop; null when they are none.
  Value packInvariant(Value weights, ir::PackedAttr layout, Location loc) {
    auto argument = dyn_cast<BlockArgument>(weights);
    auto scan = argument ? dyn_cast<ir::ScanOp>(argument.getOwner()->getParentOp()) : ir::ScanOp();
    if (!scan || !llvm::is_contained(scan.shared(), argument))
      return {};
    OpBuilder before(scan);
    Value packed = ir::PackOp::create(before, loc, scan.getOperand(argument.getArgNumber()), layout);
    scan.getInvariantsMutable().append(packed);
    return scan.block().addArgument(packed.getType(), loc);
  }

  void repeatLeaf(const KernelGroup &group, Value value, IRMapping &inside) {
    Operation *op = value.getDefiningOp();
    if (inside.contains(value) || !groups.repeats(group, value) || llvm::is_contained(group.ops, op))
      return;
    IRMapping mapping;
    for (OpOperand &operand : op->getOpOperands()) {
      Value source = isa<ir::BroadcastLikeOp>(op) && ir::isShapeOnly(operand) ? groups.shapeSource(group, operand.get())
                                                                              : operand.get();
      repeatLeaf(group, source, inside);
      mapping.map(operand.get(), inside.lookup(source));
    }
    inside.map(value, builder.clone(*op, mapping)->getResult(0));
  }

  const KernelGroups &groups;
  const ir::Machine &machine;
  int64_t batch;
  Operation *terminator;
  OpBuilder builder;
  IRMapping made;
  DenseMap<std::pair<Value, Attribute>, Value> packs;
};

struct FormKernels : tenon::passes::impl::FormKernelsBase<FormKernels> {
  using FormKernelsBase::FormKernelsBase;
  FormKernels(const ir::Machine &machine, int64_t samples) : machine(machine) { batch = samples; }

  LogicalResult initialize(MLIRContext *context) override {
    return describeMachine(machine, target, getArgument(), context);
  }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isDeclaration())
      return;
    SmallVector<ir::ScanOp> scans; // inner ones first
    function.walk([&](ir::ScanOp scan) { scans.push_back(scan); });
    bool changed = false;
    for (ir::ScanOp scan : scans) {
      if (failed(form(function, scan.block(), rowsOfStep(scan), changed)))
        return signalPassFailure();
      dropUnused(scan);
    }
    if (failed(form(function, function.getBody().front(), batch, changed)))
      return signalPassFailure();
    if (!changed)
      markAllAnalysesPreserved();
  }

  // The rows that a step of a scan is called for: where its weights stay in the cache, the batch goes in blocks.
  int64_t rowsOfStep(ir::ScanOp scan) const {
    if (!ir::staysInCache(*machine, scan.sharedBytes()))
      return batch;
    int64_t blocks = (batch + ir::scanBlockRows - 1) / ir::scanBlockRows;
    return blocks ? (batch + blocks - 1) / blocks : ir::scanBlockRows;
  }

  LogicalResult form(func::FuncOp function, Block &body, int64_t rows, bool &changed) {
    eraseDead(body);
    splitReductions(body);
    FailureOr<KernelGroups> groups = KernelGroups::plan(function, body);
    if (failed(groups))
      return failure();
    SmallVector<Operation *> replaced;
    for (Operation &op : body)
      if (Role role = roleOf(&op); role != Role::Outside && role != Role::Source && !isa<ir::ConstantOp>(op))
        replaced.push_back(&op);
    if (replaced.empty())
      return success();
    changed = true;
    KernelBuilder kernelBuilder(body, *groups, *machine, rows);
    for (const KernelGroup &group : groups->ordered()) {
      if (group.outside) {
        kernelBuilder.keep(group.ops.front());
        continue;
      }
      if (failed(kernelBuilder.build(group)))
        return failure();
      ++kernels;
      if (group.root)
        epilogueOps += group.ops.size() - 1;
    }
    for (Operation *op : llvm::reverse(replaced)) {
      op->dropAllUses();
      op->erase();
    }
    eraseDead(body); // constants that the kernels repeat
    return success();
  }

  // Plain weights of which the steps read the packed ones.
  static void dropUnused(ir::ScanOp scan) {
    unsigned first = scan.getNumOperands() - scan.getInvariants().size();
    for (unsigned i = scan.getInvariants().size(); i-- > 0;)
      if (scan.block().getArgument(first + i).use_empty()) {
        scan.block().eraseArgument(first + i);
        scan.getInvariantsMutable().erase(i);
      }
  }

  // A reduction kernel's axes lie side by side: a sum over other axes is a sum over the last run and then the rest.
  static void splitReductions(Block &body) {
    for (Operation &op : llvm::make_early_inc_range(body))
      if (auto sum = dyn_cast<ir::ReduceSumOp>(op))
        splitReduction(sum);
      else if (auto max = dyn_cast<ir::ReduceMaxOp>(op))
        splitReduction(max);
  }
  template <typename Reduce> static void splitReduction(Reduce op) {
    ArrayRef<int64_t> axes = op.getAxes();
    size_t run = axes.size();
    while (run > 1 && axes[run - 2] + 1 == axes[run - 1])
      --run;
    if (run <= 1)
      return;
    OpBuilder builder(op);
    Value inner = Reduce::create(builder, op.getLoc(), op.getOperand(),
                                 builder.getDenseI64ArrayAttr(axes.drop_front(run - 1)), op.getKeepdimsAttr());
    auto outer = Reduce::create(builder, op.getLoc(), inner, builder.getDenseI64ArrayAttr(axes.take_front(run - 1)),
                                op.getKeepdimsAttr());
    op.getResult().replaceAllUsesWith(outer.getResult());
    op.erase();
    splitReduction(outer);
  }

  std::optional<ir::Machine> machine;
};
} // namespace

std::unique_ptr<Pass> passes::createFormKernels(const ir::Machine &machine, int64_t batch) {
  return std::make_unique<FormKernels>(machine, batch);
}
