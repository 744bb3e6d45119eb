// SPDX-License-Identifier: Apache-2.0
// Formulas of the frontend, run by the reference interpreter.
#pragma once
#include "frontend/graph/Expression.h"
#include "ir/Interpreter.h"
#include "mlir/IR/Verifier.h"
#include <gmock/gmock.h>

namespace tenon::testing {

struct Value {
  std::vector<int64_t> shape;
  std::vector<double> numbers;
  bool isInteger = false;
};

/// Runs body on arguments of these values (axis 0 of ranks above 0, or every axis, becomes `?`) and returns its results,
/// computed by the interpreter.
inline std::vector<ir::Literal> interpreted(const std::vector<Value> &arguments,
                                            std::function<std::vector<Expression>(std::vector<Expression>)> body,
                                            bool anySize = false) {
  mlir::MLIRContext context;
  context.loadDialect<ir::TenonDialect, mlir::func::FuncDialect>();
  mlir::ImplicitLocOpBuilder b(mlir::UnknownLoc::get(&context), &context);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(b.getLoc());
  std::vector<mlir::Type> types;
  std::vector<ir::Literal> inputs;
  for (const Value &value : arguments) {
    mlir::Type element = value.isInteger ? mlir::Type(b.getI32Type()) : mlir::Type(b.getF32Type());
    std::vector<int64_t> shape = value.shape;
    for (size_t axis = 0; axis < (anySize ? shape.size() : std::min<size_t>(shape.size(), 1)); ++axis)
      shape[axis] = mlir::ShapedType::kDynamic;
    types.push_back(mlir::RankedTensorType::get(shape, element));
    inputs.emplace_back(element, value.shape, value.numbers);
  }
  b.setInsertionPointToEnd(module->getBody());
  auto function = mlir::func::FuncOp::create(b, "f", b.getFunctionType(types, {}));
  mlir::Block *block = function.addEntryBlock();
  b.setInsertionPointToEnd(block);
  std::vector<Expression> operands;
  for (mlir::Value argument : block->getArguments())
    operands.emplace_back(b, argument);
  std::vector<mlir::Value> results;
  for (Expression result : body(operands))
    results.push_back(result.value());
  mlir::func::ReturnOp::create(b, results);
  function.setType(b.getFunctionType(types, mlir::ValueRange(results).getTypes()));
  EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
  ir::VariableState state;
  auto outputs = ir::interpret(*module, "f", inputs, state);
  EXPECT_TRUE(mlir::succeeded(outputs));
  return {outputs->begin(), outputs->end()};
}

inline void expectNear(const ir::Literal &literal, const std::vector<double> &expected, double tolerance = 1e-6) {
  ASSERT_EQ(literal.size(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(literal[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << "at " << i;
}

/// The message of the Error that body throws; "" when it throws none.
inline std::string errorOf(std::function<void()> body) {
  try {
    body();
  } catch (const std::exception &error) {
    return error.what();
  }
  return "";
}

} // namespace tenon::testing
