// SPDX-License-Identifier: Apache-2.0
#include "codegen/EntryPlan.h"
#include "codegen/ColumnViews.h"
#include "codegen/KernelEmitter.h"
#include "ir/KernelPrice.h"
#include "ir/PackedLayout.h"
#include "ir/Stages.h"
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
    views.addSlices(body);
    for (mlir::Value value : body.getTerminator()->getOperands()) {
      if (cast<RankedTensorType>(value.getType()).getEncoding())
        return function.emitOpError("returns a packed value, which only kernels read");
      plan.outputs.push_back(shapes[value]);
    }
    placeResults(body);
    views.addConcats(
        body, [&](mlir::Value value) { return !places.count(value); },
        [&](mlir::Value value) { return places.lookup(value).kind != Place::Variable; });
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
      if (result && isa<ir::KernelOp, ir::ScanOp>(result.getOwner()) && !places.count(result))
        places[result] = {Place::Output, static_cast<unsigned>(i)};
    }
  }

  // The kernel in the table and its sizes; places are the caller's.
  FailureOr<KernelCall> makeCall(ir::KernelOp op, AffineExpr &scratchBytes) {
    KernelCall call;
    SmallVector<int64_t> pitches;
    for (unsigned i = 0; i < op.getNumOperands(); ++i)
      pitches.push_back(views.isInPlace(op, i) ? inPlace : viewOf(op.getOperand(i)).pitch);
    for (mlir::Value result : op.getResults())
      pitches.push_back(views[result].pitch);
    std::string text = Kernel::canonicalText(op, shapes, call.sizes, pitches);
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
        entry.schedule = (schedule->getAlgorithm() + " " + Twine(schedule->getRows()) + "x" + Twine(schedule->getColumns())).str();
      table.kernels.push_back(std::move(entry));
    } else {
      call.kernel = known->second;
    }
    auto substitute = [&](AffineExpr expr) { return expr.replaceDimsAndSymbols({}, call.sizes); };
    call.tasks = substitute(cut.tasks);
    scratchBytes = cut.scratchBytes ? substitute(cut.scratchBytes) : AffineExpr();
    call.layers = layersOf(op, op.getName());
    call.seconds = ir::kernelSeconds(op, machine);
    for (Operation &inner : op.getBody().front().without_terminator())
      if (isa<ir::ConvOp, ir::MatmulOp, ir::ConvInputGradOp, ir::ConvFilterGradOp>(inner))
        call.flops = call.flops ? call.flops + flopsOf(inner) : flopsOf(inner);
    return call;
  }

  static std::vector<std::string> layersOf(Operation *op, StringRef otherwise) {
    llvm::SetVector<StringRef> names;
    collectNames(op->getLoc(), names);
    if (names.empty())
      names.insert(otherwise);
    return {names.begin(), names.end()};
  }

  void useUntil(mlir::Value storage, int64_t stage) {
    if (auto buffer = bufferOf.find(storage); buffer != bufferOf.end())
      plan.buffers[buffer->second].last = std::max(plan.buffers[buffer->second].last, stage);
  }
  // Where a result of a kernel or scan goes: where it was placed already, or a new buffer.
  Place placeResult(mlir::Value result, int64_t stage) {
    auto [place, isNew] = places.try_emplace(result, Place{Place::Arena, static_cast<unsigned>(plan.buffers.size())});
    if (isNew) {
      bufferOf[result] = plan.buffers.size();
      plan.buffers.push_back({bytesOf(result), stage, stage});
    }
    return place->second;
  }
  Place newBuffer(AffineExpr bytes, int64_t stage) {
    plan.buffers.push_back({bytes, stage, stage});
    return {Place::Arena, static_cast<unsigned>(plan.buffers.size() - 1)};
  }

  LogicalResult addKernel(ir::KernelOp op) {
    AffineExpr scratchBytes;
    FailureOr<KernelCall> call = makeCall(op, scratchBytes);
    if (failed(call))
      return failure();
    int64_t stage = stageFor(op);
    for (auto [operand, argument] : llvm::zip(op.getOperands(), op.getBody().front().getArguments())) {
      ColumnViews::View view = viewOf(operand);
      if (!Kernel::isRead(argument) || views.isInPlace(op, argument.getArgNumber())) {
        call->operands.push_back({});
        continue;
      }
      call->operands.push_back(inside(places[view.base], view));
      useUntil(view.base, stage);
    }
    for (mlir::Value result : op.getResults()) {
      ColumnViews::View view = views[result];
      call->results.push_back(inside(placeResult(view.base, stage), view));
      useUntil(view.base, stage);
    }
    if (scratchBytes)
      call->scratch = newBuffer(scratchBytes, stage);
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
      useUntil(storageOf(operand), stage);
    LoopPlanner loopPlanner{*this, op, stage};
    FailureOr<LoopPlan> loop = loopPlanner.run();
    if (failed(loop))
      return failure();
    stageAt(stage).loops.push_back(std::move(*loop));
    stageOf[op] = stage;
    return success();
  }

  // Plans one step of a scan.
  struct LoopPlanner {
    Planner &planner;
    ir::ScanOp scan;
    int64_t stage; // of the entry
    LoopPlan loop{};
    llvm::DenseMap<mlir::Value, unsigned> numberOf{}; // a value of the body -> loop.values
    llvm::DenseMap<Operation *, size_t> stepStage{};
    AffineExpr rows{};

    FailureOr<LoopPlan> run() {
      loop.steps = planner.shapes[scan.getSequences()[0]][0];
      loop.reverse = scan.getReverse();
      loop.layers = layersOf(scan, "scan");
      findRows();
      bindArguments();
      placeYields();
      for (Operation &op : scan.block().without_terminator())
        if (auto kernel = dyn_cast<ir::KernelOp>(op)) {
          if (failed(addKernel(kernel)))
            return failure();
        } else if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
          Place place{Place::Constant, static_cast<unsigned>(planner.plan.constants.size())};
          planner.plan.constants.push_back(cast<DenseElementsAttr>(constant.getValue()));
          numberOf[constant.getResult()] = add({place, {}, {}, {}});
        } else if (!isa<ir::ReshapeOp, ir::ReshapeLikeOp>(op)) {
          return op.emitOpError("stands outside a kernel in the body of a scan");
        }
      finishYields();
      return std::move(loop);
    }

    unsigned add(LoopValue value) {
      loop.values.push_back(value);
      return loop.values.size() - 1;
    }
    const ir::SymbolicShape &shape(mlir::Value value) { return planner.shapes[value]; }
    AffineExpr rowBytes(mlir::Value value) {
      if (!loop.rows || shape(value).empty() || shape(value)[0] != rows)
        return {};
      AffineExpr bytes = getAffineConstantExpr(elementBytes(value), scan.getContext());
      for (AffineExpr dim : ArrayRef(shape(value)).drop_front())
        bytes = bytes * dim;
      return bytes;
    }
    static int64_t elementBytes(mlir::Value value) {
      return std::max<unsigned>(1, cast<RankedTensorType>(value.getType()).getElementTypeBitWidth() / 8);
    }

    // May the batch be cut into blocks of rows? Its size must be a symbol that stands in front of every value and nowhere
    // else, and every op must make a row from the same row of its operands.
    void findRows() {
      mlir::Value like = scan.carriedCount() ? scan.getInitial()[0] : mlir::Value(scan.steps()[0]);
      ir::SymbolicShape first = shape(like);
      if (first.empty() || !isa<AffineSymbolExpr>(first[0]))
        return;
      auto symbol = cast<AffineSymbolExpr>(first[0]);
      if (loop.steps.isFunctionOfSymbol(symbol.getPosition()))
        return;
      auto isRow = [&](mlir::Value value) -> bool { return !shape(value).empty() && shape(value)[0] == symbol; };
      auto isClean = [&](mlir::Value value) -> bool {
        return llvm::none_of(llvm::enumerate(shape(value)), [&](auto dim) {
          return dim.value().isFunctionOfSymbol(symbol.getPosition()) && !(dim.index() == 0 && dim.value() == symbol);
        });
      };
      for (BlockArgument argument : scan.block().getArguments())
        if (!isClean(argument))
          return;
      for (BlockArgument argument : llvm::concat<BlockArgument>(scan.steps(), scan.carried()))
        if (!isRow(argument))
          return;
      WalkResult walked = scan.getBody().walk([&](Operation *op) {
        if (isa<ir::KernelOp, ir::YieldOp, ir::ConstantOp>(op))
          return WalkResult::advance();
        bool fits = llvm::all_of(op->getOperands(), isClean) && llvm::all_of(op->getResults(), isClean) && keepsRows(op, isRow);
        return fits ? WalkResult::advance() : WalkResult::interrupt();
      });
      for (mlir::Value yielded : scan.yields())
        if (!isRow(yielded))
          return;
      if (walked.wasInterrupted())
        return;
      rows = symbol;
      loop.rows = symbol;
      loop.rowSymbol = symbol.getPosition();
      loop.blocks = rows.ceilDiv(rowGrain);
    }
    static constexpr int64_t rowGrain = 16; // rows of one block at most
    static bool keepsRows(Operation *op, llvm::function_ref<bool(mlir::Value)> isRow) {
      mlir::Value result = op->getResult(0);
      if (!isRow(result))
        return llvm::none_of(op->getOperands(), isRow);
      auto rank = [](mlir::Value value) { return cast<RankedTensorType>(value.getType()).getRank(); };
      auto sameRank = [&](mlir::Value operand) { return !isRow(operand) || rank(operand) == rank(result); };
      if (op->hasTrait<ir::Elementwise>())
        return llvm::all_of(op->getOperands(), sameRank);
      if (auto matmul = dyn_cast<ir::MatmulOp>(op))
        return !matmul.getTransposeLhs() && rank(matmul.getLhs()) > 1 && !isRow(matmul.getRhs());
      if (auto slice = dyn_cast<ir::SliceOp>(op))
        return slice.getAxis() != 0;
      if (auto concat = dyn_cast<ir::ConcatOp>(op))
        return concat.getAxis() != 0;
      if (auto softmax = dyn_cast<ir::SoftmaxOp>(op))
        return rank(result) > 1;
      if (auto broadcast = dyn_cast<ir::BroadcastLikeOp>(op))
        return isRow(broadcast.getLike()) && (isRow(broadcast.getOperand()) ? sameRank(broadcast.getOperand()) && !llvm::is_contained(broadcast.getAxes(), 0)
                                                                        : true);
      return false;
    }

    void bindArguments() {
      auto placed = [&](mlir::Value operand) { return planner.places[storageOf(operand)]; };
      for (auto [argument, sequence] : llvm::zip(scan.steps(), scan.getSequences()))
        numberOf[argument] = add({placed(sequence), planner.bytesOf(argument), rowBytes(argument), {}});
      for (auto [argument, initial] : llvm::zip(scan.carried(), scan.getInitial()))
        numberOf[argument] = add({placed(initial), {}, rowBytes(argument), {}});
      for (auto [argument, invariant] : llvm::zip(scan.shared(), scan.getInvariants()))
        numberOf[argument] = add({placed(invariant), {}, rowBytes(argument), {}});
      loop.stepwise = planner.sharedBytes(scan) > planner.machine.l2 / 2;
      if (loop.stepwise)
        loop.blocks = {};
    }

    // A kernel's result that is stacked is written into the stack; one that is only carried has two buffers in turn.
    void placeYields() {
      auto own = [&](mlir::Value value) {
        mlir::Value storage = storageOf(value);
        return isa_and_nonnull<ir::KernelOp>(storage.getDefiningOp()) && !numberOf.count(storage) ? storage : mlir::Value();
      };
      for (mlir::Value result : scan.getResults())
        planner.placeResult(result, stage);
      unsigned carried = scan.carriedCount();
      for (auto [i, value] : llvm::enumerate(scan.yields()))
        if (mlir::Value storage = i < carried ? mlir::Value() : own(value))
          numberOf[storage] = add({planner.places[scan.getResult(i)], planner.bytesOf(value), rowBytes(storage), {}});
      for (mlir::Value value : scan.yields().take_front(carried))
        if (mlir::Value storage = own(value))
          numberOf[storage] = inTurn(storage);
    }
    unsigned inTurn(mlir::Value value) {
      AffineExpr bytes = planner.bytesOf(value);
      return add({planner.newBuffer(bytes * 2, stage), {}, rowBytes(value), bytes});
    }

    LogicalResult addKernel(ir::KernelOp op) {
      AffineExpr scratchBytes;
      FailureOr<KernelCall> call = planner.makeCall(op, scratchBytes);
      if (failed(call))
        return failure();
      size_t at = loop.stages.empty() ? 0 : loop.stages.size() - 1;
      for (auto [operand, argument] : llvm::zip(op.getOperands(), op.getBody().front().getArguments())) {
        mlir::Value storage = storageOf(operand);
        if (auto made = stepStage.find(storage.getDefiningOp()); made != stepStage.end())
          at = std::max(at, made->second + 1);
        call->operands.push_back(Kernel::isRead(argument) ? Place{Place::Loop, numberOf.lookup(storage)} : Place{});
      }
      for (mlir::Value result : op.getResults()) {
        if (loop.rows && !rowBytes(result))
          loop.blocks = {}; // blocks would write it at once
        if (!numberOf.count(result))
          numberOf[result] = add({planner.newBuffer(planner.bytesOf(result), stage), {}, rowBytes(result), {}});
        call->results.push_back({Place::Loop, numberOf[result]});
      }
      if (scratchBytes) {
        call->scratch = {Place::Loop, add({planner.newBuffer(scratchBytes, stage), {}, {}, {}})};
        loop.blocks = {}; // blocks would share it
      }
      if (call->flops)
        loop.flops = loop.flops ? loop.flops + call->flops : call->flops;
      if (at == loop.stages.size())
        loop.stages.emplace_back();
      loop.stages[at].calls.push_back(std::move(*call));
      stepStage[op] = at;
      return success();
    }

    void finishYields() {
      unsigned carried = scan.carriedCount();
      for (auto [i, value] : llvm::enumerate(scan.yields())) {
        unsigned from = numberOf.lookup(storageOf(value));
        AffineExpr bytes = planner.bytesOf(value);
        if (i >= carried) {
          Place stack = planner.places[scan.getResult(i)];
          if (loop.values[from].base == stack && loop.values[from].stepBytes)
            continue;
          loop.copies.push_back({from, add({stack, bytes, rowBytes(value), {}}), bytes});
          continue;
        }
        // Another carried value's buffer is written again in the next step: its value is kept in a buffer of its own.
        bool isOther = llvm::is_contained(scan.carried(), storageOf(value)) && storageOf(value) != scan.carried()[i];
        unsigned next = isOther ? inTurn(value) : from;
        if (isOther)
          loop.copies.push_back({from, next, bytes});
        loop.carried.push_back({numberOf.lookup(scan.carried()[i]), next, planner.places[scan.getResult(i)], bytes});
      }
    }
  };

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
  // What every step of a scan reads again.
  int64_t sharedBytes(ir::ScanOp scan) {
    int64_t shared = 0;
    for (mlir::Value invariant : scan.getInvariants())
      if (auto bytes = dyn_cast<AffineConstantExpr>(bytesOf(invariant)))
        shared += bytes.getValue();
    return shared;
  }

  // The stage a kernel or scan goes to: the last one when it is of its kind and nothing in it touches what it reads or writes, else a new one.
  int64_t stageFor(Operation *op) {
    int64_t current = plan.stages.size();
    if (current == 0 || plan.stages.back().loops.empty() == isa<ir::ScanOp>(op) || isStepwise(plan.stages.back()))
      return current;
    if (op->hasAttr(ir::ownStageName))
      return current;
    if (auto scan = dyn_cast<ir::ScanOp>(op); scan && sharedBytes(scan) > machine.l2 / 2)
      return current;
    auto inLast = [&](Operation *other) {
      auto it = stageOf.find(other);
      return it != stageOf.end() && it->second == current - 1;
    };
    for (mlir::Value operand : op->getOperands())
      if (llvm::any_of(makersOf(operand), inLast))
        return current;
    for (mlir::Value result : op->getResults()) { // writing over a variable that the last stage still reads
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
  ColumnViews views;
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
