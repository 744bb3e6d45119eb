// SPDX-License-Identifier: Apache-2.0
#include "ir/ReverseMode.h"
#include "passes/DeadCode.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;

namespace {
// The reads of trainable variables.
SmallVector<Value> trainableReads(Block &body, ModuleOp module) {
  SymbolTable symbols(module);
  SmallVector<Value> reads;
  for (auto read : body.getOps<ir::ReadOp>())
    if (symbols.lookup<ir::VariableOp>(read.getVariable()).getTrainable() && isa<FloatType>(getElementTypeOrSelf(read.getResult())))
      reads.push_back(read.getResult());
  return reads;
}

struct Differentiate : tenon::passes::impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto loss = module.lookupSymbol<func::FuncOp>("loss");
    if (!loss || loss.isDeclaration() || isDifferentiated(loss))
      return;
    auto scalar = RankedTensorType::get({}, Float32Type::get(&getContext()));
    if (loss.getResultTypes() != TypeRange(scalar)) {
      loss.emitOpError("must return the loss alone, a ")
          << scalar << ", to be differentiated, got " << loss.getFunctionType();
      return signalPassFailure();
    }
    Block &body = loss.getBody().front();
    OpBuilder builder(body.getTerminator());
    Value total = body.getTerminator()->getOperand(0);
    SmallVector<Value> reads = trainableReads(body, module);
    ir::ReverseMode reverse(body, reads, builder);
    if (reverse.isActive(total)) {
      auto one = DenseElementsAttr::get(scalar, builder.getF32FloatAttr(1).getValue());
      reverse.seed(total, ir::ConstantOp::create(builder, total.getLoc(), one), total.getLoc());
    }
    if (failed(reverse.run()))
      return signalPassFailure();
    for (auto variable : module.getOps<ir::VariableOp>()) {
      if (!variable.getTrainable())
        continue;
      // Over all reads of the variable; null when the loss does not depend on it.
      Value gradient;
      for (Value read : reads)
        if (Value part = read.getDefiningOp<ir::ReadOp>().getVariable() == variable.getSymName() ? reverse.gradientOf(read) : Value())
          gradient = gradient ? ir::AddOp::create(builder, read.getLoc(), gradient, part).getResult() : part;
      if (gradient)
        addResult(loss, gradient, variable);
      else
        variable.emitRemark("variable '")
            << variable.getSymName() << "' gets no update: the loss does not depend on it";
    }
    passes::eraseDead(body);
  }

  static bool isDifferentiated(func::FuncOp loss) {
    return llvm::any_of(llvm::seq(loss.getNumResults()),
                        [&](unsigned i) { return loss.getResultAttr(i, "tenon.gradient"); });
  }

  void addResult(func::FuncOp loss, Value gradient, ir::VariableOp variable) {
    Builder builder(&getContext());
    auto attributes = builder.getDictionaryAttr(builder.getNamedAttr("tenon.gradient", variable.getSymNameAttr()));
    Operation *terminator = loss.getBody().front().getTerminator();
    terminator->insertOperands(terminator->getNumOperands(), gradient);
    if (failed(loss.insertResult(loss.getNumResults(), gradient.getType(), attributes)))
      signalPassFailure();
  }
};
} // namespace
