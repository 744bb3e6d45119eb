// SPDX-License-Identifier: Apache-2.0
#include "codegen/EntryPlan.h"
#include "codegen/ColumnViews.h"
#include "codegen/LoopPlanner.h"
#include "ir/Stages.h"
#include "ir/target/CostModel.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {

class Planner {
public:
  Planner(func::FuncOp function, const ir::Machine &machine, KernelTable &table, ir::SymbolicShapes shapes)
      : function(function), machine(machine), shapes(std::move(shapes)), kernels(machine, table, this->shapes),
        places(plan, this->shapes) {}

  FailureOr<EntryPlan> run() {
    plan.name = function.getSymName().str();
    plan.function = function;
    plan.symbols.assign(shapes.symbols().begin(), shapes.symbols().end());
    plan.checks.assign(shapes.checks().begin(), shapes.checks().end());
    Block &body = function.getBody().front();
    collectAssigns(body);
    views.addSlices(body);
    for (mlir::Value value : body.getTerminator()->getOperands()) {
      if (cast<RankedTensorType>(value.getType()).getEncoding())
        return function.emitOpError("returns a packed value, which only kernels read");
      plan.outputs.push_back(shapes[value]);
    }
    placeResults(body);
    views.addConcats(
        body, [&](mlir::Value value) { return !places.has(value); },
        [&](mlir::Value value) { return places.of(value).kind != Place::Variable; });
    for (Operation &op : body)
      if (auto kernel = dyn_cast<ir::KernelOp>(op)) {
        if (!views.isGone(kernel) && failed(addKernel(kernel)))
          return failure();
      } else if (auto scan = dyn_cast<ir::ScanOp>(op)) {
        if (failed(addScan(scan)))
          return failure();
      } else if (!isa<ir::ReadOp, ir::AssignOp, ir::ConstantOp, ir::ReshapeOp, ir::ReshapeLikeOp, func::ReturnOp>(op)) {
        return op.emitOpError("stands outside a kernel: the module was not optimised");
      }
    addCopies(body);
    plan.memory = planMemory(plan.buffers, plan.symbols.size());
    return std::move(plan);
  }

private:
  unsigned variable(StringRef name) {
    auto known = llvm::find(plan.variables, name);
    if (known == plan.variables.end()) {
      plan.variables.push_back(name.str());
      return plan.variables.size() - 1;
    }
    return known - plan.variables.begin();
  }

  void collectAssigns(Block &body) {
    for (Operation &op : body) {
      if (auto assign = dyn_cast<ir::AssignOp>(op))
        plan.assigned.push_back(assign.getVariable().str());
      if (isa<ir::KernelOp, ir::ScanOp>(op))
        position[&op] = position.size();
    }
  }

  // All kernels and scans that use a value, through views; null in the list stands for a return or an assign.
  SmallVector<Operation *> usersOf(mlir::Value value) {
    SmallVector<Operation *> users;
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      if (isa<ir::ReshapeOp, ir::ReshapeLikeOp>(user)) {
        if (use.getOperandNumber() == 0)
          users.append(usersOf(user->getResult(0)));
      } else if (auto kernel = dyn_cast<ir::KernelOp>(user); kernel && views.isGone(kernel)) {
        users.append(usersOf(kernel.getResult(0))); // its result is the value, or holds it
      } else if (isa<ir::KernelOp, ir::ScanOp>(user)) {
        users.push_back(user);
      } else {
        users.push_back(nullptr);
      }
    }
    return users;
  }

  // Does the kernel read each element of the value right where it writes it? Maps do, and updates behind sums of rows.
  static bool readsInPlace(ir::KernelOp kernel, mlir::Value value) {
    Block &body = kernel.getBody().front();
    return llvm::all_of(body.without_terminator(), [&](Operation &inner) {
      if (auto sum = dyn_cast<ir::SumRowsOp>(inner))
        return llvm::none_of(sum->getOperands(), [&](mlir::Value operand) {
          auto argument = dyn_cast<BlockArgument>(operand);
          return argument && kernel.getOperand(argument.getArgNumber()) == value;
        });
      return inner.hasTrait<ir::Elementwise>() || isa<ir::ConstantOp, ir::CountOp, ir::DropoutOp>(inner);
    });
  }

  // May the kernel's result be written over the variable while `value` (its old value) is read?
  bool mayOverwrite(StringRef name, ir::KernelOp writer, mlir::Value result) {
    for (auto read : function.getOps<ir::ReadOp>()) {
      if (read.getVariable() != name)
        continue;
      for (Operation *user : usersOf(read.getResult())) {
        if (!user)
          return false;
        if (user == writer) {
          bool readsColumns = llvm::any_of(writer.getOperands(), [&](mlir::Value v) { return viewOf(v).pitch != 0; });
          if (!readsInPlace(writer, read.getResult()) || readsColumns || read.getType() != result.getType())
            return false;
        } else if (position[user] > position[writer]) {
          return false;
        }
      }
    }
    return true;
  }

  // Inputs, variables and constants lie where they are; results that are returned or assigned are written in place
  // where that is right.
  void placeResults(Block &body) {
    for (BlockArgument argument : body.getArguments())
      places.set(argument, {Place::Input, argument.getArgNumber()});
    for (Operation &op : body) {
      if (auto read = dyn_cast<ir::ReadOp>(op)) {
        places.set(read.getResult(), {Place::Variable, variable(read.getVariable())});
      } else if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
        places.set(constant.getResult(), places.newConstant(constant));
      } else if (auto assign = dyn_cast<ir::AssignOp>(op)) {
        unsigned index = variable(assign.getVariable());
        auto result = dyn_cast<OpResult>(storageOf(assign.getValue()));
        if (result && isa<ir::KernelOp>(result.getOwner()) && !places.has(result) &&
            mayOverwrite(assign.getVariable(), cast<ir::KernelOp>(result.getOwner()), result))
          places.set(result, {Place::Variable, index});
      }
    }
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands())) {
      auto result = dyn_cast<OpResult>(storageOf(value));
      if (result && isa<ir::KernelOp, ir::ScanOp>(result.getOwner()) && !places.has(result))
        places.set(result, {Place::Output, static_cast<unsigned>(i)});
    }
  }

  LogicalResult addKernel(ir::KernelOp op) {
    SmallVector<int64_t> pitches;
    for (unsigned i = 0; i < op.getNumOperands(); ++i)
      pitches.push_back(views.isInPlace(op, i) ? inPlace : viewOf(op.getOperand(i)).pitch);
    for (mlir::Value result : op.getResults())
      pitches.push_back(views[result].pitch);
    AffineExpr scratchBytes;
    FailureOr<KernelCall> call = kernels.make(op, pitches, scratchBytes);
    if (failed(call))
      return failure();
    int64_t stage = stageFor(op);
    for (auto [operand, argument] : llvm::zip(op.getOperands(), op.getBody().front().getArguments())) {
      ColumnViews::View view = viewOf(operand);
      if (!Kernel::isRead(argument) || views.isInPlace(op, argument.getArgNumber())) {
        call->operands.push_back({});
        continue;
      }
      call->operands.push_back(inside(places.of(view.base), view));
      places.useUntil(view.base, stage);
    }
    for (mlir::Value result : op.getResults()) {
      ColumnViews::View view = views[result];
      call->results.push_back(inside(places.placeResult(view.base, stage), view));
      places.useUntil(view.base, stage);
    }
    if (scratchBytes)
      call->scratch = places.newBuffer(scratchBytes, stage);
    stageAt(stage).calls.push_back(std::move(*call));
    stageOf[op] = stage;
    return success();
  }
  StagePlan &stageAt(int64_t stage) {
    if (static_cast<size_t>(stage) == plan.stages.size())
      plan.stages.emplace_back();
    return plan.stages[stage];
  }

  LogicalResult addScan(ir::ScanOp op) {
    int64_t stage = stageFor(op);
    for (mlir::Value operand : op.getOperands())
      places.useUntil(storageOf(operand), stage);
    FailureOr<LoopPlan> loop = planLoop(op, stage, machine, shapes, kernels, places);
    if (failed(loop))
      return failure();
    stageAt(stage).loops.push_back(std::move(*loop));
    stageOf[op] = stage;
    return success();
  }

  // Where a value lies, through views and columns: a reshape of columns does not exist, columns of a reshape do.
  ColumnViews::View viewOf(mlir::Value value) {
    ColumnViews::View view = views[storageOf(value)];
    view.base = storageOf(view.base);
    return view;
  }
  static Place inside(Place place, const ColumnViews::View &view) {
    int64_t bytes = std::max<unsigned>(1, cast<RankedTensorType>(view.base.getType()).getElementTypeBitWidth() / 8);
    if (place.kind != Place::Nowhere)
      place.offset = view.offset * bytes;
    return place;
  }
  // The kernels that write a value, also those that write parts of it in place.
  SmallVector<Operation *> makersOf(mlir::Value value) {
    Operation *maker = storageOf(value).getDefiningOp();
    auto kernel = dyn_cast_or_null<ir::KernelOp>(maker);
    if (!kernel)
      return maker ? SmallVector<Operation *>{maker} : SmallVector<Operation *>();
    SmallVector<Operation *> makers;
    if (!views.isGone(kernel))
      makers.push_back(kernel);
    for (auto [i, operand] : llvm::enumerate(kernel.getOperands()))
      if (views.isGone(kernel) || views.isInPlace(kernel, i))
        makers.append(makersOf(operand));
    return makers;
  }

  static bool isStepwise(const StagePlan &stage) {
    return llvm::any_of(stage.loops, [](const LoopPlan &loop) { return loop.stepwise; });
  }

  // The stage a kernel or scan goes to: the last one when it is of its kind and nothing in it touches what it reads or writes, else a new one.
  int64_t stageFor(Operation *op) {
    int64_t current = plan.stages.size();
    if (current == 0 || plan.stages.back().loops.empty() == isa<ir::ScanOp>(op) || isStepwise(plan.stages.back()))
      return current;
    if (op->hasAttr(ir::ownStageName))
      return current;
    if (auto scan = dyn_cast<ir::ScanOp>(op); scan && !ir::staysInCache(machine, scan.sharedBytes()))
      return current;
    auto inLast = [&](Operation *other) {
      auto it = stageOf.find(other);
      return it != stageOf.end() && it->second == current - 1;
    };
    for (mlir::Value operand : op->getOperands())
      if (llvm::any_of(makersOf(operand), inLast))
        return current;
    for (mlir::Value result : op->getResults()) { // writing over a variable that the last stage still reads
      Place place = places.of(result);
      if (place.kind != Place::Variable)
        continue;
      for (auto read : function.getOps<ir::ReadOp>())
        if (read.getVariable() == plan.variables[place.index])
          for (Operation *user : usersOf(read.getResult()))
            if (user && inLast(user))
              return current;
    }
    return current - 1;
  }

  void addCopies(Block &body) {
    int64_t stage = plan.stages.size();
    auto copy = [&](mlir::Value value, Place to) {
      mlir::Value storage = storageOf(value);
      Place from = places.of(storage);
      if (from == to)
        return;
      places.useUntil(storage, stage);
      plan.copies.push_back({from, to, places.bytesOf(value)});
    };
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      copy(value, {Place::Output, static_cast<unsigned>(i)});
    // A variable's old value that goes into another variable is saved first: its own storage may be written before.
    std::vector<CopyPlan> assigns;
    for (auto assign : function.getOps<ir::AssignOp>()) {
      Place to{Place::Variable, variable(assign.getVariable())};
      Place from = places.of(storageOf(assign.getValue()));
      if (from.kind == Place::Variable && !(from == to)) {
        AffineExpr bytes = places.bytesOf(assign.getValue());
        Place saved = places.newBuffer(bytes, stage);
        plan.copies.push_back({from, saved, bytes});
        assigns.push_back({saved, to, bytes});
      }
    }
    for (auto assign : function.getOps<ir::AssignOp>()) {
      Place from = places.of(storageOf(assign.getValue()));
      if (from.kind != Place::Variable)
        copy(assign.getValue(), {Place::Variable, variable(assign.getVariable())});
    }
    plan.copies.insert(plan.copies.end(), assigns.begin(), assigns.end());
  }

  func::FuncOp function;
  const ir::Machine &machine;
  ir::SymbolicShapes shapes;
  EntryPlan plan;
  ColumnViews views;
  KernelCalls kernels;
  ValuePlaces places;
  llvm::DenseMap<Operation *, int64_t> position, stageOf;
};
} // namespace

FailureOr<EntryPlan> tenon::codegen::planEntry(func::FuncOp function, const ir::Machine &machine, KernelTable &table) {
  auto shapes = ir::SymbolicShapes::analyze(function);
  if (failed(shapes))
    return failure();
  return Planner(function, machine, table, std::move(*shapes)).run();
}
