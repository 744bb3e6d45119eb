// SPDX-License-Identifier: Apache-2.0
#include "ir/target/CostModel.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/DeadCode.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"
#include "passes/Weights.h"

namespace tenon::passes {
#define GEN_PASS_DEF_FOLDEMBEDDING
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
// A layer that reads an embedding's rows: a convolution over time, or a product of each row with a matrix (window 1).
struct Layer {
  Operation *op;
  int64_t window, channels, filters;
  Value weights() const { return op->getOperand(1); }
};

std::optional<Layer> layerOn(Value rows, Operation *user) {
  if (!isLayer(user) || user->getOperand(0) != rows)
    return std::nullopt;
  ArrayRef<int64_t> weights = shapeOf(user->getOperand(1));
  if (isa<ir::MatmulOp>(user))
    return Layer{user, 1, weights[0], weights[1]};
  return weights.size() == 3 ? std::optional(Layer{user, weights[0], weights[1], weights[2]}) : std::nullopt;
}

bool isTrainable(Value weights) {
  auto read = weights.getDefiningOp<ir::ReadOp>();
  auto variable = read ? SymbolTable::lookupNearestSymbolFrom<ir::VariableOp>(read, read.getVariableAttr()) : ir::VariableOp();
  return variable && variable.getTrainable();
}

// Some of the positions: their rows are gathered at fewer indices.
bool takesPositions(Operation *user) {
  auto slice = dyn_cast<ir::SliceOp>(user);
  return slice && slice.getAxis() + 1 < shapeOf(slice.getOperand()).size();
}

bool feedsScan(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<ir::ScanOp>(user) || (isa<ir::AddOp>(user) && feedsScan(user->getResult(0)));
  });
}

struct FoldEmbedding : tenon::passes::impl::FoldEmbeddingBase<FoldEmbedding> {
  using FoldEmbeddingBase::FoldEmbeddingBase;
  FoldEmbedding(const ir::Machine &machine, bool onlyLoss, int64_t samples) : machine(machine) {
    training = onlyLoss;
    batch = samples;
  }

  LogicalResult initialize(MLIRContext *context) override { return passes::describeMachine(machine, target, getArgument(), context); }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    bool isLoss = function.getSymName() == "loss";
    if (function.isDeclaration() || function.getSymName() == "train_step" || isLoss != training)
      return markAllAnalysesPreserved();
    // Where nothing is assigned the weights stay what they are from call to call, and the table is made once for them.
    Call call{isLoss || !function.getOps<ir::AssignOp>().empty(), isLoss};
    for (auto gather : llvm::to_vector(function.getOps<ir::GatherOp>()))
      if (isWeight(gather.getTable()))
        fold(gather, call);
    eraseDead(function.getBody().front());
  }

private:
  /// What a call of the function does: a table in each call, or one beforehand for every prediction.
  struct Call {
    bool makesTable, isDifferentiated;
  };
  int64_t samplesOf(Call call) const { return call.makesTable ? static_cast<int64_t>(batch) : 1; }

  void fold(ir::GatherOp gather, Call call) {
    SmallVector<Layer> layers;
    Operation *other = nullptr; // a user that is none
    for (Operation *user : gather->getUsers())
      if (std::optional<Layer> layer = layerOn(gather.getResult(), user))
        layers.push_back(*layer);
      else if (!takesPositions(user)) // a recurrent layer sees its batch in the first step
        other = user;
    if (layers.empty())
      return;
    llvm::sort(layers, [](const Layer &a, const Layer &b) { return a.op->isBeforeInBlock(b.op); });
    auto miss = [&](const Twine &why) {
      addRemark(gather, getArgument(), Outcome::Missed, gather.getLoc(), "not folded into " + names(layers) + ": " + why);
    };
    if (other)
      return miss("'" + other->getName().stripDialect() + "' of " + ir::layerName(other->getLoc()) + " needs its rows");
    auto bytes = [](Value value) { return 4 * cast<RankedTensorType>(value.getType()).getNumElements(); };
    int64_t embedding = bytes(gather.getTable()), tables = 0;
    for (const Layer &layer : layers)
      tables += 4 * shapeOf(gather.getTable())[0] * layer.window * layer.filters;
    // Eight times L2 is about what L3 keeps for a core: lookups stay faster than products.
    if (!call.makesTable && tables > std::max(2 * embedding, 8 * machine->l2))
      return miss("a table of their products takes " + Twine(tables) + " bytes, more than twice the embedding's " +
                  Twine(embedding) + " and than eight times L2");
    double before = 0, after = 0;
    for (const Layer &layer : layers)
      price(gather, layer, call, before, after);
    std::string prices = microseconds(after) + " looked up, " + microseconds(before) + " computed (batch " +
                         std::to_string(samplesOf(call)) + ", one core)";
    if (after > 0.9 * before) // near calls are no gain: the batch is a guess
      return miss(prices);
    addRemark(gather, getArgument(), Outcome::Applied, gather.getLoc(), "folded into " + names(layers) + ": " + prices);
    for (const Layer &layer : layers)
      rewrite(gather, layer);
    for (Operation *user : llvm::make_early_inc_range(gather->getUsers()))
      gatherFewer(gather, cast<ir::SliceOp>(user));
    ++folded;
  }

  static std::string names(ArrayRef<Layer> layers) {
    std::string all;
    for (const Layer &layer : layers)
      all += (all.empty() ? "" : ", ") + ir::layerName(layer.op->getLoc());
    return all;
  }

  /// Adds the seconds of the layer with its rows gathered and with its products looked up.
  void price(ir::GatherOp gather, const Layer &layer, Call call, double &before, double &after) {
    // The first unknown side is the batch, others are taken as 32, as elsewhere.
    auto rowsOf = [&](Value value) {
      int64_t rows = 1;
      bool seen = false;
      for (int64_t size : shapeOf(value).drop_back()) {
        bool isKnown = !ShapedType::isDynamic(size);
        rows *= isKnown ? size : seen ? 32 : samplesOf(call);
        seen |= !isKnown;
      }
      return rows;
    };
    auto product = [&](int64_t rows, int64_t columns, int64_t reduction) {
      return ir::contractionSeconds(*machine, ir::chooseTile(*machine, columns, 1), rows, columns, reduction);
    };
    auto moved = [&](int64_t floats) { return ir::streamSeconds(*machine, 4.0 * floats); };
    int64_t gathered = rowsOf(gather.getResult()), results = rowsOf(layer.op->getResult(0));
    int64_t words = shapeOf(gather.getTable())[0], columns = layer.window * layer.filters;
    // Each trainable side adds a product as large as the first; either brings the sums over each word's places.
    bool ofRows = call.isDifferentiated && isTrainable(gather.getTable()), ofWeights = call.isDifferentiated && isTrainable(layer.weights());
    int products = 1 + ofRows + ofWeights, ways = ofRows || ofWeights ? 2 : 1;
    // Rows are written and read back.
    before += products * product(results, layer.filters, layer.window * layer.channels) +
              (ofRows ? 2 : 1) * 2 * moved(gathered * layer.channels) + ir::forkJoinSeconds;
    after += ways * moved(results * columns);
    if (call.isDifferentiated && feedsScan(layer.op->getResult(0))) // the loop would compute them and store nothing
      after += ways * 2 * moved(results * columns);
    if (call.makesTable)
      after += products * product(words, columns, layer.channels) + products * moved(words * columns) + ir::forkJoinSeconds;
  }

  void rewrite(ir::GatherOp gather, const Layer &layer) {
    ImplicitLocOpBuilder b(FusedLoc::get(&getContext(), {layer.op->getLoc(), gather.getLoc()}), layer.op);
    Value table = gather.getTable(), weights = layer.weights();
    auto conv = dyn_cast<ir::ConvOp>(layer.op);
    if (conv) { // the taps' filters side by side
      if (layer.window > 1)
        weights = ir::TransposeOp::create(b, weights, b.getDenseI64ArrayAttr({1, 0, 2}));
      weights = ir::ReshapeOp::create(b, weights, b.getDenseI64ArrayAttr({layer.channels, layer.window * layer.filters}));
    }
    Value products = ir::MatmulOp::create(b, table, weights, false, false), result;
    if (conv) {
      int64_t words = shapeOf(table)[0];
      products = ir::ReshapeOp::create(b, products, b.getDenseI64ArrayAttr({words, layer.window, layer.filters}));
      result = ir::GatherConvOp::create(b, products, gather.getIndices(), conv.getStridesAttr(), conv.getPaddingAttr(),
                                        conv.getDilationsAttr());
    } else {
      result = ir::GatherOp::create(b, products, gather.getIndices());
    }
    layer.op->getResult(0).replaceAllUsesWith(result);
    layer.op->erase();
  }

  static void gatherFewer(ir::GatherOp gather, ir::SliceOp slice) {
    ImplicitLocOpBuilder b(slice.getLoc(), slice);
    Value fewer = ir::SliceOp::create(b, gather.getIndices(), slice.getAxis(), slice.getStart(), slice.getSize());
    slice.getResult().replaceAllUsesWith(ir::GatherOp::create(b, gather.getTable(), fewer).getResult());
    slice.erase();
  }

  std::optional<ir::Machine> machine;
};
} // namespace

std::unique_ptr<Pass> passes::createFoldEmbedding(const ir::Machine &machine, bool training, int64_t batch) {
  return std::make_unique<FoldEmbedding>(machine, training, batch);
}
