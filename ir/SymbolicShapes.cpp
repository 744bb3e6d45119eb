// SPDX-License-Identifier: Apache-2.0
#include "ir/SymbolicShapes.h"
#include "ir/Dialect.h"

using namespace mlir;
using namespace tenon::ir;

std::string tenon::ir::argumentName(func::FuncOp function, unsigned index) {
  if (auto name = function.getArgAttrOfType<StringAttr>(index, "tenon.name"))
    return name.str();
  return "arg" + std::to_string(index);
}
std::string tenon::ir::resultName(func::FuncOp function, unsigned index) {
  if (auto name = function.getResultAttrOfType<StringAttr>(index, "tenon.name"))
    return name.str();
  return "result" + std::to_string(index);
}

FailureOr<SymbolicShapes> SymbolicShapes::analyze(func::FuncOp function) {
  SymbolicShapes result;
  MLIRContext *context = function.getContext();
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return function.emitOpError("argument ") << argument.getArgNumber() << " is no ranked tensor";
    SymbolicShape &shape = result.shapes[argument];
    for (auto [axis, size] : llvm::enumerate(type.getShape())) {
      if (!ShapedType::isDynamic(size)) {
        shape.push_back(getAffineConstantExpr(size, context));
        continue;
      }
      std::string name =
          axis == 0 ? "batch" : argumentName(function, argument.getArgNumber()) + "_d" + std::to_string(axis);
      auto known = llvm::find(result.names, name);
      shape.push_back(getAffineSymbolExpr(known - result.names.begin(), context));
      if (known == result.names.end())
        result.names.push_back(name);
    }
  }
  std::vector<ShapeCheck> checks;
  for (Operation &op : function.getBody().front())
    if (failed(inferShapes(op, result.shapes, checks)))
      return failure();
  for (ShapeCheck &check : checks)
    if (llvm::none_of(result.conditions,
                      [&](const ShapeCheck &known) { return known.value == check.value && known.kind == check.kind; }))
      result.conditions.push_back(std::move(check));
  return result;
}

static LogicalResult inferBody(Block &body, ShapeMap &shapes, std::vector<ShapeCheck> &checks) {
  for (Operation &op : body.without_terminator())
    if (failed(inferShapes(op, shapes, checks)))
      return failure();
  return success();
}

static LogicalResult inferKernel(KernelOp kernel, ShapeMap &shapes, std::vector<ShapeCheck> &checks) {
  Block &body = kernel.getBody().front();
  for (auto [argument, operand] : llvm::zip(body.getArguments(), kernel.getOperands()))
    shapes[argument] = SymbolicShape(shapes.find(operand)->second); // a copy: the map may move its values
  if (failed(inferBody(body, shapes, checks)))
    return failure();
  for (auto [result, value] : llvm::zip(kernel.getResults(), body.getTerminator()->getOperands()))
    shapes[result] = SymbolicShape(shapes.find(value)->second);
  return success();
}

static LogicalResult inferScan(ScanOp scan, ShapeMap &shapes, std::vector<ShapeCheck> &checks) {
  auto shapeOf = [&](Value value) { return SymbolicShape(shapes.find(value)->second); };
  auto require = [&](AffineExpr a, AffineExpr b, const Twine &what) {
    ShapeInference inference(scan.getContext(), scan.getLoc(), {}, {}, &checks);
    return inference.requireEqual(a, b, what);
  };
  AffineExpr steps = shapeOf(scan.getSequences()[0])[0];
  ShapeInference atLeastOne(scan.getContext(), scan.getLoc(), {}, {}, &checks);
  if (failed(atLeastOne.requireAtLeast(steps, 1, "a sequence must have a step")))
    return failure();
  for (auto [argument, sequence] : llvm::zip(scan.steps(), scan.getSequences())) {
    SymbolicShape shape = shapeOf(sequence);
    if (failed(require(shape[0], steps, "sequences must have one length")))
      return failure();
    shapes[argument] = SymbolicShape(ArrayRef(shape).drop_front());
  }
  for (auto [argument, initial] : llvm::zip(scan.carried(), scan.getInitial()))
    shapes[argument] = shapeOf(initial);
  for (auto [argument, value] : llvm::zip(scan.shared(), scan.getInvariants()))
    shapes[argument] = shapeOf(value);
  if (failed(inferBody(scan.block(), shapes, checks)))
    return failure();
  unsigned carried = scan.carriedCount();
  for (auto [i, yielded] : llvm::enumerate(scan.yields())) {
    SymbolicShape shape = shapeOf(yielded);
    if (i < carried) {
      SymbolicShape initial = shapeOf(scan.getInitial()[i]);
      for (auto [a, b] : llvm::zip(shape, initial))
        if (failed(require(a, b, "a carried value must keep its shape")))
          return failure();
      shape = initial;
    } else {
      shape.insert(shape.begin(), steps);
    }
    shapes[scan.getResult(i)] = shape;
  }
  return success();
}

LogicalResult tenon::ir::inferShapes(Operation &op, ShapeMap &shapes, std::vector<ShapeCheck> &checks) {
  if (auto kernel = dyn_cast<KernelOp>(op))
    return inferKernel(kernel, shapes, checks);
  if (auto scan = dyn_cast<ScanOp>(op))
    return inferScan(scan, shapes, checks);
  auto node = dyn_cast<NodeInterface>(op);
  if (!node) { // constants, reads: static types
    for (Value result : op.getResults())
      for (int64_t size : cast<RankedTensorType>(result.getType()).getShape()) {
        if (ShapedType::isDynamic(size))
          return op.emitOpError("has a dynamic result shape that nothing determines");
        shapes[result].push_back(getAffineConstantExpr(size, op.getContext()));
      }
    for (Value result : op.getResults())
      shapes.try_emplace(result);
    return success();
  }
  SmallVector<SymbolicShape, 4> operandShapes;
  for (Value operand : op.getOperands())
    operandShapes.push_back(shapes.find(operand)->second);
  ShapeInference inference(op.getContext(), op.getLoc(), op.getOperands(), operandShapes, &checks);
  if (failed(node.inferSymbolic(inference)))
    return failure();
  for (auto [result, inferred] : llvm::zip(op.getResults(), inference.results()))
    shapes[result] = inferred.shape;
  return success();
}

AffineExpr SymbolicShapes::elements(Value value) const {
  AffineExpr product = getAffineConstantExpr(1, value.getContext());
  for (AffineExpr dim : (*this)[value])
    product = product * dim;
  return product;
}

int64_t tenon::ir::evaluate(AffineExpr expr, ArrayRef<int64_t> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t l = evaluate(binary.getLHS(), symbols), r = evaluate(binary.getRHS(), symbols);
  auto floorDiv = [](int64_t a, int64_t b) { return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0); };
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return l + r;
  case AffineExprKind::Mul:
    return l * r;
  case AffineExprKind::FloorDiv:
    return floorDiv(l, r);
  case AffineExprKind::CeilDiv:
    return -floorDiv(-l, r);
  default:
    return l - floorDiv(l, r) * r;
  }
}
