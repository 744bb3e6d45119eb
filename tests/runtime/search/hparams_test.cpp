// SPDX-License-Identifier: Apache-2.0
// TensorBoard's hyper-parameters: the bytes of its own writer (tests/golden/hparams.py), and a study's files.
#include "runtime/events/HyperParameters.h"
#include "runtime/search/report/Files.h"
#include "tests/runtime/Events.h"
#include "tests/runtime/Helpers.h"

#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace tenon::events {
namespace {
using Json = nlohmann::ordered_json;

Json recorded() { return Json::parse(std::ifstream(TENON_SOURCE_DIR "/tests/golden/data/hparams.json")); }

std::string hex(const std::string &bytes) {
  std::string text;
  for (unsigned char byte : bytes)
    for (int digit : {byte >> 4, byte & 15})
      text += "0123456789abcdef"[digit];
  return text;
}

TEST(HyperParameters, AnExperimentIsTensorBoardsOwnByteForByte) {
  const Json data = recorded();
  ASSERT_EQ(data["experiments"].size(), 2u);
  for (const Json &one : data["experiments"]) {
    std::vector<HyperParameter> parameters;
    for (const Json &parameter : one["parameters"]) {
      parameters.push_back({.name = parameter["name"]});
      if (parameter.contains("interval"))
        parameters.back().interval = {parameter["interval"][0], parameter["interval"][1]};
      else
        parameters.back().choices = parameter["choices"];
    }
    EXPECT_EQ(hex(experiment(parameters, one["metrics"], one["created"]).bytes()), one["bytes"]);
  }
}

TEST(HyperParameters, ASessionIsTensorBoardsOwnByteForByte) {
  const Json data = recorded();
  ASSERT_EQ(data["starts"].size(), 2u);
  for (const Json &one : data["starts"]) {
    std::map<std::string, HyperParameterValue> values;
    for (auto &[name, value] : one["values"].items())
      if (value.is_string())
        values[name] = value.get<std::string>();
      else
        values[name] = value.get<double>();
    EXPECT_EQ(hex(sessionStart(values, one["group"], one["started"]).bytes()), one["bytes"]);
  }
  ASSERT_EQ(data["ends"].size(), 3u);
  const std::map<std::string, SessionStatus> statuses{
      {"SUCCESS", SessionStatus::Success}, {"FAILURE", SessionStatus::Failure}, {"RUNNING", SessionStatus::Running}};
  for (const Json &one : data["ends"])
    EXPECT_EQ(hex(sessionEnd(statuses.at(one["status"]), one["ended"]).bytes()), one["bytes"]);
}

using Tags = std::vector<std::pair<std::string, int64_t>>;

TEST(HyperParameters, AStudyIsARunForEachTrial) {
  test::TemporaryFolder folder;
  Study study({.sampler = std::make_shared<RandomSampler>()});
  study.optimize(
      [](Trial &trial) {
        const double x = trial.suggestFloat("x", 0, 1);
        trial.suggestCategorical("kind", {"a", "b"});
        for (int step = 0; step < 2; ++step)
          trial.report(step, x + 1 - step);
        if (trial.number() == 1)
          throw TrialPruned();
        if (trial.number() == 2)
          throw std::runtime_error("no");
        return x;
      },
      {.trials = 3});
  for (int i = 0; i < 2; ++i) // again: in the place of what was there
    search::writeTensorBoard(study, folder.path.string());
  const auto runs = test::readRuns(folder.path.string());
  auto tagsOf = [&](const std::string &run) {
    Tags tags;
    for (const test::Event &event : runs.at(run))
      for (const test::EventValue &value : event.values)
        tags.emplace_back(value.tag, event.step);
    return tags;
  };
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(tagsOf(folder.path.filename()), (Tags{{"_hparams_/experiment", 0}}));
  const Tags reported{{"_hparams_/session_start_info", 0}, {"intermediate", 0}, {"intermediate", 1}};
  Tags complete = reported, other = reported;
  complete.emplace_back("value", 0);
  for (Tags *tags : {&complete, &other})
    tags->emplace_back("_hparams_/session_end_info", 0);
  EXPECT_EQ(tagsOf("trial_0"), complete);
  EXPECT_EQ(tagsOf("trial_1"), other);
  EXPECT_EQ(tagsOf("trial_2"), other);
  auto endOf = [&](const std::string &run) { // the plugin's content, its field 4, the status in field 1
    const std::string content = runs.at(run).back().values.at(0).content;
    return test::fieldsOf(test::bytesOf(content, 4)).at(0).bits;
  };
  EXPECT_EQ(endOf("trial_0"), uint64_t(SessionStatus::Success));
  EXPECT_EQ(endOf("trial_1"), uint64_t(SessionStatus::Success));
  EXPECT_EQ(endOf("trial_2"), uint64_t(SessionStatus::Failure));
}

} // namespace
} // namespace tenon::events
