// SPDX-License-Identifier: Apache-2.0
// The compiled training step equals the interpreter's: every variable after some steps, at several batch sizes; and its
// bits do not depend on the number of threads.
#include "../ir/OpCases.h"
#include "CompiledModule.h"
#include "ir/Dialect.h"
#include "mlir/Parser/Parser.h"
#include "passes/Pipelines.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

namespace {
class Training : public testing::TestWithParam<std::tuple<const char *, const char *>> {
protected:
  void SetUp() override {
    context = makeContext();
    std::string path = std::string(TENON_SOURCE_DIR) + "/tests/" + std::get<0>(GetParam());
    module = parseSourceFile<ModuleOp>(path, ParserConfig(context.get()));
    ASSERT_TRUE(module) << path;
    random.seed(11);
    state = ir::initialState(*module);
    for (auto variable : module->getOps<ir::VariableOp>()) {
      ir::Literal &value = state[variable.getSymName()];
      bool positive = variable.getSymName().contains("variance") || variable.getSymName().contains("gamma");
      std::uniform_real_distribution<float> uniform(positive ? 0.5f : -0.3f, positive ? 1.5f : 0.3f);
      if (!variable.getInitial() && value.isFloat())
        for (double &element : value.values())
          element = uniform(random);
      if (variable.getSymName() == "optimizer/learning_rate")
        value[0] = static_cast<float>(0.01);
    }
  }

  // Inputs of @train_step: images and sample weights in (0, 1), words from 0 to 8, one class per target row.
  SmallVector<ir::Literal> draw(int64_t batch) {
    auto loss = module->lookupSymbol<func::FuncOp>("loss");
    SmallVector<ir::Literal> inputs;
    std::uniform_real_distribution<float> uniform(0, 1);
    for (auto [i, type] : llvm::enumerate(loss.getArgumentTypes())) {
      auto tensor = cast<RankedTensorType>(type);
      SmallVector<int64_t> shape(tensor.getShape());
      for (int64_t &size : shape)
        size = ShapedType::isDynamic(size) ? (&size == shape.data() ? batch : 3) : size;
      ir::Literal literal(tensor.getElementType(), shape);
      bool target = loss.getArgAttrOfType<StringAttr>(i, "tenon.name").getValue().starts_with("target");
      for (double &value : literal.values())
        value = target ? 0 : literal.isFloat() ? uniform(random) : std::floor(uniform(random) * 8.999f);
      if (target)
        for (int64_t row = 0, classes = shape.back(); row < literal.size() / classes; ++row)
          literal[row * classes + static_cast<int64_t>(uniform(random) * 0.999f * classes)] = 1;
      inputs.push_back(literal);
    }
    return inputs;
  }

  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::mt19937 random;
  ir::VariableState state;
};
} // namespace

// What a step changed, within half a percent of the largest change (Adam divides gradients near zero by their own
// size, errors with them) and the rounding of the value itself: a missing or
// wrong update cannot hide behind the size of the weights.
static std::string compareChange(const ir::Literal &before, const ir::Literal &actual, const ir::Literal &expected) {
  double change = 0, size = 0;
  for (int64_t i = 0; i < expected.size(); ++i) {
    change = std::max(change, std::abs(expected[i] - before[i]));
    size = std::max(size, std::abs(expected[i]));
  }
  for (int64_t i = 0; i < expected.size(); ++i) {
    double error = std::abs(actual[i] - expected[i]);
    if (!(error <= 5e-3 * change + 2e-7 * size))
      return "element " + std::to_string(i) + " went from " + std::to_string(before[i]) + " to " + std::to_string(actual[i]) +
             ", expected " + std::to_string(expected[i]);
  }
  return {};
}

TEST_P(Training, equalsTheInterpreter) {
  std::string message;
  passes::PipelineOptions options;
  options.machine = *ir::Machine::named(std::get<1>(GetParam()), message);
  options.training = true;
  OwningOpRef<ModuleOp> optimized = module->clone();
  ASSERT_TRUE(succeeded(passes::optimize(*optimized, options)));
  CompiledModule compiled(*module, std::get<1>(GetParam()), /*training=*/true);
  ASSERT_TRUE(compiled);
  for (int64_t batch : {5, 1, 9, 16}) {
    // Each step starts from the interpreter's state rounded to f32: errors do not add up.
    for (auto &variable : state)
      variable.second = variable.second.rounded();
    compiled.setState(state);
    ir::VariableState before = state;
    auto inputs = draw(batch);
    ASSERT_TRUE(succeeded(ir::interpret(*optimized, "train_step", inputs, state)));
    compiled.call("train_step", inputs);
    ir::VariableState actual = state;
    compiled.readState(actual);
    for (auto &variable : state)
      EXPECT_EQ(compareChange(before[variable.first()], actual[variable.first()], variable.second), "")
          << variable.first().str() << " at batch " << batch;
  }
}

TEST_P(Training, bitsDoNotDependOnThreads) {
  std::vector<SmallVector<ir::Literal>> batches;
  for (int64_t batch : {32, 7, 32, 19})
    batches.push_back(draw(batch));
  std::map<std::string, std::vector<double>> reference;
  for (int threads : {1, 2, 4}) {
    CompiledModule compiled(*module, std::get<1>(GetParam()), /*training=*/true, threads);
    ASSERT_TRUE(compiled);
    compiled.setState(state);
    for (auto &inputs : batches)
      compiled.call("train_step", inputs);
    ir::VariableState after = state;
    compiled.readState(after);
    for (auto &variable : after) {
      auto [known, isNew] = reference.try_emplace(variable.first().str(), variable.second.values());
      EXPECT_EQ(known->second, variable.second.values()) << variable.first().str() << " with " << threads << " threads";
    }
  }
}

static std::string rowName(const testing::TestParamInfo<std::tuple<const char *, const char *>> &info) {
  std::string path = std::get<0>(info.param), name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.find('.')) + "_" + std::get<1>(info.param);
  for (char &c : name)
    if (!isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(modules, Training,
                         testing::Combine(testing::Values("codegen/modules/digits.mlir", "codegen/modules/relu.mlir", "passes/modules/residual.mlir",
                                                          "passes/modules/shared.mlir", "passes/modules/text.mlir"),
                                          testing::Values("host", "x86-64-v3", "x86-64-v2")),
                         rowName);

} // namespace tenon::tests
