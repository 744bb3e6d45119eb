// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Journal.h"
#include "tests/runtime/Helpers.h"

#include <gmock/gmock.h>

using namespace tenon;
using search::Journal;
using test::errorOf;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
struct JournalTest : testing::Test {
  TemporaryFolder folder;
  std::string path = folder.file("journal.jsonl");

  static std::vector<std::string> read(Journal &journal) {
    std::vector<std::string> lines;
    journal.read([&](int64_t, const std::string &text) { lines.push_back(text); });
    return lines;
  }
  std::vector<std::string> readAll() {
    Journal journal(path);
    return read(journal);
  }
  void write(const std::vector<std::string> &lines) {
    Journal journal(path);
    read(journal);
    for (const std::string &line : lines)
      journal.append(line, true);
  }
};
} // namespace

TEST_F(JournalTest, AReaderGetsWhatOthersAppended) {
  write({"{\"a\":1}", "{\"b\":2}"});
  Journal reader(path);
  EXPECT_THAT(read(reader), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(read(reader), ElementsAre());
  write({"{\"c\":3}"});
  EXPECT_THAT(read(reader), ElementsAre("{\"c\":3}"));
}

TEST_F(JournalTest, ALineWithoutItsEndNeverCountedAndIsCutOff) {
  write({"{\"a\":1}", "{\"b\":2}"});
  const std::string whole = test::readFile(path);
  const size_t second = whole.find('\n') + 1;
  for (size_t size = second; size < whole.size(); ++size) {
    test::writeFile(path, whole.substr(0, size));
    EXPECT_THAT(readAll(), ElementsAre("{\"a\":1}")) << size;
    write({"{\"c\":3}"});
    EXPECT_THAT(readAll(), ElementsAre("{\"a\":1}", "{\"c\":3}")) << size;
  }
}

TEST_F(JournalTest, EveryChangedByteIsRefusedWithTheLine) {
  write({"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
  const std::string whole = test::readFile(path);
  for (size_t i = 0; i < whole.size(); ++i)
    for (char c : {char(whole[i] ^ 1), char(whole[i] ^ 0x20), '\n', '\0', '7'}) {
      if (c == whole[i])
        continue;
      std::string changed = whole;
      changed[i] = c;
      test::writeFile(path, changed);
      EXPECT_THAT(errorOf([&] { readAll(); }), HasSubstr(i < 17 ? "is no study's journal" : "damaged in line"))
          << "byte " << i << " as " << int(c);
    }
}

TEST_F(JournalTest, LostRepeatedAndSwappedLinesAreRefused) {
  write({"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
  const std::string whole = test::readFile(path);
  const size_t line = whole.find('\n') + 1;
  std::string a = whole.substr(0, line), b = whole.substr(line, line), c = whole.substr(2 * line);
  for (const std::string &content : {a + c, a + a + b + c, a + c + b, a + b + b + c}) {
    test::writeFile(path, content);
    EXPECT_THAT(errorOf([&] { readAll(); }), HasSubstr("damaged in line")) << content;
  }
  test::writeFile(path, a + b);
  EXPECT_THAT(readAll(), ElementsAre("{\"a\":1}", "{\"b\":2}"));
}

TEST_F(JournalTest, AFileThatShrinksIsRefused) {
  write({"{\"a\":1}", "{\"b\":2}"});
  Journal reader(path);
  read(reader);
  std::filesystem::resize_file(path, 5);
  EXPECT_THAT(errorOf([&] { read(reader); }), HasSubstr("shorter than it was"));
}
