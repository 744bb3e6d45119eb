// SPDX-License-Identifier: Apache-2.0
// Workers of one study that are killed or stopped at any moment: no trial is lost and none is done twice.
#include "tests/runtime/Helpers.h"
#include "tests/runtime/Killed.h"
#include "tests/runtime/search/Functions.h"

#include <tenon/philox.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <fcntl.h>
#include <thread>

using namespace tenon;
using testing::HasSubstr;

namespace {
/// A worker process; its stderr goes to a file where one is named.
class Worker {
public:
  Worker(const std::string &study, const std::string &sampler, int trials, int microseconds,
         const std::string &stale = "", const std::string &errors = "") {
    std::vector<std::string> words{TENON_BIN_DIR "/searcher", study, sampler, std::to_string(trials),
                                   std::to_string(microseconds)};
    if (!stale.empty())
      words.push_back(stale);
    std::vector<char *> arguments;
    for (std::string &word : words)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (!errors.empty())
      posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    EXPECT_EQ(posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  void send(int signal) const { kill(process_, signal); }
  /// Its exit code, or 128 + the signal that ended it.
  int wait() const {
    int status = 0;
    waitpid(process_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

private:
  pid_t process_ = 0;
};

uint32_t randomOf(uint32_t seed, uint32_t number) { return philox({number, 0, 0, 0}, {seed, 17})[0]; }

/// Every trial is complete, has the value its parameters give, and the values of random search are those of a study by
/// one worker, `whole`.
void expectWhole(const std::vector<TrialRecord> &trials, int count, const std::vector<TrialRecord> &whole) {
  ASSERT_EQ(trials.size(), size_t(count));
  for (const TrialRecord &trial : trials) {
    EXPECT_EQ(trial.state, TrialState::Complete) << trial.number << ": " << trial.failure;
    ASSERT_EQ(trial.parameters.size(), 6u) << trial.number;
    if (whole.empty())
      continue;
    EXPECT_EQ(trial.value, whole[size_t(trial.number)].value) << trial.number;
    for (size_t i = 0; i < 6; ++i)
      EXPECT_EQ(trial.parameters[i].value, whole[size_t(trial.number)].parameters[i].value) << trial.number;
  }
}

std::vector<TrialRecord> serial(int trials) {
  Study study({.seed = 11, .sampler = makeSampler("random")});
  study.optimize(test::hartmann6, {.trials = trials});
  return study.trials();
}
} // namespace

TEST(SearchKill, EightWorkersThreeOfThemKilledLoseAndDoubleNoTrial) {
  test::TemporaryFolder temporary;
  std::string folder = temporary.file("study");
  std::vector<Worker> workers;
  for (int i = 0; i < 8; ++i)
    workers.emplace_back(folder, "random", 200, 2000);
  for (uint32_t i = 0; i < 3; ++i) {
    usleep(5000 + randomOf(1, i) % 20000);
    workers[i].send(SIGKILL);
  }
  for (size_t i = 0; i < workers.size(); ++i)
    EXPECT_EQ(workers[i].wait(), i < 3 ? 128 + SIGKILL : 0) << i;
  Study study({.folder = folder});
  std::vector<TrialRecord> trials = study.trials(), whole = serial(200);
  expectWhole(trials, 200, whole);
  EXPECT_EQ(*study.best()->value, test::bestOf(whole, 200));
  int taken = 0;
  for (const TrialRecord &trial : trials) {
    taken += trial.workers - 1;
    // As many began it as had it, and but for one that was killed between its end and telling it, one came to its end.
    std::string log = test::readFile(study.folderOf(trial.number) + "/log");
    EXPECT_LE(std::count(log.begin(), log.end(), 'b'), trial.workers) << trial.number;
    EXPECT_GE(std::count(log.begin(), log.end(), 'd'), 1) << trial.number;
    if (trial.workers == 1) {
      EXPECT_EQ(std::count(log.begin(), log.end(), 'd'), 1) << trial.number;
    }
  }
  EXPECT_LE(taken, 3);
}

TEST(SearchKill, AWorkerKilledAgainAndAgainComesToTheEnd) {
  for (const char *sampler : {"random", "tpe"}) {
    test::TemporaryFolder temporary;
    std::string folder = temporary.file("study");
    int kills = 0;
    for (uint32_t i = 0;; ++i) {
      // Later ones come later, so that an end is reached on a slow machine too.
      useconds_t wait = 3000 + randomOf(2, i) % 15000 + i * 500;
      int code = test::runKilled({TENON_BIN_DIR "/searcher", folder, sampler, "30", "300"}, SIGKILL, wait);
      if (code == 0)
        break;
      ASSERT_EQ(code, 128 + SIGKILL);
      ASSERT_LT(++kills, 300);
    }
    EXPECT_GT(kills, 0);
    std::vector<TrialRecord> trials = Study({.folder = folder}).trials();
    expectWhole(trials, 30, std::string(sampler) == "random" ? serial(30) : std::vector<TrialRecord>{});
  }
}

TEST(SearchKill, AStoppedWorkersTrialIsTakenOverAndItsValueRefused) {
  test::TemporaryFolder temporary;
  std::string folder = temporary.file("study"), errors = temporary.file("errors");
  // The first trial of the one that will be stopped takes long enough to stop it inside, away from the journal's lock.
  Worker stopped(folder, "random", 6, 300'000, "", errors);
  std::string log = folder + "/trials/0/log";
  for (int i = 0; i < 2000 && !std::filesystem::exists(log); ++i)
    usleep(1000);
  usleep(100'000);
  stopped.send(SIGSTOP);
  Worker other(folder, "random", 6, 1000, "0.4");
  EXPECT_EQ(other.wait(), 0);
  std::vector<TrialRecord> trials = Study({.folder = folder}).trials();
  expectWhole(trials, 6, serial(6));
  EXPECT_EQ(trials[0].workers, 2);
  stopped.send(SIGCONT);
  EXPECT_EQ(stopped.wait(), 0);
  EXPECT_THAT(test::readFile(errors), HasSubstr("Study: trial 0 was taken over by another worker"));
  EXPECT_EQ(Study({.folder = folder}).trials()[0].value, trials[0].value);
}

TEST(SearchKill, SeveralStudyObjectsOfOneProcessAreWorkersToo) {
  test::TemporaryFolder temporary;
  std::string folder = temporary.file("study");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      Study({.folder = folder, .seed = 11, .sampler = makeSampler("random")}).optimize(test::hartmann6, {.trials = 60});
    });
  for (std::thread &thread : threads)
    thread.join();
  expectWhole(Study({.folder = folder}).trials(), 60, serial(60));
}
