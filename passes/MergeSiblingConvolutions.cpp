// SPDX-License-Identifier: Apache-2.0
#include "ir/target/CostModel.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/DeadCode.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"
#include "passes/Weights.h"

namespace tenon::passes {
#define GEN_PASS_DEF_MERGESIBLINGCONVOLUTIONS
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
// A layer and the elementwise ops behind it that its siblings have as well.
struct Sibling {
  Operation *root;
  SmallVector<Operation *> chain; // in order; each the only user of the one before
  SmallVector<Value> vectors;     // what a chain op adds or multiplies per filter; null: an op without such an operand
  Value result() const { return (chain.empty() ? root : chain.back())->getResult(0); }
  int64_t filters() const { return shapeOf(root->getResult(0)).back(); }
};

// Is the value a splat constant of rank 0?
bool isScalarConstant(Value value) {
  auto constant = value.getDefiningOp<ir::ConstantOp>();
  return constant && shapeOf(value).empty();
}

Sibling siblingOf(Operation *root) {
  Sibling s{root, {}, {}};
  while (s.result().hasOneUse()) {
    Operation *user = *s.result().user_begin();
    if (!user->hasTrait<ir::Elementwise>() || user->getNumOperands() > 2 || user->getResult(0).getType() != s.result().getType())
      break;
    Value vector;
    if (user->getNumOperands() == 2) {
      Value other = user->getOperand(0) == s.result() ? user->getOperand(1) : user->getOperand(0);
      if (isWeight(other) && shapeOf(other) == ArrayRef<int64_t>(s.filters()))
        vector = other;
      else if (!isScalarConstant(other))
        break;
    }
    s.chain.push_back(user);
    s.vectors.push_back(vector);
  }
  return s;
}

bool sameOp(Operation *a, Operation *b) { return a->getName() == b->getName() && a->getAttrDictionary() == b->getAttrDictionary(); }
bool sameChain(const Sibling &a, const Sibling &b) {
  if (a.chain.size() != b.chain.size())
    return false;
  for (size_t i = 0; i < a.chain.size(); ++i) {
    if (!sameOp(a.chain[i], b.chain[i]) || bool(a.vectors[i]) != bool(b.vectors[i]))
      return false;
    Value left = i ? a.chain[i - 1]->getResult(0) : a.root->getResult(0), right = i ? b.chain[i - 1]->getResult(0) : b.root->getResult(0);
    for (auto [x, y] : llvm::zip(a.chain[i]->getOperands(), b.chain[i]->getOperands())) {
      if ((x == left) != (y == right))
        return false;
      if (x != left && !a.vectors[i] &&
          x.getDefiningOp<ir::ConstantOp>().getValue() != y.getDefiningOp<ir::ConstantOp>().getValue())
        return false;
    }
  }
  return true;
}
bool sameWindow(Operation *a, Operation *b) {
  return a->getOperand(0) == b->getOperand(0) && sameOp(a, b) &&
         shapeOf(a->getOperand(1)).drop_back() == shapeOf(b->getOperand(1)).drop_back();
}

// Users that read some columns of a value as well as all of it.
bool readsColumns(Operation *user) {
  return isa<ir::ConvOp, ir::MatmulOp, ir::MaxPoolOp, ir::AvgPoolOp, ir::ReduceSumOp>(user);
}

struct MergeSiblingConvolutions : tenon::passes::impl::MergeSiblingConvolutionsBase<MergeSiblingConvolutions> {
  using MergeSiblingConvolutionsBase::MergeSiblingConvolutionsBase;
  explicit MergeSiblingConvolutions(const ir::Machine &machine) : machine(machine) {}

  LogicalResult initialize(MLIRContext *context) override { return passes::describeMachine(machine, target, getArgument(), context); }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isDeclaration() || !function.getOps<ir::AssignOp>().empty())
      return markAllAnalysesPreserved();
    Block &body = function.getBody().front();
    SmallVector<Operation *> layers;
    for (Operation &op : body)
      if (isLayer(&op))
        layers.push_back(&op);
    DenseSet<Operation *> done;
    for (Operation *first : layers) {
      if (done.contains(first))
        continue;
      SmallVector<Sibling> siblings = {siblingOf(first)};
      for (Operation *other : layers)
        if (other != first && !done.contains(other) && sameWindow(first, other)) {
          Sibling sibling = siblingOf(other);
          if (sameChain(siblings[0], sibling))
            siblings.push_back(std::move(sibling));
        }
      if (siblings.size() < 2)
        continue;
      llvm::erase_if(siblings, [&](const Sibling &s) { return !canBeColumns(s); });
      if (siblings.size() < 2 || !pays(siblings))
        continue;
      for (const Sibling &s : siblings)
        done.insert(s.root);
      merge(siblings);
      ++merged;
    }
    eraseDead(body);
  }

  // A result that goes straight into a concatenation, out of the function or through a view would be copied.
  bool canBeColumns(const Sibling &s) {
    bool good = llvm::all_of(s.result().getUsers(), readsColumns);
    if (!good)
      addRemark(s.root, getArgument(), Outcome::Missed, s.root->getLoc(), "not merged with its siblings: what uses it needs it for itself");
    return good;
  }

  double price(Operation *root, int64_t filters) {
    int64_t rows = 1;
    for (int64_t size : shapeOf(root->getResult(0)).drop_front().drop_back())
      rows *= ShapedType::isDynamic(size) ? 32 : size;
    int64_t reduction = 1;
    for (int64_t size : shapeOf(root->getOperand(1)).drop_back())
      reduction *= size;
    int64_t input = rows * shapeOf(root->getOperand(0)).back();
    ir::Tile tile = ir::chooseTile(*machine, filters, rows);
    return ir::contractionSeconds(*machine, tile, rows, filters, reduction) + ir::streamSeconds(*machine, input * 4) + ir::forkJoinSeconds;
  }
  bool pays(ArrayRef<Sibling> siblings) {
    int64_t filters = 0;
    double apart = 0;
    for (const Sibling &s : siblings) {
      filters += s.filters();
      apart += price(s.root, s.filters());
    }
    double together = price(siblings[0].root, filters);
    bool good = together < 0.97 * apart;
    std::string others;
    for (const Sibling &s : siblings.drop_front())
      others += (others.empty() ? "" : ", ") + ir::layerName(s.root->getLoc());
    addRemark(siblings[0].root, getArgument(), good ? Outcome::Applied : Outcome::Missed, siblings[0].root->getLoc(),
              (good ? "merged with " : "not merged with ") + others + ": " + microseconds(together) + " together, " +
                  microseconds(apart) + " apart (batch 1, one core)");
    return good;
  }

  void merge(ArrayRef<Sibling> siblings) {
    Operation *first = siblings[0].root;
    for (const Sibling &s : siblings)
      first = s.root->isBeforeInBlock(first) ? s.root : first;
    for (const Sibling &s : siblings) {
      hoistWeight(s.root->getOperand(1), first);
      for (Operation *op : s.chain)
        for (Value operand : op->getOperands())
          if (isWeight(operand))
            hoistWeight(operand, first);
    }
    ImplicitLocOpBuilder b(first->getLoc(), first);
    auto locate = [&](llvm::function_ref<Operation *(const Sibling &)> part) {
      SmallVector<Location> all = llvm::map_to_vector(siblings, [&](const Sibling &s) { return part(s)->getLoc(); });
      b.setLoc(FusedLoc::get(b.getContext(), all));
    };
    auto join = [&](llvm::function_ref<Value(const Sibling &)> part) -> Value {
      SmallVector<Value> parts = llvm::map_to_vector(siblings, part);
      return ir::ConcatOp::create(b, parts, shapeOf(parts[0]).size() - 1);
    };
    auto copy = [&](Operation *op, ValueRange operands) {
      OperationState state(b.getLoc(), op->getName(), operands, {}, op->getAttrs());
      auto from = cast<RankedTensorType>(op->getResult(0).getType());
      SmallVector<int64_t> shape(from.getShape());
      shape.back() = total(siblings);
      state.addTypes(RankedTensorType::get(shape, from.getElementType()));
      return b.create(state)->getResult(0);
    };
    locate([](const Sibling &s) { return s.root; });
    Value weights = join([](const Sibling &s) { return s.root->getOperand(1); });
    Value value = copy(siblings[0].root, {first->getOperand(0), weights});
    for (size_t i = 0; i < siblings[0].chain.size(); ++i) {
      Operation *op = siblings[0].chain[i];
      locate([&](const Sibling &s) { return s.chain[i]; });
      Value before = i ? siblings[0].chain[i - 1]->getResult(0) : siblings[0].root->getResult(0);
      Value vector = siblings[0].vectors[i] ? join([&](const Sibling &s) { return s.vectors[i]; }) : Value();
      SmallVector<Value> operands;
      for (Value operand : op->getOperands())
        operands.push_back(operand == before ? value : vector ? vector : operand);
      value = copy(op, operands);
    }
    int64_t start = 0, axis = shapeOf(value).size() - 1;
    for (const Sibling &s : siblings) {
      Value part = ir::SliceOp::create(b, s.root->getLoc(), value, axis, start, s.filters());
      s.result().replaceAllUsesWith(part);
      start += s.filters();
    }
  }
  static int64_t total(ArrayRef<Sibling> siblings) {
    int64_t filters = 0;
    for (const Sibling &s : siblings)
      filters += s.filters();
    return filters;
  }

  std::optional<ir::Machine> machine;
};
} // namespace

std::unique_ptr<Pass> passes::createMergeSiblingConvolutions(const ir::Machine &machine) {
  return std::make_unique<MergeSiblingConvolutions>(machine);
}
