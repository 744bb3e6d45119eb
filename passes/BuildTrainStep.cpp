// SPDX-License-Identifier: Apache-2.0
#include "mlir/IR/IRMapping.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringSet.h"

namespace tenon::passes {
#define GEN_PASS_DEF_BUILDTRAINSTEP
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;

// One read per variable, at entry.
static void hoistReads(Block &body) {
  llvm::StringMap<ir::ReadOp> first;
  Operation *last = nullptr;
  for (auto read : llvm::make_early_inc_range(body.getOps<ir::ReadOp>())) {
    auto [known, isNew] = first.try_emplace(read.getVariable(), read);
    if (!isNew) {
      read.replaceAllUsesWith(known->second.getResult());
      read.erase();
      continue;
    }
    if (last)
      read->moveAfter(last);
    else
      read->moveBefore(&body, body.begin());
    last = read;
  }
}

// One assign per variable, at the end.
static LogicalResult sinkAssigns(Block &body) {
  llvm::StringSet<> assigned;
  for (auto assign : llvm::to_vector(body.getOps<ir::AssignOp>())) {
    if (!assigned.insert(assign.getVariable()).second)
      return assign.emitOpError("is the second to variable '") << assign.getVariable() << "' in one training step";
    assign->moveBefore(body.getTerminator());
  }
  return success();
}

namespace {
struct BuildTrainStep : tenon::passes::impl::BuildTrainStepBase<BuildTrainStep> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (auto evaluate = module.lookupSymbol<func::FuncOp>("evaluate"))
      evaluate.setSymName("evaluate_step");
    auto loss = module.lookupSymbol<func::FuncOp>("loss");
    if (!loss)
      return;
    Block &body = loss.getBody().front();
    squaredNorm = nullptr;
    for (unsigned i = 0; i < loss.getNumResults(); ++i)
      if (auto variable = loss.getResultAttrOfType<StringAttr>(i, "tenon.gradient"))
        if (failed(inlineUpdate(loss, body.getTerminator()->getOperand(i), variable)))
          return signalPassFailure();
    if (auto update = module.lookupSymbol<func::FuncOp>("update")) {
      OpBuilder builder(body.getTerminator());
      inlineBody(update, {}, builder);
    }
    body.getTerminator()->setOperands({});
    if (failed(loss.eraseResults(llvm::BitVector(loss.getNumResults(), true))))
      return signalPassFailure();
    loss.setSymName("train_step");
    loss.setPublic();
    hoistReads(body);
    if (failed(sinkAssigns(body)))
      return signalPassFailure();
    for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (function.getSymName() == "update" || function.getSymName().starts_with("update/"))
        function.erase();
  }

  // Right after the gradient is final, so that it need not be kept; after all of them where the update looks at all.
  LogicalResult inlineUpdate(func::FuncOp loss, Value gradient, StringAttr variable) {
    std::string name = ("update/" + variable.getValue()).str();
    auto update = getOperation().lookupSymbol<func::FuncOp>(name);
    if (!update)
      return loss.emitError("no function @\"")
             << name << "\" says how to train variable '" << variable.getValue() << "'";
    SmallVector<Type> wanted = {gradient.getType()};
    if (update.getNumArguments() == 2)
      wanted.push_back(RankedTensorType::get({}, Float32Type::get(&getContext())));
    if (update.getArgumentTypes() != TypeRange(wanted))
      return update.emitOpError("must take the gradient, a ")
             << gradient.getType() << ", and at most the squared norm of all gradients, got "
             << update.getFunctionType();
    OpBuilder builder(&getContext());
    SmallVector<Value> arguments = {gradient};
    if (wanted.size() == 2) {
      arguments.push_back(squaredNormOf(loss));
      builder.setInsertionPoint(loss.getBody().front().getTerminator());
    } else {
      builder.setInsertionPointAfterValue(gradient);
    }
    inlineBody(update, arguments, builder);
    ++updates;
    return success();
  }

  // The sum of the squares of all gradients, computed once.
  Value squaredNormOf(func::FuncOp loss) {
    if (squaredNorm)
      return squaredNorm;
    Operation *end = loss.getBody().front().getTerminator();
    OpBuilder builder(end);
    for (unsigned i = 0; i < loss.getNumResults(); ++i) {
      if (!loss.getResultAttr(i, "tenon.gradient"))
        continue;
      Value gradient = end->getOperand(i);
      Location loc = gradient.getLoc();
      auto axes = llvm::to_vector(llvm::seq<int64_t>(0, cast<RankedTensorType>(gradient.getType()).getRank()));
      Value squares = ir::MultiplyOp::create(builder, loc, gradient, gradient);
      Value sum = ir::ReduceSumOp::create(builder, loc, squares, axes, /*keepdims=*/false);
      squaredNorm = squaredNorm ? ir::AddOp::create(builder, loc, squaredNorm, sum).getResult() : sum;
    }
    return squaredNorm;
  }
  Value squaredNorm;

  static void inlineBody(func::FuncOp function, ValueRange arguments, OpBuilder &builder) {
    IRMapping mapping;
    mapping.map(function.getArguments(), arguments);
    for (Operation &op : function.getBody().front().without_terminator())
      builder.clone(op, mapping);
  }
};
} // namespace
