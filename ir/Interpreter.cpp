// SPDX-License-Identifier: Apache-2.0
#include "ir/Interpreter.h"
#include "ir/Dialect.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace tenon::ir;

VariableState tenon::ir::initialState(ModuleOp module) {
  VariableState state;
  for (auto variable : module.getOps<VariableOp>()) {
    auto type = cast<RankedTensorType>(variable.getType());
    Literal value(type.getElementType(), type.getShape());
    if (auto initial = variable.getInitial())
      if (auto given = Literal::fromAttribute(*initial))
        value = *given;
    state[variable.getSymName()] = value;
  }
  return state;
}

static bool fits(RankedTensorType type, const Literal &literal) {
  return type.getElementType() == literal.elementType() && type.getRank() == literal.rank() &&
         llvm::all_of(llvm::zip(type.getShape(), literal.shape()), [](auto sizes) {
           return ShapedType::isDynamic(std::get<0>(sizes)) || std::get<0>(sizes) == std::get<1>(sizes);
         });
}

static InFlightDiagnostic &print(InFlightDiagnostic &diagnostic, const Literal &literal) {
  diagnostic << "(";
  llvm::interleave(literal.shape(), [&](int64_t size) { diagnostic << size; }, [&] { diagnostic << ", "; });
  return diagnostic << ") of " << literal.elementType();
}

namespace {
class Interpreter {
public:
  explicit Interpreter(VariableState &state) : state(state) {}

  // Runs a block with its arguments bound and returns its terminator's operands.
  FailureOr<SmallVector<Literal>> run(Block &block, ArrayRef<Literal> arguments) {
    for (auto [argument, literal] : llvm::zip(block.getArguments(), arguments))
      values[argument] = literal;
    for (Operation &op : block.without_terminator())
      if (failed(visit(op)))
        return failure();
    return operands(*block.getTerminator());
  }
  void commit() {
    for (auto &[name, literal] : assigned)
      state[name] = literal;
  }

private:
  SmallVector<Literal> operands(Operation &op) {
    SmallVector<Literal> result;
    for (Value operand : op.getOperands())
      result.push_back(values.lookup(operand));
    return result;
  }

  LogicalResult visit(Operation &op) {
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      auto literal = Literal::fromAttribute(constant.getValue());
      if (!literal)
        return op.emitOpError("has a value the interpreter cannot read");
      values[constant.getResult()] = *literal;
      return success();
    }
    if (auto read = dyn_cast<ReadOp>(op)) {
      auto known = state.find(read.getVariable());
      if (known == state.end())
        return op.emitOpError("variable ") << read.getVariableAttr() << " has no value";
      if (!fits(cast<RankedTensorType>(read.getResult().getType()), known->second)) {
        InFlightDiagnostic diagnostic = op.emitOpError("variable ");
        diagnostic << read.getVariableAttr() << " is expected to be a " << read.getResult().getType() << ", got ";
        return print(diagnostic, known->second);
      }
      values[read.getResult()] = known->second;
      return success();
    }
    if (auto assign = dyn_cast<AssignOp>(op)) {
      assigned.emplace_back(assign.getVariable(), values.lookup(assign.getValue()));
      return success();
    }
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      auto results = run(kernel.getBody().front(), operands(op));
      return failed(results) ? failure() : bind(op, *results);
    }
    auto node = dyn_cast<NodeInterface>(op);
    if (!node)
      return op.emitOpError("is nothing the interpreter can run");
    SmallVector<Literal> inputs = operands(op), results;
    if (failed(checkShapes(op, node, inputs)))
      return failure();
    if (failed(node.evaluate(inputs, results)))
      return op.emitOpError("cannot be evaluated for these operands");
    return bind(op, results);
  }

  // Conditions on dynamic dimensions, which the verifier could not check: the op's own shape function with sizes.
  LogicalResult checkShapes(Operation &op, NodeInterface node, ArrayRef<Literal> inputs) {
    SmallVector<SymbolicShape, 4> shapes;
    for (const Literal &input : inputs)
      for (SymbolicShape &shape = shapes.emplace_back(); int64_t size : input.shape())
        shape.push_back(getAffineConstantExpr(size, op.getContext()));
    ShapeInference inference(op.getContext(), op.getLoc(), op.getOperands(), shapes, nullptr);
    return node.inferSymbolic(inference);
  }

  LogicalResult bind(Operation &op, ArrayRef<Literal> results) {
    for (auto [value, literal] : llvm::zip(op.getResults(), results)) {
      if (!fits(cast<RankedTensorType>(value.getType()), literal)) {
        InFlightDiagnostic diagnostic = op.emitOpError("gave ");
        return print(diagnostic, literal) << " instead of " << value.getType();
      }
      values[value] = literal;
    }
    return success();
  }

  VariableState &state;
  llvm::DenseMap<Value, Literal> values;
  std::vector<std::pair<StringRef, Literal>> assigned;
};
} // namespace

FailureOr<SmallVector<Literal>> tenon::ir::interpret(ModuleOp module, StringRef name, ArrayRef<Literal> inputs,
                                                     VariableState &state) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function || function.isExternal())
    return module.emitError("no function @") << name << " to interpret";
  if (inputs.size() != function.getNumArguments())
    return function.emitOpError("expected ") << function.getNumArguments() << " inputs, got " << inputs.size();
  for (auto [i, input] : llvm::enumerate(inputs))
    if (!fits(cast<RankedTensorType>(function.getArgumentTypes()[i]), input)) {
      InFlightDiagnostic diagnostic = function.emitOpError("expected input ");
      diagnostic << i << " to be a " << function.getArgumentTypes()[i] << ", got ";
      return print(diagnostic, input);
    }
  Interpreter interpreter(state);
  auto results = interpreter.run(function.getBody().front(), inputs);
  if (succeeded(results))
    interpreter.commit();
  return results;
}

FailureOr<SmallVector<Literal>> tenon::ir::evaluateBlock(Block &block, ArrayRef<Literal> arguments) {
  VariableState none;
  return Interpreter(none).run(block, arguments);
}
