// SPDX-License-Identifier: Apache-2.0
#include "ir/KernelPrice.h"
#include "ir/Stages.h"
#include "ir/target/CostModel.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"
#include "passes/Weights.h"
#include "llvm/ADT/SetVector.h"

namespace tenon::passes {
#define GEN_PASS_DEF_SCHEDULEBRANCHES
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
double elementsOf(Value value) {
  double count = 1;
  for (auto [axis, size] : llvm::enumerate(shapeOf(value)))
    count *= ShapedType::isDynamic(size) ? (axis == 0 ? 1 : 32) : size;
  return count;
}

// The op that makes a value, through views.
Operation *makerOf(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && isView(op))
    op = op->getOperand(0).getDefiningOp();
  return op;
}

struct ScheduleBranches : tenon::passes::impl::ScheduleBranchesBase<ScheduleBranches> {
  using ScheduleBranchesBase::ScheduleBranchesBase;
  explicit ScheduleBranches(const ir::Machine &machine) : machine(machine) {}

  LogicalResult initialize(MLIRContext *context) override { return passes::describeMachine(machine, target, getArgument(), context); }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    // A function that assigns is ordered by when it may overwrite: gradients right before their updates.
    if (function.isDeclaration() || !function.getOps<ir::AssignOp>().empty())
      return markAllAnalysesPreserved();
    Block &body = function.getBody().front();
    SmallVector<Operation *> order = branchByBranch(body);
    for (Operation *op : order)
      op->removeAttr(ir::ownStageName);
    // Between two places where only one value is alive lies a fork with its branches.
    SmallVector<Operation *> result;
    for (size_t begin = 0; begin < order.size();) {
      size_t end = begin + 1;
      while (end < order.size() && !isNarrow(order, end))
        ++end;
      schedule(ArrayRef(order).slice(begin, end - begin), result);
      begin = end;
    }
    for (Operation *op : result)
      op->moveBefore(body.getTerminator());
  }

  // Depth first from the results: a branch is finished before the next is begun, the one that keeps most memory first.
  SmallVector<Operation *> branchByBranch(Block &body) {
    Operation *terminator = body.getTerminator();
    llvm::SetVector<Operation *> ordered;
    std::function<void(Operation *)> visit = [&](Operation *op) {
      if (!op || op->getBlock() != &body || ordered.contains(op))
        return;
      SmallVector<Operation *> makers;
      for (Value operand : op->getOperands())
        if (Operation *maker = operand.getDefiningOp())
          makers.push_back(maker);
      llvm::stable_sort(makers, [&](Operation *a, Operation *b) { return heaviest(a) > heaviest(b); });
      for (Operation *maker : makers)
        visit(maker);
      ordered.insert(op);
    };
    visit(terminator);
    for (Operation &op : body)
      visit(&op);
    SmallVector<Operation *> result;
    for (Operation *op : ordered)
      if (op != terminator && !isa<ir::ReadOp, ir::ConstantOp>(op)) // these stay at the entry
        result.push_back(op);
    return result;
  }
  // Is one value alone, of those there are before position `at`, used from there on?
  static bool isNarrow(ArrayRef<Operation *> order, size_t at) {
    DenseSet<Operation *> after(order.begin() + at, order.end());
    Value alive;
    for (Operation *op : order.drop_front(at))
      for (Value operand : op->getOperands()) {
        Operation *maker = operand.getDefiningOp();
        if (maker && (after.contains(maker) || isa<ir::ReadOp, ir::ConstantOp>(maker)))
          continue;
        if (alive && alive != operand)
          return false;
        alive = operand;
      }
    return true;
  }
  // The most bytes that a chain of single uses up to the op passes through.
  double heaviest(Operation *op) {
    auto [known, isNew] = weight.try_emplace(op, 0.0);
    if (!isNew)
      return known->second;
    double most = 0;
    for (Value result : op->getResults())
      most = std::max(most, elementsOf(result));
    for (Value operand : op->getOperands())
      if (Operation *maker = operand.getDefiningOp(); maker && operand.hasOneUse() && isa<ir::KernelOp>(maker))
        most = std::max(most, heaviest(maker));
    return weight[op] = most;
  }

  // One fork with its branches: level by level, kernels of a level sharing a fork-join, or as it stands, each by itself.
  void schedule(ArrayRef<Operation *> ops, SmallVectorImpl<Operation *> &result) {
    int64_t loops = llvm::count_if(ops, [](Operation *op) { return isa<ir::ScanOp>(op); });
    if (loops == 1 || !llvm::all_of(ops, [](Operation *op) { return isa<ir::KernelOp, ir::ScanOp>(op) || isView(op); })) {
      result.append(ops.begin(), ops.end());
      return;
    }
    DenseMap<Operation *, unsigned> level;
    unsigned levels = 0;
    for (Operation *op : ops) {
      unsigned at = 0;
      for (Value operand : op->getOperands())
        if (Operation *maker = makerOf(operand); maker && level.contains(maker))
          at = std::max(at, level[maker] + 1);
      if (isView(op))
        at = at ? at - 1 : 0; // a view belongs to its maker
      level[op] = at;
      levels = std::max(levels, at + 1);
    }
    SmallVector<Operation *> byLevel(ops);
    llvm::stable_sort(byLevel, [&](Operation *a, Operation *b) { return level[a] < level[b]; });
    if (loops) { // a loop of few rows keeps one core busy: loops side by side gain more than any of their kernels
      addRemark(ops.front(), getArgument(), Outcome::Applied, ops.front()->getLoc(), Twine(loops) + " loops run side by side");
      result.append(byLevel);
      return;
    }
    std::vector<SmallVector<double>> times(levels);
    double apart = 0, shared = 0;
    unsigned kernels = 0;
    for (Operation *op : ops)
      if (auto kernel = dyn_cast<ir::KernelOp>(op)) {
        times[level[op]].push_back(ir::kernelSeconds(kernel, *machine));
        apart += stageSeconds(times[level[op]].back());
        ++kernels;
      }
    for (ArrayRef<double> together : times)
      shared += together.empty() ? 0 : stageSeconds(together);
    ArrayRef<Operation *> order = ops;
    if (kernels > levels) { // some level has several
      bool shares = shared < worthwhile * apart;
      if (shares)
        order = byLevel;
      else
        for (Operation *op : ops)
          if (isa<ir::KernelOp>(op))
            op->setAttr(ir::ownStageName, UnitAttr::get(&getContext()));
      addRemark(ops.front(), getArgument(), shares ? Outcome::Applied : Outcome::Missed, ops.front()->getLoc(),
                Twine(kernels) + " kernels in " + Twine(levels) + " levels " +
                    (shares ? "share a fork-join per level" : "run one after another, branch by branch") + ": " +
                    microseconds(shared) + " shared, " + microseconds(apart) + " apart (batch 1, " + Twine(machine->cores) + " cores)");
      ++(shares ? sharedForks : serialForks);
    }
    result.append(order.begin(), order.end());
  }

  // All kernels of a stage over all cores, in tasks of about 20 us: the last ones end apart by half of one on average.
  double stageSeconds(ArrayRef<double> kernels) {
    constexpr double task = 20e-6;
    double work = 0, longest = 0;
    for (double seconds : kernels) {
      work += seconds;
      longest = std::max(longest, std::min(seconds, task));
    }
    double apart = longest / 2 * (machine->cores - 1) / machine->cores;
    return ir::forkJoinSeconds + std::max(longest, work / machine->cores + apart);
  }

  // Levels keep more alive than branches do: they must gain a hundredth.
  static constexpr double worthwhile = 0.99;
  DenseMap<Operation *, double> weight;
  std::optional<ir::Machine> machine;
};
} // namespace

std::unique_ptr<Pass> passes::createScheduleBranches(const ir::Machine &machine) {
  return std::make_unique<ScheduleBranches>(machine);
}
