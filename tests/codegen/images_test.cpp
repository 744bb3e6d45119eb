// SPDX-License-Identifier: Apache-2.0
// Random convolutional networks through all passes, compiled: they equal the interpreter on what was written.
#include "../ir/OpCases.h"
#include "../passes/RandomImages.h"
#include "CompiledModule.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

static ir::Literal draw(MLIRContext &context, ArrayRef<int64_t> shape, std::mt19937 &random, bool positive = false) {
  ir::Literal literal(Float32Type::get(&context), shape);
  std::uniform_real_distribution<float> uniform(positive ? 0.25f : -1.0f, 1.0f);
  for (double &value : literal.values())
    value = uniform(random);
  return literal;
}

class CompiledImages : public testing::TestWithParam<unsigned> {};

TEST_P(CompiledImages, equalTheInterpreter) {
  unsigned seed = GetParam();
  const char *target = std::array<const char *, 3>{"host", "x86-64-v3", "x86-64-v2"}[seed % 3];
  auto context = makeContext();
  OwningOpRef<ModuleOp> module = randomImages(*context, seed);
  auto function = module->lookupSymbol<func::FuncOp>("predict");
  if (imageShapes(function, 1).empty())
    return; // a sum of sides that no size makes equal
  CompiledModule compiled(*module, target, false, 2);
  ASSERT_TRUE(compiled);
  std::mt19937 random(seed);
  ir::VariableState state;
  for (auto variable : module->getOps<ir::VariableOp>())
    state[variable.getSymName()] =
        draw(*context, cast<RankedTensorType>(variable.getType()).getShape(), random, variable.getKind() == "statistic");
  compiled.setState(state);
  for (int64_t batch : {1, 3}) {
    auto shapes = imageShapes(function, batch);
    const auto &shape = shapes[random() % shapes.size()];
    SmallVector<ir::Literal> inputs = {draw(*context, shape, random)};
    auto expected = ir::interpret(*module, "predict", inputs, state);
    ASSERT_TRUE(succeeded(expected));
    auto actual = compiled.call("predict", inputs);
    for (size_t i = 0; i < actual.size(); ++i)
      EXPECT_EQ(compare(actual[i], (*expected)[i], 1e-4, 1), "") << "result " << i << " at batch " << batch << " on " << target;
  }
}
INSTANTIATE_TEST_SUITE_P(seeds, CompiledImages, testing::Range(0u, 200u));

} // namespace tenon::tests
