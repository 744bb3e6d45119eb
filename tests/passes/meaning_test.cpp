// SPDX-License-Identifier: Apache-2.0
// Every pass keeps what a program means: the interpreter before and after, and a second run changes nothing.
#include "ir/Dialect.h"
#include "tests/passes/Helpers.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tenon;
using namespace tenon::tests;

namespace {
struct Case {
  std::string module, pipeline;
};
void PrintTo(const Case &c, std::ostream *out) { *out << c.module << " under " << c.pipeline; }
std::string onFunctions(const std::string &pass) { return "func.func(" + pass + ")"; }

std::vector<Case> cases() {
  const std::string pipelines[] = {onFunctions("fold-batch-norm"),
                                   onFunctions("fold-batch-norm,fold-residual-projection"),
                                   onFunctions("fold-batch-norm,merge-sibling-convolutions{target=x86-64-v3}"),
                                   onFunctions("fold-embedding{target=x86-64-v3}"),
                                   onFunctions("fold-embedding{target=x86-64-v3 training=true}"),
                                   onFunctions("decompose-normalization"),
                                   onFunctions("fold-broadcasts"),
                                   onFunctions("decompose-normalization,form-kernels{target=x86-64-v3}"),
                                   onFunctions("decompose-normalization,form-kernels{target=x86-64-v4}"),
                                   "split-prepare",
                                   "differentiate",
                                   "tenon-inference{target=x86-64-v3}",
                                   "tenon-training{target=x86-64-v3}"};
  std::vector<Case> all;
  for (const std::string &module : moduleNames())
    for (const std::string &pipeline : pipelines)
      all.push_back({module, pipeline});
  return all;
}

class Meaning : public testing::TestWithParam<Case> {};
} // namespace

TEST_P(Meaning, IsKept) {
  PassTest test;
  OwningOpRef<ModuleOp> before = test.load(GetParam().module), after = test.load(GetParam().module);
  ASSERT_TRUE(test.run(*after, GetParam().pipeline)) << test.diagnostics();
  for (int64_t batch : {1, 2, 3, 9})
    for (auto function : before->getOps<func::FuncOp>()) {
      std::string name = function.getSymName().str();
      if (!after->lookupSymbol(name)) // @loss and the updates: train_step_test.cpp
        continue;
      auto inputs = test.randomInputs(*before, name, batch);
      ir::VariableState expectedState = test.randomState(*before), state = ir::initialState(*after);
      for (auto &variable : expectedState)
        state[variable.getKey()] = variable.getValue();
      if (name == "predict" && after->lookupSymbol("prepare"))
        test.call(*after, "prepare", {}, state);
      auto expected = test.call(*before, name, inputs, expectedState);
      auto actual = test.call(*after, name, inputs, state);
      ASSERT_LE(expected.size(), actual.size()); // @loss may have gained gradients
      for (size_t i = 0; i < expected.size(); ++i)
        expectNear(expected[i], actual[i], 1e-12, "@" + name + ", result " + std::to_string(i));
      for (auto &variable : expectedState)
        expectNear(variable.getValue(), state[variable.getKey()], 1e-12, "@" + name + ", " + variable.getKey().str());
    }
}

TEST_P(Meaning, ASecondRunChangesNothing) {
  PassTest test;
  OwningOpRef<ModuleOp> module = test.load(GetParam().module);
  ASSERT_TRUE(test.run(*module, GetParam().pipeline)) << test.diagnostics();
  std::string once = print(*module);
  std::string again = GetParam().pipeline; // after the whole pipeline every pass of it finds nothing left to do
  if (again.starts_with("tenon-"))
    again = "func.func(fold-batch-norm,fold-residual-projection,merge-sibling-convolutions,fold-embedding,"
            "decompose-normalization,fold-broadcasts,form-kernels),split-prepare,func.func(schedule-branches{target=x86-64-v3})";
  if (GetParam().pipeline.starts_with("tenon-training"))
    again = "differentiate,build-train-step," + again;
  ASSERT_TRUE(test.run(*module, again)) << test.diagnostics();
  EXPECT_EQ(once, print(*module));
}

static std::string caseName(const testing::TestParamInfo<Case> &info) {
  std::string name = info.param.module + "_" + info.param.pipeline;
  for (char &c : name)
    if (!isalnum(c))
      c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Passes, Meaning, testing::ValuesIn(cases()), caseName);
