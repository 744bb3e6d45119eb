// SPDX-License-Identifier: Apache-2.0
// Keras's JSON is read and written back as it was; weights come in Keras's order; summaries are Keras's to the letter.
#include "tests/golden/Golden.h"

namespace tenon::golden {
namespace {

class Configs : public ::testing::TestWithParam<Case> {};

TEST_P(Configs, RoundTrip) {
  const Json &expected = GetParam().data.at("model");
  const Json actual = Json::parse(modelFromJson(expected.dump()).toJson());
  EXPECT_EQ(actual, expected) << Json::diff(expected, actual).dump(1);
}

TEST_P(Configs, WeightsHaveKerassShapes) {
  const Json &data = GetParam().data;
  if (!data.contains("weights"))
    GTEST_SKIP() << "a case without weights";
  const std::vector<Array> weights = modelFromJson(data.at("model").dump()).getWeights();
  ASSERT_EQ(weights.size(), data.at("weights").size());
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_EQ(weights[i].shape(), toArray(data.at("weights")[i]).shape()) << "weight " << i;
}

class Summaries : public ::testing::TestWithParam<Case> {};

TEST_P(Summaries, AreKerass) {
  const Json &data = GetParam().data;
  EXPECT_EQ(modelFromJson(data.at("model").dump()).summaryText(), data.at("summary").get<std::string>());
}

// Keras writes the ops that make masks as layers; here they are not part of the architecture.
std::vector<Case> withoutMasks(std::vector<Case> cases) {
  std::erase_if(cases, [](const Case &one) { return one.data.dump().find("NotEqual") != std::string::npos; });
  return cases;
}

TEST(Masks, OfTheUsersOwnAreRefused) {
  for (Case &one : readCases("recurrent")) {
    if (one.name() != "masked_average")
      continue;
    Json model = one.data.at("model");
    EXPECT_NO_THROW(modelFromJson(model.dump()));
    int changed = 0;
    for (Json &layer : model["config"]["layers"])
      if (layer["class_name"] == "NotEqual") {
        layer["inbound_nodes"][0]["args"][1] = 2;
        ++changed;
      }
    EXPECT_EQ(changed, 1);
    EXPECT_THROW(modelFromJson(model.dump()), Error);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, Configs, ::testing::ValuesIn(readCases("layers")), caseName);
INSTANTIATE_TEST_SUITE_P(Options, Configs, ::testing::ValuesIn(withoutMasks(readCases(layerFiles))), caseName);
INSTANTIATE_TEST_SUITE_P(Regularizations, Configs, ::testing::ValuesIn(readCases("regularizations")), caseName);
INSTANTIATE_TEST_SUITE_P(Summaries, Summaries, ::testing::ValuesIn(readCases("summaries")), caseName);

} // namespace
} // namespace tenon::golden
