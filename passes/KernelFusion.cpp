// SPDX-License-Identifier: Apache-2.0
#include "ir/Columns.h"
#include "ir/Contraction.h"
#include "passes/KernelGroups.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
/// Ops one after the other, each joining the groups of its operands where that is allowed and makes no circle.
class Fusion {
public:
  Fusion(Block &block, const ir::SymbolicShapes &shapes) : shapes(shapes), count(block.getOperations().size()) {
    for (auto [position, op] : llvm::enumerate(block))
      add(op, position);
    for (size_t id = 0; id < nodes.size(); ++id)
      giveEpilogue(id);
  }

  std::vector<KernelGroup> groups() {
    std::vector<KernelGroup> result;
    for (Node &node : nodes) {
      if (node.group.ops.empty())
        continue;
      auto rank = [&](Operation *op) {
        return op == node.group.root                         ? 0
               : roleOf(op) == Role::Contraction             ? 1
               : isReduction(op) || isa<ir::ConcatOp>(op) ? 3
                                                             : 2;
      };
      llvm::stable_sort(node.group.ops, [&](Operation *a, Operation *b) {
        return std::make_pair(rank(a), position[a]) < std::make_pair(rank(b), position[b]);
      });
      result.push_back(std::move(node.group));
    }
    return result;
  }

private:
  struct Node {
    KernelGroup group;            // no ops: merged into another
    llvm::BitVector members;      // op numbers
    llvm::BitVector direct, deps; // ops it takes values from, and those reached through them
    llvm::BitVector stored;       // of these, whose values must lie in memory: it reads columns of them or repeats them
    Operation *reduction = nullptr;
    bool joins = false; // writes values side by side
  };

  static bool isReduction(Operation *op) { return roleOf(op) == Role::Reduction; }
  bool isContraction(const Node &node) const { return node.group.root; }

  void add(Operation &op, unsigned number) {
    Role role = roleOf(&op);
    position[&op] = number;
    if (role == Role::Leaf || role == Role::Source)
      return;
    size_t id = nodes.size();
    nodeOf[&op] = id;
    Node &node = nodes.emplace_back();
    node.group.ops = {&op};
    node.group.position = number;
    node.group.outside = role == Role::Outside;
    node.members.resize(count);
    node.members.set(number);
    node.direct.resize(count);
    node.deps.resize(count);
    node.stored.resize(count);
    for (Value operand : op.getOperands())
      dependOn(node, operand);
    if (role == Role::Contraction || role == Role::Single || role == Role::Outside)
      node.group.root = &op;
    if (role == Role::Reduction)
      node.reduction = &op;
    if (role != Role::Outside)
      node.group.shape = shapes[role == Role::Reduction ? op.getOperand(0) : op.getResult(0)];
    if (role == Role::Elementwise || role == Role::Reduction)
      join(op);
    if (ir::isColumnConcat(&op))
      joinColumns(op);
  }

  // What elementwise ops make side by side in one value comes from one map, which writes it in place.
  void joinColumns(Operation &op) {
    auto isMap = [&](Value value) {
      Operation *from = value.getDefiningOp();
      if (!from || !nodeOf.contains(from) || roleOf(from) != Role::Elementwise)
        return false;
      const Node &node = nodes[nodeOf[from]];
      return !node.group.root && !node.reduction && !node.joins && shapes[value] == node.group.shape;
    };
    if (!llvm::all_of(op.getOperands(), isMap))
      return;
    for (Value operand : llvm::drop_begin(op.getOperands()))
      if (size_t from = nodeOf[operand.getDefiningOp()], to = nodeOf[op.getOperand(0).getDefiningOp()]; from != to) {
        if (!acyclic(from, to))
          return;
        merge(from, to);
      }
    size_t from = nodeOf[&op], to = nodeOf[op.getOperand(0).getDefiningOp()];
    nodes[from].group.root = nullptr;
    merge(from, to);
    nodes[to].joins = true;
  }

  void dependOn(Node &node, Value value, bool inMemory = false) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return;
    if (auto found = nodeOf.find(op); found != nodeOf.end()) {
      node.direct.set(position[op]);
      if (inMemory)
        node.stored.set(position[op]);
      node.deps |= nodes[found->second].members;
      node.deps |= nodes[found->second].deps;
    } else if (roleOf(op) == Role::Leaf) {
      for (OpOperand &operand : op->getOpOperands())
        dependOn(node, operand.get(), isa<ir::SliceOp, ir::BroadcastLikeOp>(op) && !ir::isShapeOnly(operand));
    }
  }

  // The latest producer first: a sum of two contractions belongs to the one whose other operand is there already.
  void join(Operation &op) {
    SmallVector<Value> operands;
    for (Value operand : op.getOperands())
      if (nodeOf.contains(operand.getDefiningOp()))
        operands.push_back(operand);
    llvm::stable_sort(operands, [&](Value a, Value b) { return group(a).group.position > group(b).group.position; });
    for (Value operand : operands)
      if (size_t from = nodeOf[operand.getDefiningOp()], to = nodeOf[&op];
          from != to && (fits(operand, from, to) || continues(op, operand, from, to)) && acyclic(from, to))
        merge(from, to);
    if (isReduction(&op))
      for (size_t sibling = 0; sibling < nodes.size(); ++sibling)
        if (size_t own = nodeOf[&op]; sibling != own && siblings(sibling, own))
          merge(sibling, own);
  }
  Node &group(Value value) { return nodes[nodeOf[value.getDefiningOp()]]; }

  bool sameReduction(const Node &a, const Node &b) const {
    return a.reduction->getAttr("axes") == b.reduction->getAttr("axes");
  }
  bool hasDropout(const Node &node) const {
    return llvm::any_of(node.group.ops, [](Operation *op) { return isa<ir::DropoutOp>(op); });
  }
  // Does the root of the group, or what is summed with it, read what the map makes? Their operands come from memory.
  static bool feedsRoot(const Node &map, const Node &group) {
    return llvm::any_of(group.group.ops, [&](Operation *op) {
      return takesEpilogue(op) && llvm::any_of(op->getOperands(), [&](Value operand) {
               return llvm::is_contained(map.group.ops, operand.getDefiningOp());
             });
    });
  }
  bool staysInside(Value value, const Node &a, const Node &b) const {
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      return llvm::is_contained(a.group.ops, user) || llvm::is_contained(b.group.ops, user);
    });
  }

  static bool takesEpilogue(Operation *root) {
    return roleOf(root) == Role::Contraction || isa<ir::GatherOp, ir::GatherConvOp, ir::SumRowsOp>(root);
  }

  // Several ops that use a root's result may have become one map only after the last of them was seen.
  void giveEpilogue(size_t from) {
    const Node &node = nodes[from];
    if (node.group.ops.size() != 1 || !node.group.root || !takesEpilogue(node.group.root))
      return;
    Value value = node.group.root->getResult(0);
    auto users = value.getUsers();
    if (users.empty() || !nodeOf.contains(*users.begin()))
      return;
    if (size_t to = nodeOf[*users.begin()]; to != from && fits(value, from, to) && acyclic(from, to))
      merge(from, to);
  }

  // May the group that makes `value` and a group that uses it be one kernel?
  bool fits(Value value, size_t fromId, size_t toId) const {
    const Node &from = nodes[fromId], &to = nodes[toId];
    if (from.group.shape != to.group.shape || shapes[value] != to.group.shape || from.group.outside)
      return false;
    if ((from.joins || to.joins) && (from.reduction || to.reduction || isContraction(from) || isContraction(to)))
      return false;
    if (isContraction(from) || isContraction(to)) {
      const Node &map = isContraction(from) ? to : from;
      if (!takesEpilogue((isContraction(from) ? from : to).group.root))
        return false;
      if (isContraction(map) || map.reduction || hasDropout(map) || feedsRoot(map, isContraction(from) ? from : to))
        return false;
      // What the tile holds need not be stored; a map that others read as well is better left to itself.
      if (isContraction(from))
        return staysInside(value, from, to);
      return llvm::all_of(map.group.ops, [&](Operation *op) { return staysInside(op->getResult(0), from, to); });
    }
    if (from.reduction)
      return to.reduction && sameReduction(from, to) && !usesReductions(to, from);
    return true;
  }
  // Are both sides of a sum contractions (or sums of some), so that the second goes on in the first one's accumulators?
  bool continues(Operation &sum, Value value, size_t fromId, size_t toId) const {
    const Node &from = nodes[fromId], &to = nodes[toId];
    if (!isa<ir::AddOp>(sum) || !llvm::all_of(sum.getOperands(), ir::isSumOfContractions) || from.group.shape != to.group.shape)
      return false;
    Value other = sum.getOperand(sum.getOperand(0) == value);
    if (!llvm::is_contained(to.group.ops, other.getDefiningOp()))
      return false; // the other side is a kernel of its own
    // One of them may be any contraction, it is the root; the others are summed row by row.
    return canFollow(from.group.root) || canFollow(to.group.root);
  }
  // A strided data gradient walks its results in an order of its own.
  static bool canFollow(Operation *contraction) {
    auto gradient = dyn_cast<ir::ConvInputGradOp>(contraction);
    return !gradient || llvm::all_of(gradient.getStrides(), [](int64_t stride) { return stride == 1; });
  }
  // Which of two contractions that are summed is the root: one that cannot follow, otherwise that of the longer reduction.
  static bool leads(Operation *a, Operation *b) {
    auto weights = [](Operation *op) { return cast<RankedTensorType>(op->getOperand(1).getType()).getNumElements(); };
    return !canFollow(a) || (canFollow(b) && weights(a) > weights(b));
  }
  bool usesReductions(const Node &user, const Node &maker) const {
    return llvm::any_of(user.group.ops, [&](Operation *op) {
      return llvm::any_of(op->getOperands(), [&](Value v) { return isReductionOf(v, maker); });
    });
  }
  // Itself, or repeated by a broadcast that belongs to no kernel yet.
  static bool isReductionOf(Value value, const Node &maker) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    if (roleOf(op) == Role::Leaf)
      return llvm::any_of(op->getOperands(), [&](Value v) { return isReductionOf(v, maker); });
    return isReduction(op) && llvm::is_contained(maker.group.ops, op);
  }

  // One kernel needs everything before it starts: no way from one group to the other through a third.
  bool acyclic(size_t fromId, size_t toId) const {
    const Node &from = nodes[fromId], &to = nodes[toId];
    if (from.deps.anyCommon(to.members) || to.stored.anyCommon(from.members))
      return false;
    return llvm::none_of(llvm::seq<size_t>(0, nodes.size()), [&](size_t id) {
      const Node &between = nodes[id];
      return id != fromId && id != toId && !between.group.ops.empty() && to.direct.anyCommon(between.members) &&
             between.deps.anyCommon(from.members);
    });
  }

  // Reductions of one shape over the same axes that read a value in common, or one of which reads what the other makes.
  bool siblings(size_t aId, size_t bId) const {
    const Node &a = nodes[aId], &b = nodes[bId];
    if (!a.reduction || a.group.ops.empty() || a.group.shape != b.group.shape || !sameReduction(a, b) ||
        usesReductions(a, b) || usesReductions(b, a) || !acyclic(aId, bId))
      return false;
    auto uses = [&](const Node &node, Value value) {
      return llvm::any_of(node.group.ops, [&](Operation *op) {
        return llvm::is_contained(op->getOperands(), value) || llvm::is_contained(op->getResults(), value);
      });
    };
    return llvm::any_of(b.group.ops, [&](Operation *op) {
      return llvm::any_of(op->getOperands(),
                          [&](Value shared) { return shapes[shared] == b.group.shape && uses(a, shared); });
    });
  }

  void merge(size_t fromId, size_t toId) {
    Node &from = nodes[fromId], &to = nodes[toId];
    for (Operation *op : from.group.ops)
      nodeOf[op] = toId;
    to.group.ops.append(from.group.ops);
    from.group.ops.clear();
    to.group.position = std::max(to.group.position, from.group.position);
    if (!to.group.root || (from.group.root && leads(from.group.root, to.group.root)))
      to.group.root = from.group.root;
    to.reduction = to.reduction ? to.reduction : from.reduction;
    to.joins |= from.joins;
    to.members |= from.members;
    to.direct |= from.direct;
    to.deps |= from.deps;
    to.stored |= from.stored;
    to.direct.reset(to.members);
    to.deps.reset(to.members);
    for (Node &other : nodes)
      if (!other.group.ops.empty() && &other != &to && other.deps.anyCommon(to.members)) {
        other.deps |= to.members;
        other.deps |= to.deps;
      }
  }

  const ir::SymbolicShapes &shapes;
  size_t count;
  std::vector<Node> nodes;
  DenseMap<Operation *, size_t> nodeOf;
  DenseMap<Operation *, unsigned> position;
};
} // namespace

std::vector<KernelGroup> passes::fuse(Block &block, const ir::SymbolicShapes &shapes) {
  return Fusion(block, shapes).groups();
}
