// SPDX-License-Identifier: Apache-2.0
#include "passes/DeadCode.h"
#include "passes/Passes.h"

namespace tenon::passes {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace tenon::passes

using namespace mlir;
using namespace tenon;

static bool isFloat(Value value) { return isa<FloatType>(getElementTypeOrSelf(value)); }

namespace {
/// Reverse mode over one block: gradients of a scalar with respect to the reads of trainable variables.
class Backward {
public:
  Backward(Block &body, ModuleOp module) : body(body), builder(body.getTerminator()) {
    SymbolTable symbols(module);
    for (Operation &op : body.without_terminator()) {
      if (auto read = dyn_cast<ir::ReadOp>(op)) {
        auto variable = symbols.lookup<ir::VariableOp>(read.getVariable());
        if (variable.getTrainable() && isFloat(read.getResult()))
          active.insert(read.getResult());
      } else if (llvm::any_of(op.getOpOperands(), [&](OpOperand &operand) {
                   return active.contains(operand.get()) && !ir::isShapeOnly(operand);
                 })) {
        for (Value result : op.getResults())
          if (isFloat(result))
            active.insert(result);
      }
    }
  }

  LogicalResult run(Value scalar) {
    auto one = DenseElementsAttr::get(cast<ShapedType>(scalar.getType()), builder.getF32FloatAttr(1).getValue());
    SmallVector<Operation *> ops;
    for (Operation &op : body.without_terminator())
      ops.push_back(&op);
    if (active.contains(scalar))
      gradients[scalar] = ir::ConstantOp::create(builder, scalar.getLoc(), one);
    for (Operation *op : llvm::reverse(ops))
      if (failed(visit(op)))
        return failure();
    return success();
  }

  /// The gradient of a variable: over all its reads; null when the scalar does not depend on it.
  Value gradientOf(StringRef variable) {
    Value sum;
    for (ir::ReadOp read : body.getOps<ir::ReadOp>())
      if (read.getVariable() == variable)
        if (Value gradient = gradients.lookup(read.getResult()))
          sum = sum ? add(sum, gradient, read.getLoc()) : gradient;
    return sum;
  }

private:
  LogicalResult visit(Operation *op) {
    if (llvm::none_of(op->getResults(), [&](Value result) { return gradients.contains(result); }))
      return success();
    auto node = dyn_cast<ir::NodeInterface>(op);
    if (!node) {
      if (isa<ir::ReadOp>(op))
        return success();
      return op->emitOpError("has no gradient: differentiate runs before form-kernels");
    }
    SmallVector<Value> given, found;
    for (Value result : op->getResults())
      given.push_back(gradients.lookup(result));
    if (failed(node.buildGradient(builder, given, found)))
      return failure();
    assert(found.size() == op->getNumOperands() && "buildGradient appends one gradient per operand");
    for (auto [operand, gradient] : llvm::zip(op->getOperands(), found)) {
      if (!gradient || !active.contains(operand))
        continue;
      Value &total = gradients[operand];
      total = total ? add(total, gradient, op->getLoc()) : gradient;
    }
    return success();
  }

  Value add(Value a, Value b, Location loc) { return ir::AddOp::create(builder, loc, a, b); }

  Block &body;
  OpBuilder builder;
  DenseSet<Value> active; // depends on a trainable variable
  DenseMap<Value, Value> gradients;
};

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
    Backward backward(body, module);
    if (failed(backward.run(body.getTerminator()->getOperand(0))))
      return signalPassFailure();
    for (auto variable : module.getOps<ir::VariableOp>()) {
      if (!variable.getTrainable())
        continue;
      if (Value gradient = backward.gradientOf(variable.getSymName()))
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
