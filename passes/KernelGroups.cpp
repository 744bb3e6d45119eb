// SPDX-License-Identifier: Apache-2.0
#include "passes/KernelGroups.h"
#include "ir/Columns.h"
#include "ir/Contraction.h"
#include <queue>

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

static bool isScalar(Value value) { return cast<RankedTensorType>(value.getType()).getRank() == 0; }

Role passes::roleOf(Operation *op) {
  if (auto constant = dyn_cast<ir::ConstantOp>(op))
    return constant.getValue().isSplat() ? Role::Leaf : Role::Source;
  if (isa<ir::ReadOp>(op))
    return Role::Source;
  if (isa<ir::CountOp, ir::BroadcastLikeOp>(op) || ir::isColumnSlice(op))
    return Role::Leaf;
  if (ir::isContraction(op))
    return Role::Contraction;
  if (isa<ir::ReduceSumOp, ir::ReduceMaxOp>(op))
    return Role::Reduction;
  if (op->hasTrait<ir::Elementwise>()) {
    bool ofLeaves = isScalar(op->getResult(0)) && llvm::all_of(op->getOperands(), [](Value operand) {
                      return operand.getDefiningOp() && roleOf(operand.getDefiningOp()) == Role::Leaf;
                    });
    return ofLeaves ? Role::Leaf : Role::Elementwise;
  }
  if (isa<ir::DropoutOp>(op))
    return Role::Elementwise;
  if (!isa<ir::NodeInterface>(op) || isa<ir::ReshapeOp, ir::ReshapeLikeOp, ir::ScanOp>(op))
    return Role::Outside;
  return Role::Single;
}

FailureOr<KernelGroups> KernelGroups::plan(func::FuncOp function, Block &block) {
  FailureOr<ir::SymbolicShapes> shapes = ir::SymbolicShapes::analyze(function);
  if (failed(shapes))
    return failure();
  KernelGroups result(std::move(*shapes));
  result.groups = fuse(block, result.shapes);
  for (KernelGroup &group : result.groups)
    result.collectOperands(group);
  result.addNeededLeaves();
  result.order();
  return result;
}

bool KernelGroups::repeats(const KernelGroup &group, Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op || roleOf(op) != Role::Leaf)
    return false;
  return isa<ir::ConstantOp, ir::CountOp, ir::SliceOp>(op) || isScalar(value) || shapes[value] == group.shape;
}

Value KernelGroups::shapeSource(const KernelGroup &group, Value like) const {
  auto fits = [&](Value value) {
    return shapes[value] == shapes[like] &&
           cast<RankedTensorType>(value.getType()).getShape() == cast<RankedTensorType>(like.getType()).getShape();
  };
  if (shapes[like] != group.shape)
    return like;
  if (group.root)
    return fits(group.root->getResult(0)) ? group.root->getResult(0) : like;
  for (Operation *op : group.ops)
    for (OpOperand &operand : op->getOpOperands())
      if (fits(operand.get()) && !ir::isShapeOnly(operand) &&
          !llvm::is_contained(group.ops, operand.get().getDefiningOp()) && !repeats(group, operand.get()))
        return operand.get();
  return like;
}

// Adds what the kernel must be handed for a value that one of its ops uses.
void KernelGroups::collect(KernelGroup &group, Value value) {
  Operation *op = value.getDefiningOp();
  if (op && llvm::is_contained(group.ops, op))
    return;
  if (!repeats(group, value)) {
    group.operands.insert(value);
    return;
  }
  if (auto broadcast = dyn_cast<ir::BroadcastLikeOp>(op)) {
    group.operands.insert(broadcast.getOperand()); // codegen repeats what lies in memory
    collect(group, shapeSource(group, broadcast.getLike()));
    return;
  }
  if (auto slice = dyn_cast<ir::SliceOp>(op)) {
    group.operands.insert(slice.getOperand());
    return;
  }
  for (Value operand : op->getOperands())
    collect(group, operand);
}

void KernelGroups::collectOperands(KernelGroup &group) {
  for (Operation *op : group.ops)
    for (Value operand : op->getOperands()) {
      bool inMemory = isa<ir::BroadcastLikeOp, ir::SliceOp>(op) && operand == op->getOperand(0);
      if (op == group.root || roleOf(op) == Role::Contraction || group.outside || inMemory)
        group.operands.insert(operand);
      else
        collect(group, operand);
    }
}

// A leaf that something takes as an operand becomes a map of its own; then every group's results are known.
void KernelGroups::addNeededLeaves() {
  llvm::SetVector<Value> needed;
  auto need = [&](const KernelGroup &group) { needed.insert(group.operands.begin(), group.operands.end()); };
  llvm::for_each(groups, need);
  for (size_t i = 0; i < needed.size(); ++i) {
    Operation *op = needed[i].getDefiningOp();
    if (!op || roleOf(op) != Role::Leaf || isa<ir::ConstantOp>(op))
      continue;
    KernelGroup leaf;
    leaf.ops = {op};
    leaf.shape = shapes[op->getResult(0)];
    leaf.position = std::distance(op->getBlock()->begin(), op->getIterator());
    collectOperands(leaf);
    need(leaf);
    groups.push_back(std::move(leaf));
  }
  for (KernelGroup &group : groups)
    for (Operation *op : group.ops)
      llvm::copy_if(op->getResults(), std::back_inserter(group.results), [&](Value v) { return needed.contains(v); });
}

void KernelGroups::order() {
  DenseMap<Value, size_t> owner;
  for (auto [i, group] : llvm::enumerate(groups))
    for (Value result : group.results)
      owner[result] = i;
  std::vector<SmallVector<size_t>> users(groups.size());
  std::vector<unsigned> waiting(groups.size());
  for (auto [i, group] : llvm::enumerate(groups))
    for (Value operand : group.operands)
      if (auto from = owner.find(operand); from != owner.end()) {
        users[from->second].push_back(i);
        ++waiting[i];
      }
  // Loops wait for what is ready beside them: those that do not depend on one another then run side by side.
  using Item = std::tuple<bool, unsigned, size_t>; // is it a loop, position, group
  std::priority_queue<Item, std::vector<Item>, std::greater<>> ready;
  auto push = [&](size_t i) { ready.push({isa<ir::ScanOp>(groups[i].ops.front()), groups[i].position, i}); };
  for (size_t i = 0; i < groups.size(); ++i)
    if (!waiting[i])
      push(i);
  std::vector<KernelGroup> sorted;
  while (!ready.empty()) {
    size_t next = std::get<size_t>(ready.top());
    ready.pop();
    for (size_t user : users[next])
      if (!--waiting[user])
        push(user);
    sorted.push_back(std::move(groups[next]));
  }
  assert(sorted.size() == groups.size() && "the groups depend on one another in a circle");
  groups = std::move(sorted);
}
