// SPDX-License-Identifier: Apache-2.0
#include "tests/passes/Helpers.h"
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "passes/Pipelines.h"
#include "llvm/ADT/StringMap.h"
#include <filesystem>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

std::vector<std::string> tests::moduleNames() {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(TENON_SOURCE_DIR "/tests/passes/modules"))
    names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

PassTest::PassTest(unsigned seed) : random(seed) {
  static bool registered = (passes::registerAllPasses(), true);
  (void)registered;
  context.loadDialect<ir::TenonDialect, func::FuncDialect>();
  context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return success();
  });
}

OwningOpRef<ModuleOp> PassTest::parse(const std::string &text) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << messages;
  return module;
}
OwningOpRef<ModuleOp> PassTest::load(const std::string &name) {
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(TENON_SOURCE_DIR "/tests/passes/modules/" + name + ".mlir", &context);
  EXPECT_TRUE(module) << messages;
  return module;
}

bool PassTest::run(ModuleOp module, const std::string &pipeline) {
  PassManager manager(&context);
  manager.enableVerifier();
  return succeeded(parsePassPipeline(pipeline, manager)) && succeeded(manager.run(module));
}

ir::Literal PassTest::draw(Type elementType, ArrayRef<int64_t> shape) {
  ir::Literal literal(elementType, shape);
  std::uniform_real_distribution<double> real(-1, 1);
  std::uniform_int_distribution<int> integer(0, 4);
  for (double &value : literal.values())
    value = literal.isFloat() ? real(random) : integer(random);
  return literal;
}

ir::VariableState PassTest::randomState(ModuleOp module) {
  ir::VariableState state = ir::initialState(module);
  for (auto variable : module.getOps<ir::VariableOp>()) {
    if (variable.getInitial())
      continue;
    auto type = cast<RankedTensorType>(variable.getType());
    ir::Literal value = draw(type.getElementType(), type.getShape());
    if (variable.getKind() == "statistic" || variable.getKind() == "hyper") // variances and rates are positive
      for (double &element : value.values())
        element = std::abs(element) + (value.isFloat() ? 0.1 : 0);
    state[variable.getSymName()] = value;
  }
  return state;
}

SmallVector<ir::Literal> PassTest::randomInputs(ModuleOp module, StringRef name, int64_t batch) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  std::uniform_int_distribution<int64_t> size(1, 6);
  if (!batch)
    batch = size(random);
  SmallVector<ir::Literal> inputs;
  for (Type argument : function.getArgumentTypes()) {
    auto type = cast<RankedTensorType>(argument);
    SmallVector<int64_t> shape(type.getShape());
    for (auto [axis, dim] : llvm::enumerate(shape))
      if (ShapedType::isDynamic(dim))
        dim = axis == 0 ? batch : size(random) + 2;
    inputs.push_back(draw(type.getElementType(), shape));
  }
  return inputs;
}

SmallVector<ir::Literal> PassTest::call(ModuleOp module, StringRef function, ArrayRef<ir::Literal> inputs,
                                        ir::VariableState &state) {
  auto results = ir::interpret(module, function, inputs, state);
  EXPECT_TRUE(succeeded(results)) << "@" << function.str() << ": " << messages;
  return succeeded(results) ? *results : SmallVector<ir::Literal>();
}

std::string tests::print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, OpPrintingFlags().enableDebugInfo());
  return text;
}

void tests::expectNear(const ir::Literal &expected, const ir::Literal &actual, double bound, const std::string &what) {
  ASSERT_TRUE(expected && actual) << what;
  ASSERT_EQ(expected.shape().vec(), actual.shape().vec()) << what;
  for (int64_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(expected[i], actual[i], bound * std::max(1.0, std::abs(expected[i]))) << what << ", element " << i;
}
