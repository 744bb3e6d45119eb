// SPDX-License-Identifier: Apache-2.0
// Every row of the op table: text, types, shapes, values and gradients agree with one another.
#include "OpCases.h"
#include "ir/Dialect.h"
#include "ir/SymbolicShapes.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>
#include <gmock/gmock.h>
#include <map>
#include <set>

using namespace mlir;
using namespace tenon::ir;
using namespace tenon::tests;

namespace tenon::tests {
void PrintTo(const OpCase &opCase, std::ostream *out) { *out << opCase.name; }
} // namespace tenon::tests

namespace {
std::string printed(Operation *op, bool generic = false) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  OpPrintingFlags flags;
  flags.enableDebugInfo();
  if (generic)
    flags.printGenericOpForm();
  op->print(stream, flags);
  return text;
}

SmallVector<Literal> call(ModuleOp module, StringRef function, ArrayRef<Literal> inputs) {
  VariableState state;
  auto results = interpret(module, function, inputs, state);
  EXPECT_TRUE(succeeded(results)) << function.str();
  return succeeded(results) ? *results : SmallVector<Literal>();
}

// The op under test in @f.
Operation *subject(ModuleOp module) { return &module.lookupSymbol<func::FuncOp>("f").getBody().front().front(); }

class EveryOp : public testing::TestWithParam<OpCase> {
protected:
  void SetUp() override {
    module = buildModule(*context, GetParam());
    ASSERT_TRUE(succeeded(verify(*module)));
    ASSERT_EQ(subject(*module)->getName().getStringRef(), GetParam().opName());
  }
  std::unique_ptr<MLIRContext> context = makeContext();
  OwningOpRef<ModuleOp> module;
  std::mt19937 random{7};
};

TEST_P(EveryOp, ParsesAsItPrints) {
  for (bool generic : {false, true}) {
    std::string text = printed(*module, generic);
    auto parsed = parseSourceString<ModuleOp>(text, context.get());
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(printed(*parsed, generic), text);
  }
}

TEST_P(EveryOp, SurvivesBytecode) {
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  ASSERT_TRUE(succeeded(writeBytecodeToFile(*module, stream)));
  Block block;
  ASSERT_TRUE(succeeded(readBytecodeFile(llvm::MemoryBufferRef(bytes, "bytes"), &block, ParserConfig(context.get()))));
  Operation *read = &block.front();
  read->remove();
  OwningOpRef<ModuleOp> owner = cast<ModuleOp>(read);
  EXPECT_EQ(printed(*owner), printed(*module));
}

TEST_P(EveryOp, RefusesAMissingAttribute) {
  Operation *op = subject(*module);
  std::vector<std::string> errors;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) { errors.push_back(diagnostic.str()); });
  for (NamedAttribute attribute : llvm::to_vector(op->getAttrDictionary())) {
    std::string text = printed(*module), name = attribute.getName().str();
    std::string entry;
    llvm::raw_string_ostream(entry) << name << " = " << attribute.getValue();
    size_t at = text.find(entry);
    if (at == std::string::npos) { // part of the op's own syntax
      EXPECT_TRUE(name == "layout" || name == "to" || name == "reverse" || name == "operandSegmentSizes") << name;
      continue;
    }
    text.replace(at, entry.size(), "other = 1");
    errors.clear();
    EXPECT_FALSE(parseSourceString<ModuleOp>(text, context.get())) << text;
    EXPECT_THAT(errors, testing::Contains(testing::HasSubstr("requires attribute '" + name + "'"))) << text;
  }
}

TEST_P(EveryOp, ShapesAgree) {
  auto function = module->lookupSymbol<func::FuncOp>("f");
  auto shapes = SymbolicShapes::analyze(function);
  ASSERT_TRUE(succeeded(shapes));
  for (int round = 0; round < 5; ++round) {
    SmallVector<Literal> inputs = drawInputs(*context, GetParam(), random);
    std::vector<int64_t> symbols(shapes->symbols().size());
    for (auto [argument, input] : llvm::zip(function.getArguments(), inputs))
      for (auto [dim, size] : llvm::zip((*shapes)[argument], input.shape()))
        if (auto symbol = dyn_cast<AffineSymbolExpr>(dim))
          symbols[symbol.getPosition()] = size;
    for (const ShapeCheck &check : shapes->checks()) {
      int64_t value = evaluate(check.value, symbols);
      EXPECT_TRUE(check.kind == ShapeCheck::Equal ? value == 0 : value >= 0) << check.message;
    }
    SmallVector<Literal> results = call(*module, "f", inputs);
    ASSERT_EQ(results.size(), subject(*module)->getNumResults());
    for (auto [result, literal] : llvm::zip(subject(*module)->getResults(), results)) {
      auto type = cast<RankedTensorType>(result.getType());
      EXPECT_EQ(type.getElementType(), literal.elementType());
      ASSERT_EQ(type.getRank(), literal.rank());
      for (int64_t axis = 0; axis < type.getRank(); ++axis) {
        EXPECT_EQ(evaluate((*shapes)[result][axis], symbols), literal.dim(axis)) << "axis " << axis;
        EXPECT_EQ(type.isDynamicDim(axis), !isa<AffineConstantExpr>((*shapes)[result][axis])) << "axis " << axis;
      }
    }
  }
}

// Appends @gradient(inputs.., result gradients..) -> the gradients of the operands that have one.
std::vector<unsigned> buildGradientFunction(ModuleOp module, MLIRContext &context, bool &carriesLocation) {
  Operation *original = subject(module);
  OpBuilder b(&context);
  b.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types(original->getOperandTypes());
  llvm::append_range(types, original->getResultTypes());
  auto function = func::FuncOp::create(b, original->getLoc(), "gradient", b.getFunctionType(types, {}));
  Block *body = function.addEntryBlock();
  b.setInsertionPointToEnd(body);
  IRMapping mapping;
  mapping.map(original->getOperands(), body->getArguments().take_front(original->getNumOperands()));
  Operation *op = b.clone(*original, mapping);
  SmallVector<Value> gradients, returned;
  EXPECT_TRUE(succeeded(cast<NodeInterface>(op).buildGradient(
      b, body->getArguments().drop_front(original->getNumOperands()), gradients)));
  EXPECT_EQ(gradients.size(), original->getNumOperands());
  std::vector<unsigned> operands;
  for (auto [i, gradient] : llvm::enumerate(gradients))
    if (gradient) {
      operands.push_back(i);
      returned.push_back(gradient);
    }
  carriesLocation = llvm::all_of(*body, [&](Operation &inner) { return inner.getLoc() == original->getLoc(); });
  func::ReturnOp::create(b, original->getLoc(), returned);
  function.setFunctionType(b.getFunctionType(types, ValueRange(returned).getTypes()));
  return operands;
}

double dot(ArrayRef<Literal> a, ArrayRef<Literal> b) {
  double sum = 0;
  for (auto [x, y] : llvm::zip(a, b))
    for (int64_t i = 0; i < x.size(); ++i)
      sum += x[i] * y[i];
  return sum;
}

TEST_P(EveryOp, GradientIsTheFiniteDifference) {
  Operation *op = subject(*module);
  bool carriesLocation = false;
  std::vector<unsigned> operands = buildGradientFunction(*module, *context, carriesLocation);
  ASSERT_TRUE(succeeded(verify(*module)));
  EXPECT_TRUE(carriesLocation);
  if (GetParam().gradient == Gradient::None) {
    EXPECT_TRUE(operands.empty());
    return;
  }
  // A float operand whose data is read has a gradient.
  std::vector<unsigned> expected;
  for (OpOperand &operand : op->getOpOperands())
    if (isa<FloatType>(getElementTypeOrSelf(operand.get())) && !isShapeOnly(operand))
      expected.push_back(operand.getOperandNumber());
  ASSERT_EQ(operands, expected);

  for (int round = 0; round < 2; ++round) {
    SmallVector<Literal> inputs = drawInputs(*context, GetParam(), random), weights;
    for (const Literal &result : call(*module, "f", inputs)) {
      Literal weight(result.elementType(), result.shape());
      for (double &value : weight.values())
        value = std::uniform_real_distribution<double>(-1, 1)(random);
      weights.push_back(weight);
    }
    SmallVector<Literal> arguments(inputs);
    arguments.append(weights);
    SmallVector<Literal> gradients = call(*module, "gradient", arguments);
    ASSERT_EQ(gradients.size(), operands.size());
    for (auto [operand, gradient] : llvm::zip(operands, gradients)) {
      ASSERT_EQ(gradient.shape(), inputs[operand].shape());
      for (int64_t i = 0; i < gradient.size(); ++i) {
        constexpr double epsilon = 1e-5;
        auto shifted = [&](double by) {
          SmallVector<Literal> moved(inputs);
          moved[operand] = Literal(inputs[operand].elementType(), inputs[operand].shape(), inputs[operand].values());
          moved[operand][i] += by;
          return dot(call(*module, "f", moved), weights);
        };
        double difference = (shifted(epsilon) - shifted(-epsilon)) / (2 * epsilon);
        ASSERT_NEAR(gradient[i], difference, 1e-8 * std::max(1.0, std::fabs(difference)))
            << "operand " << operand << ", element " << i << " of " << gradient.size();
      }
    }
  }
}

std::string testName(const testing::TestParamInfo<OpCase> &info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Table, EveryOp, testing::ValuesIn(opCases()), testName);

TEST(OpTable, HoldsEveryRegisteredOp) {
  const std::map<std::string, std::string> exempt = {
      {"tenon.assign", "has no result; interpreter_test.cpp runs it"},
      {"tenon.constant", "takes no operands; interpreter_test.cpp runs it"},
      {"tenon.kernel", "holds other ops; interpreter_test.cpp runs it"},
      {"tenon.read", "takes no operands; interpreter_test.cpp runs it"},
      {"tenon.variable", "computes nothing"},
      {"tenon.yield", "computes nothing"},
  };
  std::set<std::string> tested, missing;
  for (const OpCase &opCase : opCases())
    tested.insert(opCase.opName());
  auto context = makeContext();
  std::set<std::string> registered;
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (name.getDialectNamespace() == "tenon")
      registered.insert(name.getStringRef().str());
  for (const std::string &name : registered)
    if (!tested.count(name) && !exempt.count(name))
      missing.insert(name);
  EXPECT_THAT(missing, testing::IsEmpty());
  for (const auto &[name, reason] : exempt) {
    EXPECT_TRUE(registered.count(name)) << name;
    EXPECT_FALSE(tested.count(name)) << name;
  }
}

// Where a part of fixed size lies is not known from the end, so what moves along a dynamic axis cannot be moved back.
TEST(OpGradients, RefuseToMoveAlongADynamicAxis) {
  auto context = makeContext();
  std::string message;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  const OpCase cases[] = {
      {"concat", {{"BxTx2xf32"}, {"BxTx2xf32"}}, [](auto &b, ValueRange x) { return ConcatOp::create(b, x, 1); }},
      {"slice", {{"BxTx2xf32"}}, [](auto &b, ValueRange x) { return SliceOp::create(b, x[0], 1, 0, 1); }}};
  for (const OpCase &opCase : cases) {
    auto module = buildModule(*context, opCase);
    Operation *op = subject(*module);
    OpBuilder b(context.get());
    b.setInsertionPointAfter(op);
    SmallVector<Value> gradients;
    EXPECT_TRUE(failed(cast<NodeInterface>(op).buildGradient(b, op->getResults(), gradients)));
    EXPECT_EQ(message,
              "'" + opCase.opName() + "' op has no gradient along a dynamic axis: axis 1 of 'tensor<?x?x2xf32>'");
  }
}

TEST(OpTable, NamesAreUnique) {
  std::set<std::string> names;
  for (const OpCase &opCase : opCases())
    EXPECT_TRUE(names.insert(opCase.name).second) << opCase.name;
}
} // namespace
