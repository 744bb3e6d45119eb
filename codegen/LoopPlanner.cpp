// SPDX-License-Identifier: Apache-2.0
#include "codegen/LoopPlanner.h"
#include "ir/target/CostModel.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

namespace {
// Plans one step of a scan.
class LoopPlanner {
public:
  LoopPlanner(ir::ScanOp scan, int64_t stage, const ir::Machine &machine, const ir::SymbolicShapes &shapes, KernelCalls &kernels,
              ValuePlaces &places)
      : scan(scan), stage(stage), machine(machine), shapes(shapes), kernels(kernels), places(places) {}

  FailureOr<LoopPlan> run() {
    loop.steps = shapes[scan.getSequences()[0]][0];
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
        numberOf[constant.getResult()] = add({places.newConstant(constant), {}, {}, {}});
      } else if (!isa<ir::ReshapeOp, ir::ReshapeLikeOp>(op)) {
        return op.emitOpError("stands outside a kernel in the body of a scan");
      }
    finishYields();
    return std::move(loop);
  }

private:
  unsigned add(LoopValue value) {
    loop.values.push_back(value);
    return loop.values.size() - 1;
  }
  const ir::SymbolicShape &shape(mlir::Value value) { return shapes[value]; }
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
    loop.blocks = rows.ceilDiv(ir::scanBlockRows);
  }
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
    auto placed = [&](mlir::Value operand) { return places.of(storageOf(operand)); };
    for (auto [argument, sequence] : llvm::zip(scan.steps(), scan.getSequences()))
      numberOf[argument] = add({placed(sequence), places.bytesOf(argument), rowBytes(argument), {}});
    for (auto [argument, initial] : llvm::zip(scan.carried(), scan.getInitial()))
      numberOf[argument] = add({placed(initial), {}, rowBytes(argument), {}});
    for (auto [argument, invariant] : llvm::zip(scan.shared(), scan.getInvariants()))
      numberOf[argument] = add({placed(invariant), {}, rowBytes(argument), {}});
    loop.stepwise = !ir::staysInCache(machine, scan.sharedBytes());
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
      places.placeResult(result, stage);
    unsigned carried = scan.carriedCount();
    for (auto [i, value] : llvm::enumerate(scan.yields()))
      if (mlir::Value storage = i < carried ? mlir::Value() : own(value))
        numberOf[storage] = add({places.of(scan.getResult(i)), places.bytesOf(value), rowBytes(storage), {}});
    for (mlir::Value value : scan.yields().take_front(carried))
      if (mlir::Value storage = own(value))
        numberOf[storage] = inTurn(storage);
  }
  unsigned inTurn(mlir::Value value) {
    AffineExpr bytes = places.bytesOf(value);
    return add({places.newBuffer(bytes * 2, stage), {}, rowBytes(value), bytes});
  }

  LogicalResult addKernel(ir::KernelOp op) {
    AffineExpr scratchBytes;
    SmallVector<int64_t> dense(op.getNumOperands() + op.getNumResults(), 0);
    FailureOr<KernelCall> call = kernels.make(op, dense, scratchBytes);
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
        numberOf[result] = add({places.newBuffer(places.bytesOf(result), stage), {}, rowBytes(result), {}});
      call->results.push_back({Place::Loop, numberOf[result]});
    }
    if (scratchBytes) {
      call->scratch = {Place::Loop, add({places.newBuffer(scratchBytes, stage), {}, {}, {}})};
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
      AffineExpr bytes = places.bytesOf(value);
      if (i >= carried) {
        Place stack = places.of(scan.getResult(i));
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
      loop.carried.push_back({numberOf.lookup(scan.carried()[i]), next, places.of(scan.getResult(i)), bytes});
    }
  }

  ir::ScanOp scan;
  int64_t stage; // of the entry
  const ir::Machine &machine;
  const ir::SymbolicShapes &shapes;
  KernelCalls &kernels;
  ValuePlaces &places;
  LoopPlan loop;
  llvm::DenseMap<mlir::Value, unsigned> numberOf; // a value of the body -> loop.values
  llvm::DenseMap<Operation *, size_t> stepStage;
  AffineExpr rows;
};
} // namespace

FailureOr<LoopPlan> tenon::codegen::planLoop(ir::ScanOp scan, int64_t stage, const ir::Machine &machine, const ir::SymbolicShapes &shapes,
                                             KernelCalls &kernels, ValuePlaces &places) {
  return LoopPlanner(scan, stage, machine, shapes, kernels, places).run();
}
