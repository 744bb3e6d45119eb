// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"

#include <tenon/trainer.h>

#include <gmock/gmock.h>

using namespace tenon;
using test::errorOf;
using test::LinearProgram;

namespace {
struct CallbackTest : testing::Test {
  LinearProgram linear;
  Session session{Program::wrap(linear.table()), {.threads = 1}};
  TrainingContext context{session};

  void setBias(float value) { session.variable("linear/bias").data<float>()[0] = value; }
  double bias() { return session.variable("linear/bias").at(0); }

  /// Feeds values of `name` epoch after epoch, the bias being the epoch's number; the last epoch run.
  int runEpochs(Callback &callback, const char *name, const std::vector<double> &values) {
    context.stopTraining = false;
    callback.onTrainBegin(context);
    int epoch = 0;
    for (; epoch < int(values.size()); ++epoch) {
      setBias(float(epoch));
      Logs logs{{name, values[size_t(epoch)]}};
      callback.onEpochEnd(context, epoch, logs);
      if (context.stopTraining)
        break;
    }
    callback.onTrainEnd(context, {});
    return std::min(epoch, int(values.size()) - 1);
  }
};

/// What `body` prints to the file it is given.
template <typename Body> std::string printed(Body &&body) {
  char *text = nullptr;
  size_t size = 0;
  std::FILE *file = open_memstream(&text, &size);
  body(file);
  std::fclose(file);
  std::string result(text, size);
  std::free(text);
  return result;
}
} // namespace

TEST_F(CallbackTest, EarlyStoppingStopsAfterPatienceEpochsWithoutImprovement) {
  EarlyStopping stop({.patience = 2});
  EXPECT_EQ(runEpochs(stop, "val_loss", {5, 4, 4, 3, 3.5, 3.2, 1}), 5);
  EXPECT_EQ(stop.stoppedEpoch, 5);
  EXPECT_EQ(stop.bestEpoch, 3);
  EXPECT_EQ(bias(), 5) << "weights are not restored unasked";
  EarlyStopping none({.patience = 2});
  EXPECT_EQ(runEpochs(none, "val_loss", {5, 4, 3, 2}), 3);
  EXPECT_EQ(none.stoppedEpoch, 0);
}

TEST_F(CallbackTest, EarlyStoppingStateResetsWithEachFit) {
  EarlyStopping stop({.patience = 1});
  EXPECT_EQ(runEpochs(stop, "val_loss", {1, 2}), 1);
  EXPECT_EQ(runEpochs(stop, "val_loss", {9, 8, 9}), 2);
}

TEST_F(CallbackTest, EarlyStoppingNeverStopsInTheFirstEpoch) {
  EarlyStopping stop({.patience = 0, .baseline = 0.5});
  EXPECT_EQ(runEpochs(stop, "val_loss", {1, 2, 3}), 1);
}

TEST_F(CallbackTest, EarlyStoppingRestoresTheBestWeightsEvenWithoutStopping) {
  EarlyStopping stop({.patience = 5, .restoreBestWeights = true});
  EXPECT_EQ(runEpochs(stop, "val_loss", {3, 1, 2}), 2);
  EXPECT_EQ(bias(), 1);
}

TEST_F(CallbackTest, EarlyStoppingKnowsDirectionsAndMinDelta) {
  EarlyStopping up({.monitor = "val_acc", .patience = 1});
  EXPECT_EQ(runEpochs(up, "val_acc", {0.1, 0.2, 0.2, 0.5}), 2);
  EarlyStopping delta({.monitor = "loss", .minDelta = 0.5, .patience = 1});
  EXPECT_EQ(runEpochs(delta, "loss", {3, 2, 1.6, 0}), 2);
  EarlyStopping maximum({.monitor = "luck", .patience = 1, .mode = "max"});
  EXPECT_EQ(runEpochs(maximum, "luck", {1, 2, 0}), 2);
  EXPECT_EQ(errorOf([] { EarlyStopping({.monitor = "luck"}); }),
            "EarlyStopping: cannot tell whether a lower or a higher 'luck' is better; give .mode \"min\" or \"max\"");
  EXPECT_EQ(errorOf([] { EarlyStopping({.mode = "down"}); }),
            "EarlyStopping: expected mode 'min', 'max' or 'auto', received 'down'");
}

TEST_F(CallbackTest, EarlyStoppingWaitsUntilTheBaselineIsBeatenAndTheStartEpoch) {
  EarlyStopping baseline({.patience = 3, .baseline = 1.0});
  EXPECT_EQ(runEpochs(baseline, "val_loss", {5, 4, 3, 2, 1.5, 1.4}), 5)
      << "improvements that stay above the baseline do not reset the patience, only epochs without one stop";
  EXPECT_EQ(runEpochs(baseline, "val_loss", {5, 4, 3, 3}), 3);
  EarlyStopping late({.patience = 1, .startFromEpoch = 3});
  EXPECT_EQ(runEpochs(late, "val_loss", {1, 2, 3, 4, 5, 6}), 4);
}

TEST_F(CallbackTest, EarlyStoppingWarnsWhenTheMetricIsMissing) {
  EarlyStopping stop({.patience = 0});
  testing::internal::CaptureStderr();
  runEpochs(stop, "loss", {1});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "EarlyStopping: the monitored 'val_loss' is not available; available are: loss\n");
}

TEST_F(CallbackTest, ContextReachesWeightsAndLearningRate) {
  EXPECT_FLOAT_EQ(float(context.learningRate()), 0.05f);
  context.setLearningRate(0.5);
  EXPECT_EQ(session.variable("optimizer/learning_rate").at(0), 0.5);
  auto snapshot = context.snapshot();
  EXPECT_EQ(snapshot.size(), 2u) << "kernel and bias, neither the optimizer's nor the metrics' variables";
  setBias(9);
  session.variable("linear/kernel").data<float>()[0] = 9;
  context.restore(snapshot);
  EXPECT_EQ(bias(), 0.5);
  EXPECT_EQ(session.variable("linear/kernel").at(0), 1);
  EXPECT_EQ(errorOf([&] { context.restore({}); }), "restore: the snapshot is of another program");
}

TEST_F(CallbackTest, ProgressIsOnePlainLinePerEpochWhereThereIsNoTerminal) {
  std::string text = printed([&](std::FILE *file) {
    ProgressBar bar(file, false, 80);
    context.verbose = 1;
    context.epochs = 10;
    context.steps = 8;
    for (int epoch : {1, 2}) {
      bar.onEpochBegin(context, epoch);
      bar.onTrainBatchEnd(context, 7, {});
      Logs logs{{"loss", 0.69314}, {"accuracy", 0.5}, {"val_loss", 0.0005}, {"zeal", 12}};
      bar.onEpochEnd(context, epoch, logs);
    }
  });
  EXPECT_THAT(text,
              testing::MatchesRegex("Epoch 2/10\n8/8 - 0s - [0-9]+us/step - accuracy: 0.5000 - loss: 0.6931 - zeal: "
                                    "12.0000 - val_loss: 5.0000e-04\nEpoch 3/10\n8/8 - .*\n"));
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST_F(CallbackTest, ProgressIsALiveLineOnATerminal) {
  std::string text = printed([&](std::FILE *file) {
    ProgressBar bar(file, true, 100);
    context.verbose = 1;
    context.steps = 4;
    bar.onEpochBegin(context, 0);
    bar.onTrainBatchEnd(context, 1, {});
    bar.onTrainBatchEnd(context, 3, {});
    Logs logs{{"loss", 0.25}};
    bar.onEpochEnd(context, 0, logs);
  });
  EXPECT_EQ(text.find("Epoch"), std::string::npos) << "no header for a single epoch";
  EXPECT_THAT(text, testing::HasSubstr("\r\x1b[1m2/4\x1b[0m"));
  EXPECT_THAT(text, testing::HasSubstr("\x1b[1m4/4\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m 0s "));
  EXPECT_THAT(text, testing::EndsWith(" - loss: 0.2500\x1b[K\n"));
}

TEST_F(CallbackTest, LiveLinesAreCutToTheTerminal) {
  std::string text = printed([&](std::FILE *file) {
    ProgressBar bar(file, true, 40);
    context.verbose = 1;
    context.steps = 1;
    bar.onEpochBegin(context, 0);
    bar.onTrainBatchEnd(context, 0, {});
    Logs logs{{"loss", 0.25}, {"a_very_long_name_of_a_metric", 1}};
    bar.onEpochEnd(context, 0, logs);
  });
  int columns = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b')
      i = text.find_first_of("mK", i);
    else if (text[i] != '\r' && text[i] != '\n' && (text[i] & 0xC0) != 0x80)
      ++columns;
  }
  EXPECT_LT(columns, 40);
}

TEST_F(CallbackTest, ListsTakeValuesAndPointers) {
  auto seen = std::make_shared<History>();
  FitOptions options{.batchSize = 32,
                     .epochs = 30,
                     .callbacks = {EarlyStopping({.patience = 5, .restoreBestWeights = true}), seen},
                     .validationSplit = 0.2};
  EXPECT_EQ(options.callbacks.size(), 2u);
  FitOptions one{.callbacks = {EarlyStopping({.patience = 5})}};
  EXPECT_EQ(one.callbacks.size(), 1u);
}
