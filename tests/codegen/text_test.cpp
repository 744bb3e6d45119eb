// SPDX-License-Identifier: Apache-2.0
// Random layers on an embedding, folded into it and compiled: predictions, and the gradients of what was written, equal
// the interpreter's, with the same bits whatever the batch and the threads.
#include "../ir/OpCases.h"
#include "../passes/RandomText.h"
#include "CompiledModule.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

namespace {
class CompiledText : public testing::TestWithParam<unsigned> {
protected:
  void SetUp() override {
    context = makeContext();
    text.emplace(*context, GetParam());
    target = std::array<const char *, 3>{"host", "x86-64-v3", "x86-64-v2"}[GetParam() % 3];
    random.seed(GetParam());
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (auto variable : text->module->getOps<ir::VariableOp>()) {
      ir::Literal value(Float32Type::get(context.get()), cast<RankedTensorType>(variable.getType()).getShape());
      for (double &element : value.values())
        element = uniform(random);
      state[variable.getSymName()] = value;
    }
  }

  ir::Literal words(int64_t batch, int64_t least, int64_t most) {
    ir::Literal literal(IntegerType::get(context.get(), 32), {batch, text->length});
    std::uniform_int_distribution<int64_t> word(least, most);
    for (double &value : literal.values())
      value = static_cast<double>(word(random));
    return literal;
  }

  std::unique_ptr<MLIRContext> context;
  std::optional<RandomText> text;
  const char *target;
  std::mt19937 random;
  ir::VariableState state;
};
} // namespace

// Some words are outside the vocabulary.
TEST_P(CompiledText, predictsWhatTheInterpreterDoes) {
  ModuleOp module = *text->module;
  module.lookupSymbol("loss")->erase();
  constexpr int64_t most = 40;
  ir::Literal all = words(most, -(GetParam() % 2), text->words - 1 + GetParam() % 2);
  auto expected = ir::interpret(module, "predict", {all}, state);
  ASSERT_TRUE(succeeded(expected));
  std::vector<std::vector<float>> reference;
  for (int threads : {1, 2}) {
    CompiledModule compiled(module, target, false, threads);
    ASSERT_TRUE(compiled);
    compiled.setState(state);
    for (int64_t batch : {most, int64_t(1), int64_t(7)}) {
      int64_t first = batch == most ? 0 : 11;
      auto results = compiled.session->call("predict", {toArray(all).rows(first, first + batch)});
      for (size_t i = 0; i < results.size(); ++i) {
        std::vector<float> values = results[i].toVector<float>();
        if (reference.size() == i) {
          EXPECT_EQ(compare(toLiteral(results[i], context.get()), (*expected)[i], 1e-4, 1), "") << "result " << i;
          reference.push_back(values);
        }
        size_t each = reference[i].size() / most;
        ASSERT_EQ(values.size(), each * batch);
        EXPECT_EQ(0, std::memcmp(values.data(), reference[i].data() + each * first, 4 * values.size()))
            << "result " << i << ", batch " << batch << ", " << threads << " threads";
      }
    }
  }
}

TEST_P(CompiledText, hasTheGradientsOfTheInterpreter) {
  ModuleOp module = *text->module;
  module.lookupSymbol("predict")->erase();
  OwningOpRef<ModuleOp> folded = module.clone();
  std::string message;
  auto differentiate = [&](ModuleOp m, bool fold) {
    PassManager manager(context.get());
    if (fold)
      manager.addNestedPass<func::FuncOp>(passes::createFoldEmbedding(*ir::Machine::named(target, message), true));
    manager.addPass(passes::createDifferentiate());
    EXPECT_TRUE(succeeded(manager.run(m)));
    auto loss = m.lookupSymbol<func::FuncOp>("loss");
    loss.setSymName("gradients"); // an entry as any other
  };
  differentiate(module, false);
  differentiate(*folded, true);
  std::vector<std::vector<float>> reference;
  for (int threads : {1, 2}) {
    CompiledModule compiled(*folded, target, false, threads);
    ASSERT_TRUE(compiled);
    compiled.setState(state);
    random.seed(5);
    for (int64_t batch : {1, 5, 33}) {
      ir::Literal inputs = words(batch, 0, text->words - 1);
      auto expected = ir::interpret(module, "gradients", {inputs}, state);
      ASSERT_TRUE(succeeded(expected));
      auto actual = compiled.call("gradients", {inputs});
      ASSERT_EQ(actual.size(), expected->size());
      for (size_t i = 0; i < actual.size(); ++i) {
        double largest = 0;
        for (double value : (*expected)[i].values())
          largest = std::max(largest, std::abs(value));
        EXPECT_EQ(compare(actual[i], (*expected)[i], 1e-4, largest), "") << "result " << i << " at batch " << batch << " on " << target;
      }
      if (batch == 33)
        for (auto [i, result] : llvm::enumerate(actual)) {
          std::vector<float> values(result.values().begin(), result.values().end());
          if (reference.size() == i)
            reference.push_back(values);
          EXPECT_EQ(values, reference[i]) << "result " << i << " with " << threads << " threads";
        }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(seeds, CompiledText, testing::Range(0u, 40u));

} // namespace tenon::tests
