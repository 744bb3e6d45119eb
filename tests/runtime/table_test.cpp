// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Damage.h"
#include "tests/runtime/Helpers.h"

#include <tenon/table.h>

using namespace tenon;
using test::errorOf;

namespace {
struct TableTest : testing::Test {
  test::TemporaryFolder folder;
  std::string path = folder.file("t.csv");

  data::Table load(const std::string &text, const data::TableOptions &options = {}) {
    test::writeFile(path, text);
    return data::loadTable(path, options);
  }
  std::string error(const std::string &text, const data::TableOptions &options = {}) {
    std::string message = errorOf([&] { load(text, options); });
    return message.rfind(path, 0) == 0 ? message.substr(path.size()) : message;
  }
};
} // namespace

TEST_F(TableTest, ReadsNumbersTextsAndQuotes) {
  auto table = load("age,name,\"height, m\"\r\n 30 ,Ada,1.5\r\n\r\n41,\"O\"\"Neil, \nJ.\",-2e1\n");
  EXPECT_EQ(table.rowCount(), 2);
  EXPECT_EQ(table.at("age").numbers, (std::vector<float>{30, 41}));
  EXPECT_EQ(table.at("name").texts, (std::vector<std::string>{"Ada", "O\"Neil, \nJ."}));
  EXPECT_EQ(table.numbers().toVector<float>(), (std::vector<float>{30, 1.5, 41, -20}));
  EXPECT_EQ(table.numbers({"height, m"}).shape(), (Shape{2, 1}));
  auto plain = load("1;a\n2;b", {.separator = ';', .header = false, .types = {{"0", "text"}}});
  EXPECT_EQ(plain.at("0").texts, (std::vector<std::string>{"1", "2"}));
}

TEST_F(TableTest, LabelsAreClasses) {
  auto table = load("x,kind,grade\n1,b,2\n2,a,10\n3,b,2\n");
  auto kinds = table.classes("kind");
  EXPECT_EQ(kinds.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(kinds.labels.toVector<int32_t>(), (std::vector<int32_t>{1, 0, 1}));
  EXPECT_EQ(table.classes("grade").names, (std::vector<std::string>{"2", "10"}));
  EXPECT_EQ(table.classes("kind", {"b", "a"}).labels.toVector<int32_t>(), (std::vector<int32_t>{0, 1, 0}));
  EXPECT_EQ(errorOf([&] {
              table.classes("kind", {"b", "c"});
            }),
            path + ", line 3: column 'kind': expected one of 'b', 'c', received 'a'");
}

TEST_F(TableTest, MissingValuesAreReportedOrFilled) {
  std::string text = "age,city\n30,Rome\n,Oslo\n41,NA\n";
  EXPECT_EQ(error(text), ", line 3: column 'age': the value is missing");
  EXPECT_EQ(error(text, {.fillNumber = -1}), ", line 4: column 'city': the value is missing ('NA')");
  auto table = load(text, {.fillNumber = -1, .fillText = "nowhere"});
  EXPECT_EQ(table.at("age").numbers, (std::vector<float>{30, -1, 41}));
  EXPECT_EQ(table.at("city").texts[2], "nowhere");
}

TEST_F(TableTest, SaysWhatIsWrong) {
  EXPECT_EQ(error(""), ": holds no rows");
  EXPECT_EQ(error("a,b\n"), ": holds no rows");
  EXPECT_EQ(error("a,b\n1,2\n3\n"), ", line 3: expected 2 columns as in the first, received 1");
  EXPECT_EQ(error("a,a\n1,2\n"), ", line 1: two columns are named 'a'");
  EXPECT_EQ(error("a\n1\nx\n", {.types = {{"a", "number"}}}), ", line 3: column 'a': expected a number, received 'x'");
  EXPECT_EQ(error("a\n1\n", {.types = {{"b", "number"}}}), ": has no column 'b', which a type was given for");
  EXPECT_EQ(error("a\n1\n", {.types = {{"a", "date"}}}),
            ": column 'a': expected the type \"number\" or \"text\", received \"date\"");
  EXPECT_EQ(error("a\n\"x\n"), ", line 2: a quoted field does not end");
  EXPECT_EQ(error("a,b\n\"x\"y,2\n"), ", line 2: column 1: something follows the closing quote");
  auto table = load("a,b\n1,x\n");
  EXPECT_EQ(errorOf([&] { table.numbers({"b"}); }),
            path + ": column 'b' holds texts, expected numbers; classes() numbers them");
  EXPECT_EQ(errorOf([&] { table.at("c"); }), path + ": has no column 'c', it has 'a', 'b'");
}

TEST_F(TableTest, DamageIsSaidOrHarmless) {
  test::sweepDamage("a,\"b\"\n1,\"x\"\"y\"\n2,z\n", path, /*allTruncationsFail=*/false, [&] {
    auto table = data::loadTable(path);
    ASSERT_GE(table.rowCount(), 1);
  });
}
