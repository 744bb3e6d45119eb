// SPDX-License-Identifier: Apache-2.0
#include "CompiledModule.h"
#include "mlir/IR/Builders.h"
#include "passes/Pipelines.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

Array toArray(const ir::Literal &literal) {
  Shape shape(literal.shape().begin(), literal.shape().end());
  Type type = literal.elementType();
  auto typed = [&]<typename T>(T) { return Array(std::vector<T>(literal.values().begin(), literal.values().end()), shape); };
  if (type.isF32())
    return typed(float());
  if (type.isInteger(32))
    return typed(int32_t());
  return type.isInteger(64) ? typed(int64_t()) : typed(int8_t());
}

ir::Literal toLiteral(const Array &array, MLIRContext *context) {
  Builder b(context);
  Type type = array.dtype() == DType::F32   ? Type(b.getF32Type())
              : array.dtype() == DType::I32 ? Type(b.getI32Type())
              : array.dtype() == DType::I64 ? Type(b.getI64Type())
                                            : Type(b.getI8Type());
  std::vector<double> values;
  for (int64_t i = 0; i < array.size(); ++i)
    values.push_back(array.at(i));
  return ir::Literal(type, array.shape(), std::move(values));
}

CompiledModule::CompiledModule(ModuleOp module, const std::string &target, bool training, int threads)
    : context(module.getContext()) {
  std::string message;
  auto machine = ir::Machine::named(target, message);
  if (failed(machine)) {
    ADD_FAILURE() << message;
    return;
  }
  OwningOpRef<ModuleOp> copy = module.clone();
  passes::PipelineOptions options;
  options.machine = *machine;
  options.training = training;
  if (failed(passes::optimize(*copy, options))) {
    ADD_FAILURE() << "the module could not be optimised";
    return;
  }
  codegen::LowerOptions lowering;
  lowering.embedWeights = true;
  auto lowered = codegen::lower(*copy, *machine, lowering);
  if (failed(lowered)) {
    ADD_FAILURE() << "the module could not be lowered";
    return;
  }
  compiled = std::move(*lowered);
  auto program = codegen::jit(compiled, message);
  if (failed(program)) {
    ADD_FAILURE() << message;
    return;
  }
  session = std::make_unique<Session>(Program::wrap((*program)->table(), *program),
                                      SessionOptions{.threads = threads, .checkMemory = true});
}

llvm::SmallVector<ir::Literal> CompiledModule::call(const std::string &entry, llvm::ArrayRef<ir::Literal> inputs) {
  std::vector<Array> arrays;
  for (const ir::Literal &input : inputs)
    arrays.push_back(toArray(input));
  llvm::SmallVector<ir::Literal> results;
  for (const Array &output : session->call(entry, arrays))
    results.push_back(toLiteral(output, context));
  return results;
}

void CompiledModule::setState(const ir::VariableState &state) {
  for (const auto &variable : state)
    if (session->hasVariable(variable.first().str())) {
      Array storage = session->variable(variable.first().str()), value = toArray(variable.second);
      std::memcpy(storage.raw(), value.raw(), value.bytes());
    }
  session->invalidatePrepared();
}
void CompiledModule::readState(ir::VariableState &state) {
  for (auto &variable : state)
    if (session->hasVariable(variable.first().str()))
      variable.second = toLiteral(session->variable(variable.first().str()), context);
}

std::string compare(const ir::Literal &actual, const ir::Literal &expected, double bound, double magnitude) {
  if (actual.shape() != expected.shape())
    return "the shapes differ";
  double scale = magnitude;
  for (double value : expected.values())
    if (std::isfinite(value))
      scale = std::max(scale, std::abs(value));
  int64_t worst = -1;
  double worstError = 0;
  for (int64_t i = 0; i < actual.size(); ++i) {
    double a = actual[i], e = expected[i];
    if (a == e || (std::isnan(a) && std::isnan(e)))
      continue;
    double error = std::isfinite(a) && std::isfinite(e) ? std::abs(a - e) / (bound * (scale + std::abs(e)) + 1e-37) : INFINITY;
    if (!(error <= worstError)) {
      worstError = error;
      worst = i;
    }
  }
  if (worst < 0 || worstError <= 1)
    return {};
  return "element " + std::to_string(worst) + " is " + std::to_string(actual[worst]) + ", expected " +
         std::to_string(expected[worst]) + " (" + std::to_string(worstError) + " times the bound)";
}

} // namespace tenon::tests
