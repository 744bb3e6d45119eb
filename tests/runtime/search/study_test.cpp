// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Journal.h"
#include "tests/runtime/Helpers.h"

#include <tenon/search.h>

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <thread>

using namespace tenon;
using test::errorOf;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

namespace {
struct StudyTest : testing::Test {
  TemporaryFolder temporary;
  std::string folder = temporary.file("study");

  static std::shared_ptr<Sampler> random() { return std::make_shared<RandomSampler>(); }
  Study study(uint64_t seed = 1) { return Study({.folder = folder, .seed = seed, .sampler = random()}); }
  static Study memory(uint64_t seed = 1) { return Study({.seed = seed, .sampler = random()}); }
};

double bowl(Trial &trial) {
  double x = trial.suggestFloat("x", -1, 1), y = trial.suggestFloat("y", -1, 1);
  return x * x + y * y;
}

std::vector<double> valuesOf(const Study &study) {
  std::vector<double> values;
  for (const TrialRecord &trial : study.trials())
    values.push_back(trial.value.value_or(NAN));
  return values;
}
} // namespace

TEST_F(StudyTest, SuggestionsLieInTheirRanges) {
  Study study = memory();
  std::map<int64_t, int> units, deep;
  std::map<std::string, int> choices;
  double smallest = 1, largest = 0;
  study.optimize(
      [&](Trial &trial) {
        ++units[trial.suggestInt("units", 8, 30, {.step = 8})];
        ++deep[trial.suggestInt("deep", 1, 4, {.log = true})];
        ++choices[trial.suggestCategorical("act", {"relu", "tanh"})];
        double rate = trial.suggestFloat("rate", 1e-4, 1e-1, {.log = true});
        smallest = std::min(smallest, rate);
        largest = std::max(largest, rate);
        double quarter = trial.suggestFloat("quarter", 0, 1, {.step = 0.25});
        EXPECT_EQ(quarter * 4, std::floor(quarter * 4));
        EXPECT_EQ(trial.suggestFloat("rate", 1e-4, 1e-1, {.log = true}), rate) << "asked again, the same value";
        trial.suggestBool("bias");
        return rate;
      },
      {.trials = 400});
  EXPECT_EQ(units.size(), 3u);
  EXPECT_EQ(units.rbegin()->first, 24);
  EXPECT_EQ(deep.size(), 4u);
  EXPECT_GT(deep[1], deep[4]) << "a logarithmic integer prefers small ones";
  EXPECT_GT(choices["relu"], 150);
  EXPECT_GT(choices["tanh"], 150);
  EXPECT_GE(smallest, 1e-4);
  EXPECT_LT(smallest, 2e-4);
  EXPECT_GT(largest, 5e-2);
  EXPECT_LE(largest, 1e-1);
}

TEST_F(StudyTest, AStudyGoesOnWhereItStopped) {
  Study whole = memory();
  whole.optimize(bowl, {.trials = 20});
  study().optimize(bowl, {.trials = 7});
  Study resumed({.folder = folder});
  EXPECT_EQ(resumed.settings().seed, 1u);
  EXPECT_EQ(resumed.settings().sampler, "random");
  resumed.optimize(bowl, {.trials = 20});
  EXPECT_EQ(valuesOf(resumed), valuesOf(whole));
  EXPECT_EQ(resumed.best()->number, whole.best()->number);
}

TEST_F(StudyTest, OtherSettingsAreRefused) {
  study();
  auto open = [&](StudyOptions options) {
    options.folder = folder;
    return errorOf([&] { Study{options}; });
  };
  EXPECT_THAT(open({.direction = Direction::Maximize}), HasSubstr("direction is minimize, received maximize"));
  EXPECT_THAT(open({.seed = 2}), HasSubstr("seed is 1, received 2"));
  EXPECT_THAT(open({.sampler = std::make_shared<GridSampler>()}), HasSubstr("sampler is random, received grid"));
  EXPECT_THAT(open({.pruner = std::make_shared<MedianPruner>()}), HasSubstr("pruner is none, received median"));
  EXPECT_EQ(open({}), "");
}

TEST_F(StudyTest, AnotherProgramsFolderIsNotTouched) {
  test::writeFile(temporary.file("notes"), "mine");
  EXPECT_THAT(errorOf([&] { Study({.folder = temporary.path.string()}); }), HasSubstr("is no study's folder"));
  EXPECT_EQ(temporary.count(), 1u);
}

TEST_F(StudyTest, AParameterKeepsItsRange) {
  Study study = this->study();
  Trial trial = *study.ask();
  trial.suggestFloat("x", 0, 1);
  Trial other = *study.ask();
  EXPECT_THAT(errorOf([&] { other.suggestFloat("x", 0, 2); }),
              HasSubstr("parameter 'x': the study has it as float [0, 1], received float [0, 2]"));
  EXPECT_THAT(errorOf([&] { other.suggestInt("x", 0, 1); }), HasSubstr("received int [0, 1]"));
  EXPECT_THAT(errorOf([&] { other.suggestFloat("y", 2, 1); }), HasSubstr("'y': expected low <= high"));
  EXPECT_THAT(errorOf([&] { other.suggestFloat("y", 0, 1, {.log = true}); }), HasSubstr("expected low > 0"));
  EXPECT_THAT(errorOf([&] { other.suggestCategorical("y", {}); }), HasSubstr("at least one choice"));
  EXPECT_THAT(errorOf([&] { other.suggestCategorical("y", {"a", "a"}); }), HasSubstr("'a' is twice there"));
  EXPECT_THROW(study.optimize([](Trial &trial) { return trial.suggestFloat("x", 0, 3); }, {.trials = 5}),
               SearchSpaceError)
      << "a mistake in the program is not a failed trial";
}

TEST_F(StudyTest, FailedTrialsAreCountedAndNotFatal) {
  Study study = this->study();
  study.optimize(
      [](Trial &trial) -> double {
        if (trial.number() % 3 == 1)
          throw std::runtime_error("no memory");
        return trial.number() % 3 == 2 ? NAN : 1;
      },
      {.trials = 9});
  std::vector<TrialRecord> trials = study.trials();
  ASSERT_EQ(trials.size(), 9u);
  EXPECT_EQ(trials[0].state, TrialState::Complete);
  EXPECT_EQ(trials[1].state, TrialState::Failed);
  EXPECT_EQ(trials[1].failure, "no memory");
  EXPECT_EQ(trials[2].state, TrialState::Failed);
  EXPECT_THAT(trials[2].failure, HasSubstr("nan, not a finite number"));
  EXPECT_EQ(Study({.folder = folder}).trials()[2].failure, trials[2].failure);
}

TEST_F(StudyTest, ManyFailuresInARowEndTheSearchInWords) {
  Study study = memory();
  EXPECT_THAT(errorOf([&] {
                study.optimize([](Trial &) -> double { throw std::runtime_error("no data"); },
                               {.trials = 9, .maxConsecutiveFailures = 4});
              }),
              HasSubstr("4 trials in a row failed, the last one, trial 3: no data"));
  study.optimize([](Trial &) -> double { throw std::runtime_error("no data"); },
                 {.trials = 9, .maxConsecutiveFailures = 0});
  EXPECT_EQ(study.trials().size(), 9u);
}

TEST_F(StudyTest, LimitsEndTheSearch) {
  Study study = memory();
  EXPECT_THAT(errorOf([&] { study.optimize(bowl, {}); }), HasSubstr("expected a limit"));
  study.optimize(bowl, {.value = 0.05});
  EXPECT_LE(*study.best()->value, 0.05);
  EXPECT_EQ(study.best()->number, study.trials().back().number) << "not a trial more";
  study.optimize(bowl, {.seconds = 0});
  size_t before = study.trials().size();
  study.optimize([](Trial &) { return std::this_thread::sleep_for(std::chrono::milliseconds(5)), 1.; },
                 {.seconds = 0.05});
  EXPECT_GT(study.trials().size(), before);
  EXPECT_LT(study.trials().size(), before + 12);
  int asked = 0;
  study.optimize(bowl, {.stop = [&] { return ++asked == 3; }});
  EXPECT_EQ(asked, 3);
}

TEST_F(StudyTest, EnqueuedPointsComeFirst) {
  Study study = this->study();
  EXPECT_EQ(study.enqueue({{"x", 0.5}, {"y", 0}}), 0);
  EXPECT_EQ(study.enqueue({{"y", -0.25}}), 1);
  EXPECT_EQ(study.enqueue({{"x", 7.}}), 2);
  EXPECT_EQ(study.enqueue({{"y", -0.25}}, /*once=*/true), 1);
  EXPECT_EQ(errorOf([&] { study.enqueue({{"x", std::nan("")}}); }),
            "Study::enqueue: expected a finite number for 'x', received nan");
  study.optimize(bowl, {.trials = 5});
  std::vector<TrialRecord> trials = study.trials();
  ASSERT_EQ(trials.size(), 5u);
  EXPECT_EQ(trials[0].value, 0.25);
  EXPECT_EQ(std::get<double>(*trials[1].find("y")), -0.25);
  EXPECT_EQ(trials[2].state, TrialState::Failed);
  EXPECT_THAT(trials[2].failure, HasSubstr("parameter 'x': the enqueued value 7 is not in float [-1, 1]"));
  EXPECT_EQ(trials[4].state, TrialState::Complete);
}

TEST_F(StudyTest, TheMeanOfSeveralExecutionsCounts) {
  Study study = this->study();
  study.optimize(
      [](Trial &trial) {
        double x = trial.suggestFloat("x", 0, 1);
        trial.report(0, trial.execution());
        return x + trial.execution();
      },
      {.trials = 2, .executions = 3});
  TrialRecord trial = study.trials()[1];
  double x = std::get<double>(*trial.find("x"));
  EXPECT_DOUBLE_EQ(*trial.value, x + 1);
  EXPECT_THAT(trial.executions, ElementsAre(x, x + 1, x + 2));
  EXPECT_EQ(trial.reports[0], 0) << "reports are the first execution's";
}

TEST_F(StudyTest, AConditionalSpaceIsWhatTheObjectiveAsksFor) {
  Study study = this->study();
  study.optimize(
      [](Trial &trial) {
        double sum = 0;
        int64_t layers = trial.suggestInt("layers", 1, 3);
        for (int64_t i = 0; i < layers; ++i)
          sum += double(trial.suggestInt("units " + std::to_string(i), 1, 9));
        return sum;
      },
      {.trials = 30});
  for (const TrialRecord &trial : study.trials())
    EXPECT_EQ(int64_t(trial.parameters.size()), 1 + std::get<int64_t>(trial.parameters[0].value));
}

TEST_F(StudyTest, ATrialThatIsLetGoIsTakenOverAsItWas) {
  Study study = this->study(), other = this->study();
  std::optional<Trial> first = study.ask();
  double x = first->suggestFloat("x", 0, 1);
  first->setAttribute("host", "a");
  std::string kept = first->folder();
  EXPECT_EQ(other.ask()->number(), 1) << "the first is held";
  first.reset();
  Trial again = *other.ask();
  EXPECT_EQ(again.number(), 0);
  EXPECT_EQ(again.suggestFloat("x", 0, 1), x);
  EXPECT_EQ(again.record().attributes["host"], "a");
  EXPECT_EQ(again.record().workers, 2);
  EXPECT_EQ(std::filesystem::canonical(again.folder()), std::filesystem::canonical(kept));
  other.tell(again, 1);
  EXPECT_THAT(errorOf([&] { other.tell(again, 2); }), HasSubstr("is complete already; its value 2 is refused"));
}

TEST_F(StudyTest, ASilentWorkersTrialIsTakenOverAndItsValueRefused) {
  Study patient = this->study();
  Study study({.folder = folder, .staleAfter = 0.05});
  Trial stuck = *patient.ask();
  double x = stuck.suggestFloat("x", 0, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  stuck.keepAlive();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  Trial next = *study.ask();
  EXPECT_EQ(next.number(), 1) << "it made a sign of life";
  study.tell(next, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  Trial taken = *study.ask();
  EXPECT_EQ(taken.number(), 0);
  EXPECT_EQ(taken.suggestFloat("x", 0, 1), x);
  EXPECT_THROW(stuck.report(0, 1), TrialLost);
  try {
    patient.tell(stuck, 0.25);
    FAIL();
  } catch (const TrialLost &lost) {
    EXPECT_THAT(lost.what(), StartsWith("trial 0 was taken over by another worker"));
    EXPECT_THAT(lost.what(), HasSubstr("its value 0.25 is refused"));
  }
  study.tell(taken, 0.5);
  EXPECT_EQ(patient.trials()[0].value, 0.5);
}

TEST_F(StudyTest, ATrialThatEndsEveryWorkerFails) {
  Study study({.folder = folder, .sampler = random(), .maxWorkersPerTrial = 3});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(study.ask()->number(), 0);
  EXPECT_EQ(study.ask()->number(), 1);
  EXPECT_EQ(study.trials()[0].state, TrialState::Failed);
  EXPECT_THAT(study.trials()[0].failure, HasSubstr("3 workers died"));
}

TEST_F(StudyTest, WorkersThatAreEndedOnPurposeDoNotCount) {
  Study study({.folder = folder, .sampler = random(), .maxWorkersPerTrial = 2});
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(study.ask()->number(), 0);
    study.excuse();
  }
  EXPECT_EQ(study.ask()->number(), 0);
  Study again({.folder = folder});
  EXPECT_EQ(again.trials()[0].workers, 1);
}

TEST_F(StudyTest, TextThatIsNoUtf8IsRefusedBeforeItIsKept) {
  Study study = this->study();
  {
    Trial trial = study.ask().value();
    EXPECT_THAT(errorOf([&] { trial.suggestCategorical("act", {"relu", "x\xff"}); }),
                StartsWith("parameter 'act': a choice: byte 1 is no UTF-8"));
    EXPECT_THAT(errorOf([&] { trial.suggestFloat("\xfe", 0, 1); }), HasSubstr("is no UTF-8"));
    study.tellFailed(trial, "its words may be anything: \xff");
  }
  EXPECT_EQ(this->study().trials().size(), 1u);
}

TEST_F(StudyTest, ThreadsShareAStudy) {
  Study whole = memory(), study = this->study();
  whole.optimize(bowl, {.trials = 60});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { study.optimize(bowl, {.trials = 60}); });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(valuesOf(study), valuesOf(whole)) << "random search is the same whoever does which trial";
}

TEST_F(StudyTest, TheBestModelIsReadBack) {
  Study study({.folder = folder, .direction = Direction::Maximize, .sampler = random()});
  study.optimize(
      [](Trial &trial) {
        double x = trial.suggestFloat("x", 0, 1);
        test::writeFile(trial.folder() + "/model", std::to_string(x));
        return x;
      },
      {.trials = 9});
  TrialRecord best = *study.best();
  for (double value : valuesOf(study))
    EXPECT_LE(value, *best.value);
  EXPECT_EQ(test::readFile(study.folderOf(best.number) + "/model"), std::to_string(*best.value));
}

TEST_F(StudyTest, AForeignOrLaterJournalIsRefused) {
  auto open = [&](const std::string &content) {
    std::filesystem::create_directories(folder);
    test::writeFile(folder + "/journal.jsonl", content);
    return errorOf([&] { Study({.folder = folder}); });
  };
  EXPECT_THAT(open("lr,loss\n0.1,0.2\n"), HasSubstr("journal.jsonl: is no study's journal"));
  EXPECT_THAT(open("notes"), HasSubstr("is no study's journal"));
  EXPECT_THAT(open(std::string(3, '\0')), HasSubstr("is no study's journal"));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  search::Journal(folder + "/journal.jsonl").append("{\"tenon study\":2}", true);
  EXPECT_THAT(errorOf([&] { Study({.folder = folder}); }), HasSubstr("is of version 2, this program reads version 1"));
  for (const char *seed : {"1e42", "0.5", "-1", "18446744073709551616"}) { // which conversion would make anything of
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    search::Journal(folder + "/journal.jsonl")
        .append(std::string(R"({"tenon study":1,"direction":"minimize","sampler":"tpe","pruner":"none","seed":)") + seed + "}", true);
    EXPECT_THAT(errorOf([&] { Study({.folder = folder}); }),
                HasSubstr("expected a whole number between 0 and 18446744073709551615, got"));
  }
}

// A record with a right checksum that makes no sense was written by another program; it must be refused all the same.
TEST_F(StudyTest, RecordsThatDoNotFitAreRefusedWithTheirLine) {
  study();
  const std::string empty = test::readFile(folder + "/journal.jsonl");
  const std::string begin = R"({"what":"begin","time":1,"trial":0})";
  const std::string range = R"({"what":"range","time":1,"name":"x","range":{"float":[0,1],"step":0}})";
  const std::string told = R"({"what":"tell","time":1,"trial":0,"state":"complete","value":1})";
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"[]"}, "cannot use at() with array"},
      {{"{\"what\":"}, "parse error"},
      {{R"({"what":"dance","time":1,"trial":0})"}, "'dance' is no step of a study"},
      {{R"({"what":"begin","trial":0})"}, "'time' not found"},
      {{R"({"what":"begin","time":1,"trial":1e30})"}, "expected a whole number between -9223372036854775808 and 9223372036854775807, got"},
      {{R"({"what":"begin","time":1,"trial":3})"}, "trial 3 begins where trial 0 is expected"},
      {{R"({"what":"begin","time":1,"trial":-1})"}, "trial -1 begins"},
      {{R"({"what":"take","time":1,"trial":0})"}, "there is no trial 0"},
      {{told}, "there is no trial 0"},
      {{begin, told, told}, "trial 0 is complete, not running"},
      {{begin, R"({"what":"tell","time":1,"trial":0,"state":"complete"})"}, "has no value"},
      {{begin, R"({"what":"tell","time":1,"trial":0,"state":"running"})"}, "'running' is no state a trial ends in"},
      {{begin, R"({"what":"parameter","time":1,"trial":0,"name":"x","value":1.0})"}, "parameter 'x' cannot be 1"},
      {{begin, range, R"({"what":"parameter","time":1,"trial":0,"name":"x","value":2.0})"}, "'x' cannot be 2"},
      {{begin, range, R"({"what":"parameter","time":1,"trial":0,"name":"x","value":"a"})"}, "'x' cannot be a"},
      {{begin, range, R"({"what":"parameter","time":1,"trial":0,"name":"x","value":[1]})"}, "type must be string"},
      {{range, range}, "'x' has a range already"},
      {{R"({"what":"range","time":1,"name":"x","range":{"float":[1,0],"step":0}})"}, "expected low <= high"},
      {{R"({"what":"range","time":1,"name":"x","range":{"int":[0],"step":1}})"}, "is out of range"},
      {{R"({"what":"range","time":1,"name":"x","range":{"int":[0,9],"step":0}})"}, "a step of at least 1"},
      {{R"({"what":"range","time":1,"name":"x","range":{"choices":[]}})"}, "at least one choice"},
      {{begin, R"({"what":"report","time":1,"trial":0,"step":"a","value":1})"}, "got \"a\""},
  };
  for (auto &[records, words] : cases) {
    test::writeFile(folder + "/journal.jsonl", empty);
    {
      search::Journal journal(folder + "/journal.jsonl");
      journal.read([](int64_t, const std::string &) {});
      for (const std::string &record : records)
        journal.append(record, false);
    }
    EXPECT_THAT(errorOf([&] { Study({.folder = folder}); }),
                AllOf(HasSubstr("damaged in line " + std::to_string(records.size() + 1)), HasSubstr(words)));
  }
}

TEST_F(StudyTest, NumbersOnRecordAreTheSameBits) {
  Study study = this->study();
  Trial trial = *study.ask();
  double x = trial.suggestFloat("x", 1e-300, 1e300, {.log = true});
  trial.report(0, NAN);
  trial.setAttribute("note", "not UTF-8: \xff");
  study.tell(trial, 0.1 + 0.2);
  TrialRecord read = Study({.folder = folder}).trials()[0];
  EXPECT_EQ(std::get<double>(*read.find("x")), x);
  EXPECT_EQ(*read.value, 0.1 + 0.2);
  EXPECT_TRUE(std::isnan(read.reports[0]));
}
