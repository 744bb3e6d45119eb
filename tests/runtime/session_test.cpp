// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"

#include <tenon/session.h>

#include <cmath>

using namespace tenon;
using test::errorOf;
using test::LinearProgram;

namespace {
const Array kInput({1, 1, 1, 0, 0, 1}, {2, 3});

struct SessionTest : testing::Test {
  LinearProgram linear;
  Session session{Program::wrap(linear.table())};
  void SetUp() override { test::outputOverrun = test::arenaOverrun = test::prepareCount = 0; }
  std::vector<float> predict(const Array &x = kInput) { return session.call("predict", {x})[0].toVector<float>(); }
};
} // namespace

TEST_F(SessionTest, PredictsWithAnyBatchAndThreads) {
  EXPECT_EQ(predict(), (std::vector<float>{6.5f, 3.5f}));
  for (int64_t batch = 1; batch < 40; ++batch) {
    Array x({batch, 3}, DType::F32);
    for (int64_t i = 0; i < x.size(); ++i)
      x.data<float>()[i] = float(i % 7);
    std::vector<float> expected = predict(x);
    for (int threads : {1, 2, 4}) {
      Session other(Program::wrap(linear.table()), {.threads = threads});
      EXPECT_EQ(other.call("predict", {x})[0].toVector<float>(), expected);
    }
  }
}

TEST_F(SessionTest, PreparesOnceAndAgainWhenWeightsChange) {
  predict();
  predict();
  EXPECT_EQ(test::prepareCount, 1);
  session.variable("linear/kernel").data<float>()[0] = 5;
  EXPECT_EQ(predict()[0], 6.5f) << "derived values are those of the last prepare";
  session.invalidatePrepared();
  EXPECT_EQ(predict()[0], 10.5f);
  Array x({1, 0, 0}, {1, 3}), target({0}, {1, 1}), weight({1}, {1});
  session.call("train_step", {x, target, weight});
  predict();
  EXPECT_EQ(test::prepareCount, 3) << "a training step changes the weights";
}

TEST_F(SessionTest, SessionsHaveVariablesOfTheirOwn) {
  session.variable("linear/bias").data<float>()[0] = 100;
  Session other(Program::wrap(linear.table()));
  EXPECT_EQ(other.call("predict", {kInput})[0].at(0), 6.5f);
  EXPECT_EQ(predict()[0], 106);
  EXPECT_EQ(linear.weights[3], 0.5f);
}

TEST_F(SessionTest, BindsTheCallersStorage) {
  std::vector<float> kernel{0, 0, 10};
  session.bind("linear/kernel", kernel.data());
  EXPECT_EQ(predict()[0], 10.5f);
  Array x({0, 0, 1}, {1, 3}), target({0}, {1, 1}), weight({1}, {1});
  session.call("train_step", {x, target, weight});
  EXPECT_NE(kernel[2], 10) << "training writes to the caller's storage";
  EXPECT_EQ(errorOf([&] { session.bind("linear/kernel", nullptr); }),
            "variable 'linear/kernel': expected storage aligned to 4 bytes");
  EXPECT_EQ(errorOf([&] { session.bind("kernel", kernel.data()); }), "program 'linear' has no variable 'kernel'");
}

TEST_F(SessionTest, ImmutableVariablesShareTheProgramsMemoryUntilTheyAreAskedFor) {
  LinearProgram frozen([](auto &manifest) { manifest.variables[1]->mutable_ = false; });
  Session session(Program::wrap(frozen.table()));
  frozen.weights[3] = 50;
  EXPECT_EQ(session.call("predict", {kInput})[0].at(0), 56);
  session.variable("linear/bias").data<float>()[0] = 1;
  EXPECT_EQ(frozen.weights[3], 50) << "a program's own memory is never written";
  EXPECT_EQ(session.call("predict", {kInput})[0].at(0), 7);
}

TEST_F(SessionTest, ErrorsNameEntryAndInput) {
  EXPECT_EQ(errorOf([&] { session.call("predict", {}); }), "entry 'predict': expected 1 inputs, received 0");
  EXPECT_EQ(errorOf([&] {
              predict(Array({2, 4}, DType::F32));
            }),
            "entry 'predict': input 'x' expects shape (?, 3), received (2, 4)");
  EXPECT_EQ(errorOf([&] { predict(Array({3}, DType::F32)); }),
            "entry 'predict': input 'x' expects shape (?, 3), received (3,)");
  EXPECT_EQ(errorOf([&] {
              predict(Array({0, 3}, DType::F32));
            }),
            "entry 'predict': input 'x' has shape (0, 3), expected at least 1 for 'batch'");
  EXPECT_EQ(errorOf([&] {
              predict(Array({2, 3}, DType::I32));
            }),
            "entry 'predict': input 'x' expects float32, received int32");
  EXPECT_EQ(errorOf([&] {
              session.call("train_step", {kInput, Array({1}, {1, 1}), Array({1, 1}, {2})});
            }),
            "entry 'train_step': input 'target:y' has shape (1, 1), but 'batch' is 2 in an input before it");
  EXPECT_EQ(errorOf([&] {
              std::vector<Array> inputs{kInput}, outputs{Array({3, 1}, DType::F32)};
              session.call("predict", inputs, outputs);
            }),
            "entry 'predict': output 'y' has shape (2, 1), received room for (3, 1)");
  EXPECT_EQ(errorOf([&] { session.variable("nothing"); }), "program 'linear' has no variable 'nothing'");
}

TEST_F(SessionTest, FailedChecksGiveTheirMessage) {
  Array large = Array::view(linear.weights.data(), {1'000'001, 3}, DType::F32); // never read
  EXPECT_EQ(errorOf([&] { session.call("predict", {large}); }),
            "entry 'predict': linear: expected at most 1000000 rows");
}

TEST_F(SessionTest, MemoryCheckFindsWritesPastTheEnd) {
  Session checked(Program::wrap(linear.table()), {.threads = 1, .checkMemory = true});
  EXPECT_EQ(checked.call("predict", {kInput})[0].at(1), 3.5f);
  test::outputOverrun = 4;
  EXPECT_EQ(errorOf([&] { checked.call("predict", {kInput}); }),
            "entry 'predict': output 'y': wrote 0 bytes past its end");
  test::outputOverrun = 0;
  test::arenaOverrun = 4;
  EXPECT_EQ(errorOf([&] { checked.call("predict", {kInput}); }),
            "entry 'predict': the arena: wrote 0 bytes past its end");
}

TEST_F(SessionTest, TheEnvironmentTurnsTheMemoryCheckOn) {
  setenv("TENON_CHECK_MEMORY", "1", 1);
  Session checked(Program::wrap(linear.table()));
  unsetenv("TENON_CHECK_MEMORY");
  test::arenaOverrun = 4;
  EXPECT_NE(errorOf([&] { checked.call("predict", {kInput}); }), "");
}

TEST_F(SessionTest, OutputShapesFollowTheInputs) {
  std::vector<Array> inputs{Array({7, 3}, DType::F32)};
  EXPECT_EQ(session.outputShapes("predict", inputs), (std::vector<Shape>{{7, 1}}));
}
