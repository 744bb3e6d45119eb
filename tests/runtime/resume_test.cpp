// SPDX-License-Identifier: Apache-2.0
// A training that is ended at any moment and started again ends as if it never had been.
#include "tests/runtime/Events.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/Killed.h"
#include "tests/runtime/LinearProgram.h"
#include "tests/runtime/Samples.h"

#include <tenon/philox.h>
#include <tenon/trainer.h>

#include <gmock/gmock.h>

#include <csignal>
#include <set>
#include <sys/resource.h>

using namespace tenon;
using test::errorOf;
using test::LinearProgram;
using test::readFile;
using test::samples;
using test::writeFile;
using testing::HasSubstr;

namespace {
const std::string kProgram = TENON_BIN_DIR "/resumable";

/// Runs the training program, slowly when it is to be killed.
int runProgram(const std::string &folder, const std::string &frequency, int signal = 0, useconds_t microseconds = 0) {
  return test::runKilled({kProgram, folder, frequency, signal ? "200" : "0"}, signal, microseconds);
}

struct Outcome {
  std::string result, log;
  // Of each run's files, wall times left out. A set: when the program is killed after its training, the next one begins
  // anew beside the whole file of the one before.
  std::map<std::string, std::set<std::string>> events;
  bool operator==(const Outcome &other) const {
    return result == other.result && log == other.log && events == other.events;
  }
};
Outcome outcomeIn(const test::TemporaryFolder &folder) {
  Outcome outcome{readFile(folder.file("result")), readFile(folder.file("log.csv")), {}};
  for (const std::string &path : test::eventFiles(folder.file("logs"))) {
    std::string text;
    for (const test::Event &event : test::readEvents(path))
      text += event.rest;
    outcome.events[test::runOf(path)].insert(text);
  }
  return outcome;
}

const Outcome &uninterrupted() {
  static const Outcome outcome = [] {
    test::TemporaryFolder folder;
    EXPECT_EQ(runProgram(folder.path, "epoch"), 0);
    return outcomeIn(folder);
  }();
  return outcome;
}

/// How many signals it took until the program came to its end; the moments follow from the seed.
int endsAfter(const test::TemporaryFolder &folder, const std::string &frequency, int signal, uint64_t seed,
              uint32_t longest) {
  for (int sent = 0;; ++sent) {
    auto random = philox({uint32_t(sent), 0, 0, 0}, {uint32_t(seed), uint32_t(seed >> 32)});
    // Later ones come later, so that an end is reached on a slow machine too.
    useconds_t wait = 1000 + random[0] % (longest + uint32_t(sent) * 500);
    int code = runProgram(folder.path, frequency, signal, wait);
    if (code == 0)
      return sent;
    if (code != 128 + signal || sent > 1000) {
      ADD_FAILURE() << "the program ended with " << code << " after " << sent << " signals";
      return sent;
    }
  }
}

struct ResumeTest : testing::Test {
  LinearProgram linear;
  Session session{Program::wrap(linear.table()), {.threads = 1}};
  test::TemporaryFolder folder;
  const std::string backup = folder.file("backup"), current = backup + "/state.tenon",
                    previous = backup + "/state.previous.tenon";

  struct Stop {}; // as sudden as a killed process
  /// Trains `epochs` epochs of four batches and leaves after `batches` of them.
  History fit(int epochs, int batches, BackupAndRestoreOptions options, int batchSize = 5) {
    auto leave = std::make_shared<LambdaCallback>();
    leave->trainBatchEnd = [&batches](TrainingContext &, int64_t, const Logs &) {
      if (--batches == 0)
        throw Stop();
    };
    FitOptions fitting{.batchSize = batchSize,
                       .epochs = epochs,
                       .verbose = 0,
                       .callbacks = {BackupAndRestore(backup, options), leave},
                       .seed = 1};
    return Trainer(session, samples(20), fitting).run();
  }
  void leaveAfter(int batches, BackupAndRestoreOptions options) {
    EXPECT_THROW(fit(3, batches, std::move(options)), Stop);
  }
  void forget() {
    for (const VariableInfo &variable : session.program().variables())
      std::memset(session.variable(variable.spec.name).raw(), 1, variable.bytes);
  }
  double iteration() { return session.variable("optimizer/iteration").at(0); }
};
} // namespace

TEST(Resume, EndsAsIfItHadNotBeenKilled) {
  int kills = 0;
  for (auto [frequency, longest] : {std::pair{"epoch", 12000u}, {"3", 8000u}, {"1", 9000u}, {"0.004s", 9000u}}) {
    test::TemporaryFolder folder;
    kills += endsAfter(folder, frequency, SIGKILL, std::hash<std::string>()(frequency), longest);
    EXPECT_EQ(outcomeIn(folder), uninterrupted()) << frequency;
    std::string left;
    if (std::filesystem::exists(folder.file("backup")))
      for (auto &entry : std::filesystem::directory_iterator(folder.file("backup")))
        left += entry.path().filename().string() + " ";
    EXPECT_EQ(left, "") << "the state goes when training is over";
  }
  EXPECT_GE(kills, 20);
}

TEST(Resume, EndsAsIfItHadNotBeenStopped) {
  for (int signal : {SIGTERM, SIGINT}) {
    test::TemporaryFolder folder;
    EXPECT_GE(endsAfter(folder, "epoch", signal, uint64_t(signal), 20000), 1);
    EXPECT_EQ(outcomeIn(folder), uninterrupted()) << signal;
  }
}

TEST_F(ResumeTest, GoesOnAtTheBatch) {
  leaveAfter(7, {.saveFreq = 1});
  forget();
  History history = fit(3, 0, {});
  EXPECT_EQ(iteration(), 12);
  EXPECT_EQ(history.epoch, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(history.history["loss"].size(), 3u);
}

TEST_F(ResumeTest, AFullDiskIsSaidAndTheLastStateStays) {
  rlimit before, small;
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 512;
  auto previousHandler = std::signal(SIGXFSZ, SIG_IGN);
  auto fill = std::make_shared<LambdaCallback>();
  fill->epochBegin = [&](TrainingContext &, int epoch) { setrlimit(RLIMIT_FSIZE, epoch == 1 ? &small : &before); };
  testing::internal::CaptureStderr();
  FitOptions options{.batchSize = 5,
                     .epochs = 3,
                     .verbose = 0,
                     .callbacks = {fill, BackupAndRestore(backup, {.deleteCheckpoint = false})}};
  Trainer(session, samples(20), options).run();
  std::string said = testing::internal::GetCapturedStderr();
  std::signal(SIGXFSZ, previousHandler);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(said, HasSubstr("state.next.tenon: cannot be written: File too large; training goes on, the last state stays"));
  EXPECT_EQ(iteration(), 12) << "training goes on";
  forget();
  fit(4, 0, {});
  EXPECT_EQ(iteration(), 16) << "and the state after the third epoch was written again";
}

TEST_F(ResumeTest, AFolderThatCannotBeMadeIsSaidBeforeTraining) {
  writeFile(backup, "a file");
  EXPECT_THAT(errorOf([&] { fit(1, 0, {}); }), HasSubstr("backup: cannot be made: "));
  EXPECT_EQ(iteration(), 0);
}

TEST_F(ResumeTest, ADamagedFileIsSaidAndTheStateBeforeIsUsed) {
  leaveAfter(7, {.saveFreq = 1});
  const std::string whole = readFile(current), before = readFile(previous);
  size_t cases = 0;
  for (size_t at = 0; at < whole.size(); at += whole.size() / 40, ++cases) {
    std::string damaged = cases % 2 ? whole.substr(0, at) : whole;
    if (cases % 2 == 0)
      damaged[at] = static_cast<char>(damaged[at] ^ 16);
    writeFile(current, damaged);
    writeFile(previous, before);
    forget();
    testing::internal::CaptureStderr();
    fit(3, 0, {.deleteCheckpoint = false});
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, testing::StartsWith("BackupAndRestore: " + current + ": "));
    EXPECT_THAT(said, HasSubstr("; going on from the state before, state.previous.tenon\n"));
    EXPECT_EQ(iteration(), 12);
  }
  writeFile(current, whole.substr(0, 100));
  writeFile(previous, before.substr(0, 200));
  std::string error = errorOf([&] { fit(3, 0, {}); });
  EXPECT_THAT(error, HasSubstr(current + ": is truncated; " + previous + ": is truncated; no state in that folder is whole"));
  EXPECT_EQ(readFile(current).size(), 100u) << "nothing is written over";
}

TEST_F(ResumeTest, WhatAKilledWriterLeftIsRemoved) {
  leaveAfter(3, {.saveFreq = 1});
  writeFile(backup + "/state.next.tenon.AbCdEf", "half");
  writeFile(backup + "/state.next.tenon", "whole but not yet renamed");
  fit(3, 0, {.deleteCheckpoint = false});
  EXPECT_FALSE(std::filesystem::exists(backup + "/state.next.tenon.AbCdEf"));
  EXPECT_FALSE(std::filesystem::exists(backup + "/state.next.tenon"));
}

TEST_F(ResumeTest, AnotherTrainingIsRefused) {
  leaveAfter(3, {.saveFreq = 1});
  EXPECT_EQ(errorOf([&] { fit(3, 0, {}, /*batchSize=*/4); }),
            current + ": was written by a training with batchSize 5, this one has 4; give the same, or begin anew without that file");
}

TEST_F(ResumeTest, TheModelsSeedIsNotThatOfTheOrder) {
  int64_t seed = 7;
  auto run = [&](int batches) {
    auto leave = std::make_shared<LambdaCallback>();
    leave->trainBatchEnd = [&batches](TrainingContext &, int64_t, const Logs &) {
      if (--batches == 0)
        throw Stop();
    };
    FitOptions options{.batchSize = 5, .epochs = 2, .verbose = 0, .callbacks = {BackupAndRestore(backup), leave}, .seed = 1};
    Trainer(session, samples(20), options, {.seed = &seed}).run();
  };
  EXPECT_THROW(run(6), Stop);
  seed = 9; // of another process
  run(0);
  EXPECT_EQ(seed, 7);
}

TEST_F(ResumeTest, ASignalBeforeTheFirstBatchBeginsTheEpochOnce) {
  int begun = 0;
  auto interrupt = std::make_shared<LambdaCallback>();
  interrupt->epochBegin = [&](TrainingContext &, int epoch) {
    if (epoch == 1 && begun++ == 0)
      std::raise(SIGTERM);
  };
  FitOptions options{.batchSize = 5, .epochs = 2, .verbose = 0, .callbacks = {interrupt, BackupAndRestore(backup)}, .seed = 1};
  testing::internal::CaptureStderr();
  EXPECT_EQ(Trainer(session, samples(20), options).run().signal, SIGTERM);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("after epoch 1 and 1 batches"));
  Trainer(session, samples(20), options).run();
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(iteration(), 8);
}

TEST_F(ResumeTest, SeveralFoldersAreKept) {
  auto train = [&](int epochs) {
    FitOptions options{.batchSize = 5,
                       .epochs = epochs,
                       .verbose = 0,
                       .callbacks = {BackupAndRestore(backup, {.deleteCheckpoint = false}),
                                     BackupAndRestore(folder.file("other"), {.deleteCheckpoint = false})},
                       .seed = 1};
    Trainer(session, samples(20), options).run();
  };
  train(1);
  train(2); // from the first folder, whose state both then keep
  EXPECT_EQ(iteration(), 8);
  EXPECT_TRUE(std::filesystem::exists(folder.file("other/state.tenon")));
}

TEST_F(ResumeTest, WhatIsSavedAfterBatchesKeepsItsPhase) {
  leaveAfter(7, {.saveFreq = 3}); // saved after batches 3 and 6
  SaveTimer timer(3);
  for (int64_t batch : {1, 2, 3, 4})
    EXPECT_EQ(timer.isDue(batch), batch == 3);
  EXPECT_FALSE(timer.isDue(1)); // of the next epoch
  SaveTimer other(3);
  other.resume(timer.saveState());
  EXPECT_TRUE(other.isDue(2));
}

TEST_F(ResumeTest, AFolderInUseIsRefused) {
  std::string error;
  auto second = std::make_shared<LambdaCallback>();
  second->trainBegin = [&](TrainingContext &) {
    LinearProgram other;
    Session otherSession(Program::wrap(other.table()), {.threads = 1});
    FitOptions options{.verbose = 0, .callbacks = {BackupAndRestore(backup)}};
    error = errorOf([&] { Trainer(otherSession, samples(20), options).run(); });
  };
  FitOptions options{.verbose = 0, .callbacks = {BackupAndRestore(backup), second}};
  Trainer(session, samples(20), options).run();
  EXPECT_EQ(error, backup + ": is in use by another training");
}

TEST_F(ResumeTest, ATrainingThatWasStoppedStaysSo) {
  auto stop = std::make_shared<LambdaCallback>();
  stop->epochEnd = [](TrainingContext &context, int epoch, Logs &) { context.stopTraining = epoch == 1; };
  FitOptions options{.batchSize = 5,
                     .epochs = 9,
                     .verbose = 0,
                     .callbacks = {stop, BackupAndRestore(backup, {.deleteCheckpoint = false})}};
  Trainer(session, samples(20), options).run();
  EXPECT_EQ(iteration(), 8);
  forget();
  EXPECT_EQ(Trainer(session, samples(20), options).run().epoch, (std::vector<int>{0, 1}));
  EXPECT_EQ(iteration(), 8);
}

TEST(SaveFrequency, IsAnEpochBatchesOrATime) {
  EXPECT_TRUE(SaveFrequency("epoch").isEpoch());
  EXPECT_EQ(SaveFrequency("100").batches(), 100);
  EXPECT_EQ(SaveFrequency(7).batches(), 7);
  EXPECT_EQ(SaveFrequency("10s").seconds(), 10);
  EXPECT_EQ(SaveFrequency("1.5min").seconds(), 90);
  for (auto text : {"", "0", "-3", "2.5", "10 s", "s", "1e30", "never"})
    EXPECT_THAT(errorOf([&] { SaveFrequency frequency(text); }), HasSubstr("saveFreq: expected")) << text;
}
