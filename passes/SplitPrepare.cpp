// SPDX-License-Identifier: Apache-2.0
#include "mlir/IR/IRMapping.h"
#include "passes/DeadCode.h"
#include "passes/Passes.h"
#include "passes/Weights.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace tenon::passes {
#define GEN_PASS_DEF_SPLITPREPARE
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;
using namespace tenon::passes;

namespace {
struct SplitPrepare : passes::impl::SplitPrepareBase<SplitPrepare> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto predict = module.lookupSymbol<func::FuncOp>("predict");
    if (!predict || predict.isDeclaration() || module.lookupSymbol("prepare"))
      return;
    Block &body = predict.getBody().front();
    changing.clear();
    for (auto assign : body.getOps<ir::AssignOp>())
      changing.insert(assign.getVariable());
    findPrepared(body);
    for (Operation &op : body)
      if (!prepared.contains(&op))
        need(&op);
    if (frontier.empty())
      return;

    OpBuilder builder(predict);
    builder.setInsertionPointAfter(predict);
    auto prepare = func::FuncOp::create(builder, predict.getLoc(), "prepare", builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(prepare.addEntryBlock());
    IRMapping mapping;
    for (Operation &op : body)
      if (prepared.contains(&op) || isa<ir::ReadOp, ir::ConstantOp>(op))
        builder.clone(op, mapping);
    SymbolTable symbols(module);
    OpBuilder entry = OpBuilder::atBlockBegin(&body);
    for (Value value : frontier) {
      ir::VariableOp variable = addVariable(symbols, predict, value);
      ir::AssignOp::create(builder, value.getLoc(), variable.getSymName(), mapping.lookup(value));
      auto read = ir::ReadOp::create(entry, value.getLoc(), value.getType(), variable.getSymName());
      value.replaceAllUsesWith(read);
    }
    func::ReturnOp::create(builder, predict.getLoc());
    eraseDead(body);
    eraseDead(prepare.getBody().front());
  }

  void findPrepared(Block &body) {
    prepared.clear();
    frontier.clear();
    for (Operation &op : body)
      if (isa<ir::KernelOp, ir::NodeInterface>(op) && llvm::all_of(op.getOperands(), [&](Value operand) {
            Operation *from = operand.getDefiningOp();
            auto read = dyn_cast_or_null<ir::ReadOp>(from);
            return from && (read ? !changing.contains(read.getVariable()) : isa<ir::ConstantOp>(from) || prepared.contains(from));
          }))
        prepared.insert(&op);
  }

  // What an op that stays takes from those that move; a view of it stays as well.
  void need(Operation *op) {
    for (Value operand : op->getOperands()) {
      Operation *from = operand.getDefiningOp();
      if (!from || !prepared.contains(from))
        continue;
      if (isView(from))
        need(from);
      else
        frontier.insert(operand);
    }
  }

  ir::VariableOp addVariable(SymbolTable &symbols, func::FuncOp predict, Value value) {
    std::string name;
    do
      name = "derived/" + std::to_string(next++);
    while (symbols.lookup(name));
    OpBuilder builder(predict);
    auto variable =
        ir::VariableOp::create(builder, value.getLoc(), builder.getStringAttr(name), /*sym_visibility=*/nullptr,
                               TypeAttr::get(value.getType()), builder.getStringAttr("derived"),
                               /*trainable=*/nullptr, /*initial=*/nullptr);
    symbols.insert(variable);
    ++derived;
    return variable;
  }

  llvm::StringSet<> changing;     // variables that @predict assigns: states
  DenseSet<Operation *> prepared; // depend on other variables and constants alone
  llvm::SetVector<Value> frontier;
  unsigned next = 0;
};
} // namespace
