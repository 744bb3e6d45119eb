// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Damage.h"
#include "tests/runtime/Helpers.h"

#include <tenon/text.h>

#include <fstream>
#include <nlohmann/json.hpp>

using namespace tenon;
using data::Tokenizer;
using test::errorOf;
using Json = nlohmann::ordered_json;

namespace {
const std::string kData = TENON_SOURCE_DIR "/tests/runtime/data/";

struct TextTest : testing::Test {
  test::TemporaryFolder folder;
  Json keras = Json::parse(test::readFile(kData + "tokenizer.json"));
  std::vector<std::string> texts = keras["texts"];

  static data::TokenizerOptions optionsOf(const Json &given) {
    data::TokenizerOptions options;
    options.numWords = given.value("num_words", int64_t(0));
    options.filters = given.value("filters", options.filters);
    options.lower = given.value("lower", true);
    options.split = given.value("split", options.split);
    options.charLevel = given.value("char_level", false);
    options.oovToken = given.value("oov_token", "");
    return options;
  }
  void expectKeras(const Tokenizer &tokenizer, const Json &expected) {
    std::map<std::string, int32_t> index(tokenizer.wordIndex().begin(), tokenizer.wordIndex().end());
    EXPECT_EQ(index, (expected["word_index"].get<std::map<std::string, int32_t>>()));
    auto sequences = tokenizer.textsToSequences(texts);
    EXPECT_EQ(sequences, expected["sequences"].get<std::vector<std::vector<int32_t>>>());
    EXPECT_EQ(tokenizer.sequencesToTexts(sequences), expected["back"].get<std::vector<std::string>>());
    for (auto &[mode, rows] : expected["matrix"].items()) {
      Array matrix = tokenizer.sequencesToMatrix(sequences, mode);
      ASSERT_EQ(matrix.shape(), (Shape{int64_t(rows.size()), int64_t(rows[0].size())}));
      for (int64_t i = 0; i < matrix.size(); ++i)
        ASSERT_NEAR(matrix.at(i), rows[size_t(i / matrix.shape()[1])][size_t(i % matrix.shape()[1])].get<double>(),
                    1e-6)
            << mode << " " << i;
    }
  }
};
} // namespace

TEST_F(TextTest, TokenizesAsKerasDoes) {
  for (auto &expected : keras["cases"]) {
    SCOPED_TRACE(expected["options"].dump());
    Tokenizer tokenizer(optionsOf(expected["options"]));
    tokenizer.fitOnTexts({texts.begin(), texts.begin() + 2});
    tokenizer.fitOnTexts({texts.begin() + 2, texts.begin() + 4});
    EXPECT_EQ(tokenizer.documentCount(), 4);
    expectKeras(tokenizer, expected);
    expectKeras(Tokenizer::fromJson(tokenizer.toJson()), expected);
    expectKeras(Tokenizer::fromJson(expected["json"]), expected);
    // What Keras's tokenizer_from_json takes apart.
    Json own = Json::parse(tokenizer.toJson()), theirs = Json::parse(expected["json"].get<std::string>());
    for (auto &[key, value] : theirs["config"].items())
      if (key == "word_counts" || key == "word_docs" || key == "index_docs" || key == "index_word" ||
          key == "word_index")
        EXPECT_EQ(nlohmann::json::parse(own["config"][key].get<std::string>()),
                  nlohmann::json::parse(value.get<std::string>()))
            << key;
      else
        EXPECT_EQ(own["config"][key], value) << key;
  }
}

TEST_F(TextTest, SavesAndLoads) {
  Tokenizer tokenizer({.oovToken = "?"});
  tokenizer.fitOnTexts(texts);
  std::string path = folder.file("words.json");
  tokenizer.save(path);
  EXPECT_EQ(Tokenizer::load(path).wordIndex(), tokenizer.wordIndex());
  test::writeFile(path, "{}");
  EXPECT_EQ(errorOf([&] { Tokenizer::load(path); }).rfind(path + ": ", 0), 0u);
  test::writeFile(path, std::string(1000000, '['));
  EXPECT_NE(errorOf([&] { Tokenizer::load(path); }).find("nested too deep"), std::string::npos);
  Json json = Json::parse(tokenizer.toJson());
  json["config"]["document_count"] = 1e300;
  test::writeFile(path, json.dump());
  EXPECT_EQ(errorOf([&] { Tokenizer::load(path); }),
            path + ": expected a whole number between -9223372036854775808 and 9223372036854775807, got 1e+300");
}

TEST_F(TextTest, SaysWhatIsWrong) {
  Tokenizer tokenizer;
  EXPECT_EQ(errorOf([&] { tokenizer.fitOnTexts({"good", "b\xff"}); }), "Tokenizer: text 1: byte 1 is no UTF-8");
  EXPECT_EQ(errorOf([&] { tokenizer.fitOnTexts({"\xc0\x80"}); }), "Tokenizer: text 0: byte 0 is no UTF-8");
  EXPECT_EQ(errorOf([&] { Tokenizer({.split = ""}); }), "Tokenizer: expected a split of at least one character");
  EXPECT_EQ(errorOf([&] { Tokenizer().sequencesToMatrix({{1}}); }),
            "Tokenizer: call fitOnTexts() first, or give numWords");
}

TEST_F(TextTest, ReadsAWordIndex) {
  auto index = data::loadWordIndex(kData + "word_index.json");
  EXPECT_EQ(index, (std::map<std::string, int32_t>{{"the", 1}, {"été", 2}, {"and", 3}}));
  std::string path = folder.file("index.json");
  test::writeFile(path, "{\"a\": 1, \"b\": \"two\"}");
  EXPECT_EQ(errorOf([&] { data::loadWordIndex(path); }),
            path + ": word 'b': expected a whole number, received \"two\"");
  test::writeFile(path, "[1]");
  EXPECT_EQ(errorOf([&] { data::loadWordIndex(path); }), path + ": expected {\"word\": number, ...}, received array");
}

TEST_F(TextTest, DamageIsSaidOrHarmless) {
  Tokenizer tokenizer;
  tokenizer.fitOnTexts({"a b", "b"});
  std::string path = folder.file("words.json");
  test::sweepDamage(tokenizer.toJson(), path, /*allTruncationsFail=*/true, [&] { Tokenizer::load(path); });
  test::sweepDamage(test::readFile(kData + "word_index.json"), path, /*allTruncationsFail=*/true,
                    [&] { data::loadWordIndex(path); });
}
