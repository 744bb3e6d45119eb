// SPDX-License-Identifier: Apache-2.0
#include "codegen/EntryPlan.h"
#include "codegen/KernelEmitter.h"
#include "ir/PackedLayout.h"
#include "mlir/Parser/Parser.h"
#include "tenon/c_api.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {

// Views share their operand's memory.
mlir::Value storageOf(mlir::Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<ir::ReshapeOp, ir::ReshapeLikeOp>(op))
      return value;
    value = op->getOperand(0);
  }
  return value;
}

void collectNames(Location loc, llvm::SetVector<StringRef> &names) {
  if (auto name = dyn_cast<NameLoc>(loc))
    names.insert(name.getName());
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location inner : fused.getLocations())
      collectNames(inner, names);
}

std::string digestOf(StringRef text, const ir::Machine &machine) {
  llvm::SHA256 hash;
  hash.update(text);
  std::string state;
  // All that the code depends on: kernels of equal name are taken for equal when programs are linked together.
  llvm::raw_string_ostream(state) << TENON_ABI_VERSION << '|' << TENON_VERSION << '|' << machine.triple << '|' << machine.cpu << '|'
                                  << machine.features << '|' << machine.l2 << '|' << machine.fmaPorts << '|'
                                  << machine.loadPorts << '|' << machine.gigahertz;
  hash.update(state);
  return llvm::toHex(hash.final(), /*LowerCase=*/true).substr(0, 16);
}

class Planner {
public:
  Planner(func::FuncOp function, const ir::Machine &machine, KernelTable &table, ir::SymbolicShapes shapes)
      : function(function), machine(machine), table(table), shapes(std::move(shapes)) {}

  FailureOr<EntryPlan> run() {
    plan.name = function.getSymName().str();
    plan.function = function;
    plan.symbols.assign(shapes.symbols().begin(), shapes.symbols().end());
    plan.checks.assign(shapes.checks().begin(), shapes.checks().end());
    Block &body = function.getBody().front();
    collectAssigns(body);
    for (mlir::Value value : body.getTerminator()->getOperands()) {
      if (cast<RankedTensorType>(value.getType()).getEncoding())
        return function.emitOpError("returns a packed value, which only kernels read");
      plan.outputs.push_back(shapes[value]);
    }
    placeResults(body);
    for (Operation &op : body)
      if (auto kernel = dyn_cast<ir::KernelOp>(op)) {
        if (failed(addKernel(kernel)))
          return failure();
      } else if (!isa<ir::ReadOp, ir::AssignOp, ir::ConstantOp, ir::ReshapeOp, ir::ReshapeLikeOp, func::ReturnOp>(op)) {
        return op.emitOpError("stands outside a kernel: the module was not optimised");
      }
    addCopies(body);
    for (auto &[value, buffer] : bufferOf)
      plan.buffers[buffer].last = std::max(plan.buffers[buffer].last, plan.buffers[buffer].first);
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
  AffineExpr bytesOf(mlir::Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    int64_t size = std::max<unsigned>(1, type.getElementTypeBitWidth() / 8);
    if (type.getEncoding())
      return getAffineConstantExpr(ir::storedElements(type) * size, value.getContext());
    return shapes.elements(value) * size;
  }

  void collectAssigns(Block &body) {
    for (Operation &op : body) {
      if (auto assign = dyn_cast<ir::AssignOp>(op))
        plan.assigned.push_back(assign.getVariable().str());
      if (auto kernel = dyn_cast<ir::KernelOp>(op))
        position[kernel] = position.size();
    }
  }

  // All kernels that use a value, through views; null in the list stands for a return or an assign.
  SmallVector<Operation *> usersOf(mlir::Value value) {
    SmallVector<Operation *> users;
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      if (isa<ir::ReshapeOp, ir::ReshapeLikeOp>(user)) {
        if (use.getOperandNumber() == 0)
          users.append(usersOf(user->getResult(0)));
      } else if (isa<ir::KernelOp>(user)) {
        users.push_back(user);
      } else {
        users.push_back(nullptr);
      }
    }
    return users;
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
          // In place: the kernel reads each element where it writes it.
          bool isMap = true;
          for (Operation &inner : writer.getBody().front().without_terminator())
            isMap &= inner.hasTrait<ir::Elementwise>() || isa<ir::ConstantOp, ir::CountOp, ir::DropoutOp>(inner);
          if (!isMap || read.getType() != result.getType())
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
      places[argument] = {Place::Input, argument.getArgNumber()};
    for (Operation &op : body) {
      if (auto read = dyn_cast<ir::ReadOp>(op)) {
        places[read.getResult()] = {Place::Variable, variable(read.getVariable())};
      } else if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
        places[constant.getResult()] = {Place::Constant, static_cast<unsigned>(plan.constants.size())};
        plan.constants.push_back(cast<DenseElementsAttr>(constant.getValue()));
      } else if (auto assign = dyn_cast<ir::AssignOp>(op)) {
        unsigned index = variable(assign.getVariable());
        auto result = dyn_cast<OpResult>(storageOf(assign.getValue()));
        if (result && isa<ir::KernelOp>(result.getOwner()) && !places.count(result) &&
            mayOverwrite(assign.getVariable(), cast<ir::KernelOp>(result.getOwner()), result))
          places[result] = {Place::Variable, index};
      }
    }
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands())) {
      auto result = dyn_cast<OpResult>(storageOf(value));
      if (result && isa<ir::KernelOp>(result.getOwner()) && !places.count(result))
        places[result] = {Place::Output, static_cast<unsigned>(i)};
    }
  }

  LogicalResult addKernel(ir::KernelOp op) {
    KernelCall call;
    std::string text = Kernel::canonicalText(op, shapes, call.sizes);
    auto known = table.byText.find(text);
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(op.getContext()));
    if (!module)
      return op.emitOpError("could not be read back from its canonical text");
    Kernel kernel(*module);
    const Family *family = familyOf(kernel);
    if (!family)
      return op.emitOpError("has no emitter for its root '") << kernel.root()->getName() << "'";
    KernelPlan cut = family->plan(kernel, machine);
    if (known == table.byText.end()) {
      call.kernel = table.kernels.size();
      table.byText[text] = call.kernel;
      KernelTable::Entry entry{text, std::string(family->name) + "_" + digestOf(text, machine), {}};
      if (auto schedule = op.getSchedule())
        entry.explanation = (schedule->getAlgorithm() + " " + Twine(schedule->getRows()) + "x" + Twine(schedule->getColumns())).str();
      table.kernels.push_back(std::move(entry));
    } else {
      call.kernel = known->second;
    }
    auto substitute = [&](AffineExpr expr) { return expr.replaceDimsAndSymbols({}, call.sizes); };
    call.tasks = substitute(cut.tasks);
    llvm::SetVector<StringRef> names;
    collectNames(op.getLoc(), names);
    call.layers = names.empty() ? op.getName().str() : llvm::join(names, "+");

    int64_t stage = stageFor(op);
    for (auto [operand, argument] : llvm::zip(op.getOperands(), op.getBody().front().getArguments())) {
      mlir::Value storage = storageOf(operand);
      if (!Kernel::isRead(argument)) {
        call.operands.push_back({});
        continue;
      }
      call.operands.push_back(places[storage]);
      if (auto buffer = bufferOf.find(storage); buffer != bufferOf.end())
        plan.buffers[buffer->second].last = std::max(plan.buffers[buffer->second].last, stage);
    }
    for (mlir::Value result : op.getResults()) {
      auto [place, isNew] = places.try_emplace(result, Place{Place::Arena, static_cast<unsigned>(plan.buffers.size())});
      if (isNew) {
        bufferOf[result] = plan.buffers.size();
        plan.buffers.push_back({bytesOf(result), stage, stage});
      }
      call.results.push_back(place->second);
    }
    if (cut.scratchBytes) {
      call.scratch = {Place::Arena, static_cast<unsigned>(plan.buffers.size())};
      plan.buffers.push_back({substitute(cut.scratchBytes), stage, stage});
    }
    for (Operation &inner : op.getBody().front().without_terminator())
      if (isa<ir::ConvOp, ir::MatmulOp, ir::ConvInputGradOp, ir::ConvFilterGradOp>(inner))
        call.flops = flopsOf(inner);
    if (static_cast<size_t>(stage) == plan.stages.size())
      plan.stages.emplace_back();
    plan.stages[stage].calls.push_back(std::move(call));
    stageOf[op] = stage;
    return success();
  }

  // Multiply-adds counted twice: output elements times reduction steps, padding included.
  AffineExpr flopsOf(Operation &op) {
    auto size = [&](mlir::Value v) { return shapes.elements(v); };
    if (auto matmul = dyn_cast<ir::MatmulOp>(op)) {
      mlir::Value rows = matmul.getLhs();
      AffineExpr columns = matmul.getTransposeLhs() ? shapes[matmul.getRhs()].back() : shapes[matmul.getResult()].back();
      return size(rows) * columns * 2;
    }
    mlir::Value filter = isa<ir::ConvFilterGradOp>(op) ? op.getResult(0) : op.getOperand(1);
    mlir::Value pixels = isa<ir::ConvOp>(op) ? op.getResult(0) : op.getOperand(isa<ir::ConvFilterGradOp>(op) ? 1 : 0);
    AffineExpr count = getAffineConstantExpr(2, op.getContext());
    for (AffineExpr dim : ArrayRef(shapes[pixels]).drop_back())
      count = count * dim;
    return count * size(filter);
  }

  // The stage a kernel goes to: the last one when nothing in it touches what the kernel reads or writes, else a new one.
  int64_t stageFor(ir::KernelOp op) {
    int64_t current = plan.stages.size();
    if (current == 0)
      return 0;
    auto inLast = [&](Operation *other) {
      auto it = stageOf.find(other);
      return it != stageOf.end() && it->second == current - 1;
    };
    for (mlir::Value operand : op.getOperands())
      if (Operation *producer = storageOf(operand).getDefiningOp(); producer && inLast(producer))
        return current;
    for (mlir::Value result : op.getResults()) { // writing over a variable that the last stage still reads
      auto place = places.find(result);
      if (place == places.end() || place->second.kind != Place::Variable)
        continue;
      for (auto read : function.getOps<ir::ReadOp>())
        if (read.getVariable() == plan.variables[place->second.index])
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
      Place from = places[storage];
      if (from == to)
        return;
      if (auto buffer = bufferOf.find(storage); buffer != bufferOf.end())
        plan.buffers[buffer->second].last = stage;
      plan.copies.push_back({from, to, bytesOf(value)});
    };
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      copy(value, {Place::Output, static_cast<unsigned>(i)});
    // A variable's old value that goes into another variable is saved first: its own storage may be written before.
    std::vector<CopyPlan> assigns;
    for (auto assign : function.getOps<ir::AssignOp>()) {
      Place to{Place::Variable, variable(assign.getVariable())};
      Place from = places[storageOf(assign.getValue())];
      if (from.kind == Place::Variable && !(from == to)) {
        Place saved{Place::Arena, static_cast<unsigned>(plan.buffers.size())};
        plan.buffers.push_back({bytesOf(assign.getValue()), stage, stage});
        plan.copies.push_back({from, saved, bytesOf(assign.getValue())});
        assigns.push_back({saved, to, bytesOf(assign.getValue())});
      }
    }
    for (auto assign : function.getOps<ir::AssignOp>()) {
      Place from = places[storageOf(assign.getValue())];
      if (from.kind != Place::Variable)
        copy(assign.getValue(), {Place::Variable, variable(assign.getVariable())});
    }
    plan.copies.insert(plan.copies.end(), assigns.begin(), assigns.end());
  }

  func::FuncOp function;
  const ir::Machine &machine;
  KernelTable &table;
  ir::SymbolicShapes shapes;
  EntryPlan plan;
  llvm::DenseMap<mlir::Value, Place> places;
  llvm::DenseMap<mlir::Value, unsigned> bufferOf;
  llvm::DenseMap<Operation *, int64_t> position, stageOf;
};
} // namespace

FailureOr<EntryPlan> tenon::codegen::planEntry(func::FuncOp function, const ir::Machine &machine, KernelTable &table) {
  auto shapes = ir::SymbolicShapes::analyze(function);
  if (failed(shapes))
    return failure();
  return Planner(function, machine, table, std::move(*shapes)).run();
}
