// SPDX-License-Identifier: Apache-2.0
// Every op of the dialect, compiled for three vector widths, equals the interpreter.
#include "../ir/OpCases.h"
#include "CompiledModule.h"
#include "ir/Dialect.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {

struct OnTarget {
  const OpCase *opCase;
  const char *target;
};
static void PrintTo(const OnTarget &row, std::ostream *os) { *os << row.opCase->name << " on " << row.target; }

class CompiledOp : public testing::TestWithParam<OnTarget> {};

// Rounding of f32 inputs and of every step; transcendental functions are good to a few units in the last place.
static constexpr double bound = 3e-6;

static double largestOf(const ir::Literal &literal) {
  double largest = 0;
  for (double value : literal.values())
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  return largest;
}

// Packed values never leave a kernel; windows of three axes are not compiled.
static bool isExempt(const OpCase &opCase) { return opCase.opName() == "tenon.pack" || opCase.name == "conv/3d"; }

TEST_P(CompiledOp, equalsTheInterpreter) {
  const OpCase &opCase = *GetParam().opCase;
  auto context = makeContext();
  OwningOpRef<ModuleOp> module = buildModule(*context, opCase);
  CompiledModule compiled(*module, GetParam().target);
  ASSERT_TRUE(compiled);
  std::mt19937 random(7);
  for (int64_t batch : {1, 2, 9, 17}) {
    auto inputs = drawInputs(*context, opCase, random, batch);
    for (ir::Literal &input : inputs)
      input = input.rounded();
    ir::VariableState state;
    auto expected = ir::interpret(*module, "f", inputs, state);
    ASSERT_TRUE(succeeded(expected));
    // A sum's error follows the sum of magnitudes, not what is left after they cancel.
    auto magnitudes = inputs;
    for (ir::Literal &input : magnitudes) {
      std::vector<double> values = input.values();
      for (double &value : values)
        value = std::abs(value);
      input = ir::Literal(input.elementType(), input.shape(), std::move(values));
    }
    auto largest = ir::interpret(*module, "f", magnitudes, state);
    ASSERT_TRUE(succeeded(largest));
    auto actual = compiled.call("f", inputs);
    ASSERT_EQ(actual.size(), expected->size());
    for (size_t i = 0; i < actual.size(); ++i)
      EXPECT_EQ(compare(actual[i], (*expected)[i], bound, largestOf((*largest)[i])), "") << "result " << i << " at batch " << batch;
  }
}

static std::vector<OnTarget> rows() {
  std::vector<OnTarget> all;
  for (const OpCase &opCase : opCases())
    for (const char *target : {"host", "x86-64-v3", "x86-64-v2"})
      if (!isExempt(opCase))
        all.push_back({&opCase, target});
  return all;
}
INSTANTIATE_TEST_SUITE_P(all, CompiledOp, testing::ValuesIn(rows()), [](const testing::TestParamInfo<OnTarget> &info) {
  std::string name = info.param.opCase->name + "_" + info.param.target;
  for (char &c : name)
    if (!isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
});

} // namespace tenon::tests
