// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"

#include <tenon/data.h>

#include <algorithm>
#include <gmock/gmock.h>
#include <numeric>
#include <set>
#include <zlib.h>

using namespace tenon;
using test::errorOf;

namespace {
/// n samples whose x is their number and whose class is given by `classOf`.
Dataset numbered(int64_t n, int64_t classes, int64_t (*classOf)(int64_t)) {
  Array x({n, 1}, DType::F32), y({n, classes}, DType::F32);
  for (int64_t i = 0; i < n; ++i) {
    x.data<float>()[i] = float(i);
    y.data<float>()[i * classes + classOf(i)] = 1;
  }
  return Dataset(x, y);
}

std::vector<int> classCounts(const Dataset &dataset) {
  std::vector<int> counts(size_t(dataset.y(0).shape()[1]));
  for (int64_t i = 0; i < dataset.y(0).size(); ++i)
    counts[size_t(i) % counts.size()] += int(dataset.y(0).at(i));
  return counts;
}
} // namespace

TEST(Feed, TakesOneAListOrNames) {
  Array a{1, 2}, b{3, 4};
  auto take = [](Feed feed) { return feed; };
  EXPECT_EQ(take(a).count(), 1u);
  EXPECT_EQ(take({a, b}).count(), 2u);
  EXPECT_EQ(take({a, b, a}).count(), 3u);
  EXPECT_TRUE(take({{"left", a}, {"right", b}}).isNamed());
  EXPECT_TRUE(take({{"left", a}}).isNamed());
  EXPECT_EQ(take({{"left", a}, {"right", b}}).at("right").at(0), 3);
  EXPECT_EQ(take({{"l", a}, {"r", b}, {"s", b}}).count(), 3u);
  EXPECT_EQ(errorOf([&] { take({{"left", a}}).at("up"); }), "there is no array 'up' among 'left'");
}

TEST(Feed, ResolvesByNameOrPosition) {
  Array a{1}, b{2};
  EXPECT_EQ(Feed({{"right", b}, {"left", a}}).resolve({"left", "right"}, "x")[0].at(0), 1);
  EXPECT_EQ(Feed({a, b}).resolve({"left", "right"}, "x")[1].at(0), 2);
  EXPECT_EQ(errorOf([&] {
              Feed(a).resolve({"left", "right"}, "x");
            }),
            "x: expected 2 arrays ('left', 'right'), received 1");
  EXPECT_EQ(errorOf([&] {
              Feed({{"lft", a}}).resolve({"left"}, "x");
            }),
            "x: expected an array named 'left', received 'lft'");
}

TEST(Dataset, RefusesArraysOfDifferentLength) {
  EXPECT_EQ(errorOf([] { Dataset(Array{1, 2, 3}, Array{1, 2}); }), "data set: y has 2 samples, but x has 3");
  EXPECT_EQ(errorOf([] {
              Dataset({{"a", Array{1}}, {"b", Array{1, 2}}});
            }),
            "data set: x 'b' has 2 samples, but x has 1");
  EXPECT_EQ(errorOf([] { Dataset(Array::scalar(1)); }), "data set: x is a scalar, expected the samples along axis 0");
  EXPECT_EQ(errorOf([] { Dataset(Feed{}); }), "a data set needs at least one array x");
}

TEST(Dataset, PermutationsHoldEveryNumberAndDependOnSeedAndEpoch) {
  for (int64_t n : {0, 1, 2, 3, 100}) {
    auto order = data::permutation(n, 1, 0);
    std::sort(order.begin(), order.end());
    for (int64_t i = 0; i < n; ++i)
      EXPECT_EQ(order[size_t(i)], i);
  }
  EXPECT_EQ(data::permutation(100, 1, 2), data::permutation(100, 1, 2));
  EXPECT_NE(data::permutation(100, 1, 2), data::permutation(100, 1, 3));
  EXPECT_NE(data::permutation(100, 1, 2), data::permutation(100, 2, 2));
  EXPECT_NE(data::permutation(100, 1, 0), data::permutation(100, 1 + (int64_t(1) << 32), 0));
}

TEST(Dataset, SplitsIntoTwoPartsWithoutOverlap) {
  auto [train, test] = numbered(10, 2, [](int64_t i) { return i % 2; }).split({.test = 0.3, .seed = 4});
  EXPECT_EQ(train.size(), 7);
  EXPECT_EQ(test.size(), 3);
  std::set<float> all;
  for (auto *part : {&train, &test})
    for (int64_t i = 0; i < part->size(); ++i) {
      float number = float(part->x(0).at(i));
      all.insert(number);
      EXPECT_EQ(part->y(0).at(2 * i + int64_t(number) % 2), 1) << "x and y stay together";
    }
  EXPECT_EQ(all.size(), 10u);
  EXPECT_EQ(errorOf([] {
              Dataset(Array{1, 2}).split({.test = 1});
            }),
            "split: expected a test share between 0 and 1, received 1.000000");
  EXPECT_EQ(errorOf([] {
              Dataset(Array{1, 2}).split({.test = 0.1});
            }),
            "split: 2 samples with a test share of 0.100000 leave one part empty");
}

TEST(Dataset, StratifiedSplitKeepsProportionsInBothPartsAndInTheTail) {
  // 600 of class 0, then 300 of class 1, then 100 of class 2: sorted as a bad file would be.
  Dataset sorted = numbered(1000, 3, [](int64_t i) { return int64_t(i >= 600) + int64_t(i >= 900); });
  for (int64_t seed = 0; seed < 5; ++seed) {
    auto [train, test] = sorted.split({.test = 0.25, .stratified = true, .seed = seed});
    EXPECT_EQ(classCounts(train), (std::vector<int>{450, 225, 75}));
    EXPECT_EQ(classCounts(test), (std::vector<int>{150, 75, 25}));
    auto tail = classCounts(train.rows(600, 750));
    EXPECT_NEAR(tail[0], 90, 1);
    EXPECT_NEAR(tail[1], 45, 1);
    EXPECT_NEAR(tail[2], 15, 1);
  }
  auto first = sorted.split({.stratified = true, .seed = 1}).first,
       second = sorted.split({.stratified = true, .seed = 2}).first;
  EXPECT_NE(first.x(0).toVector<float>(), second.x(0).toVector<float>());
}

TEST(Dataset, StratifiedSplitSharesOutRemaindersAndTakesWholeNumberTargets) {
  Array x({9, 1}, DType::F32), y(std::vector<int32_t>{0, 0, 0, 1, 1, 1, 2, 2, 2}, {9});
  auto [train, test] = Dataset(x, y).split({.test = 0.5, .stratified = true, .seed = 1});
  EXPECT_EQ(test.size(), 5);
  EXPECT_EQ(train.size(), 4);
  EXPECT_EQ(errorOf([&] {
              Dataset(Array{1, 2, 3, 4}, Array{1, 2, 2.5f, 3}).split({.stratified = true});
            }),
            "split: a stratified split needs classes, received the target 2.500000 of sample 2");
  EXPECT_EQ(errorOf([&] {
              Dataset(Array{1, 2, 3, 4}).split({.stratified = true});
            }),
            "split: a stratified split needs targets y");
}

TEST(Csv, ReadsPlainAndCompressedFiles) {
  test::TemporaryFolder folder;
  std::string text = "a,b,label\n1, 2.5 ,0\r\n-3e1,+4,2\n", plain = folder.file("x.csv"),
              packed = folder.file("x.csv.gz");
  test::writeFile(plain, text);
  gzFile file = gzopen(packed.c_str(), "wb");
  gzwrite(file, text.data(), unsigned(text.size()));
  gzclose(file);
  for (auto &path : {plain, packed}) {
    Dataset dataset = data::loadCsv(path, {.shape = {2, 1}, .classes = 3, .header = true});
    EXPECT_EQ(dataset.x(0).shape(), (Shape{2, 2, 1}));
    EXPECT_EQ(dataset.x(0).toVector<float>(), (std::vector<float>{1, 2.5, -30, 4}));
    EXPECT_EQ(dataset.y(0).toVector<float>(), (std::vector<float>{1, 0, 0, 0, 0, 1}));
  }
  Dataset first = data::loadCsv(plain, {.header = true, .label = 0});
  EXPECT_EQ(first.x(0).shape(), (Shape{2, 2}));
  EXPECT_EQ(first.y(0).toVector<float>(), (std::vector<float>{1, -30}));
}

TEST(Csv, ReadsTheBundledDigits) {
  Dataset digits = data::loadCsv(TENON_SOURCE_DIR "/examples/data/digits.csv.gz", {.shape = {8, 8, 1}, .classes = 10});
  EXPECT_EQ(digits.x(0).shape(), (Shape{1797, 8, 8, 1}));
  auto [train, test] = digits.split({.test = 0.25, .stratified = true, .seed = 1});
  EXPECT_EQ(test.size(), 449);
  EXPECT_EQ(train.size(), 1348);
  for (int count : classCounts(train.rows(1078, 1348))) // the tail that validationSplit 0.2 takes
    EXPECT_NEAR(count, 27, 2);
}

TEST(Csv, ErrorsNameFileAndLine) {
  test::TemporaryFolder folder;
  std::string path = folder.file("x.csv");
  auto load = [&](const std::string &text, data::CsvOptions options = {}) {
    test::writeFile(path, text);
    return errorOf([&] { data::loadCsv(path, options); });
  };
  EXPECT_EQ(load("1,2\n3,x\n"), path + ", line 2: column 2: expected a number, received 'x'");
  EXPECT_EQ(load("1,2\n3,\n"), path + ", line 2: column 2: the value is missing");
  EXPECT_EQ(load("1,nan\n"), path + ", line 1: column 2: expected a number, received 'nan'");
  EXPECT_EQ(load("+-5,2\n"), path + ", line 1: column 1: expected a number, received '+-5'");
  EXPECT_EQ(load("1,2,3\n1,2\n"), path + ", line 2: expected 3 columns as in the first, received 2");
  EXPECT_EQ(load("1,2,3\n", {.shape = {4}}),
            path + ", line 1: expected 4 values for the shape (4,) and a label, received 3 columns");
  EXPECT_EQ(load("1,7\n", {.classes = 7}), path + ", line 1: expected a class from 0 to 6, received '7'");
  EXPECT_EQ(load("1,0.5\n", {.classes = 7}), path + ", line 1: expected a class from 0 to 6, received '0.5'");
  EXPECT_EQ(load("1,2\n", {.label = 5}), path + ", line 1: has 2 columns, none is the label's number 5");
  EXPECT_EQ(load("", {}), path + ": holds no samples");
  EXPECT_EQ(load("a,b\n", {.header = true}), path + ": holds no samples");
  EXPECT_EQ(errorOf([] { data::loadCsv("/no/such.csv"); }),
            "/no/such.csv: cannot be opened: No such file or directory");
}

TEST(Csv, RefusesATruncatedCompressedFile) {
  test::TemporaryFolder folder;
  std::string path = folder.file("x.csv.gz");
  gzFile file = gzopen(path.c_str(), "wb");
  for (int i = 0; i < 1000; ++i)
    gzprintf(file, "%d,%d\n", i * 7919 % 1000, i % 10);
  gzclose(file);
  std::string bytes = test::readFile(path);
  test::writeFile(path, bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(errorOf([&] { data::loadCsv(path); }), path + ": unexpected end of file");
}

TEST(Csv, AByteOfZeroDoesNotJoinTwoLines) {
  test::TemporaryFolder folder;
  std::string path = folder.file("x.csv");
  test::writeFile(path, std::string("1,2\n3,4\0\n5,6\n", 13));
  EXPECT_THAT(errorOf([&] { data::loadCsv(path); }),
              testing::StartsWith(path + ", line 2: column 2: expected a number, received '4"));
}

TEST(Csv, RefusesALineThatGrowsWithoutEnd) {
  test::TemporaryFolder folder;
  std::string path = folder.file("x.csv.gz");
  gzFile file = gzopen(path.c_str(), "wb1");
  const std::string zeros(1 << 20, '0');
  for (int i = 0; i < 80; ++i)
    gzwrite(file, zeros.data(), unsigned(zeros.size()));
  gzclose(file);
  EXPECT_EQ(errorOf([&] { data::loadCsv(path); }), path + ": has a line of more than 67108864 bytes");
}

TEST(Csv, TheLabelMayHaveANameAndBeAText) {
  test::TemporaryFolder folder;
  std::string path = folder.file("flowers.csv");
  test::writeFile(path, "width,\"kind\",height\n1,rose,2\n3,\"lily\",4\n");
  Dataset flowers = data::loadCsv(path, {.header = true, .labelName = "kind", .classNames = {"lily", "rose"}});
  EXPECT_EQ(flowers.x(0).toVector<float>(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(flowers.y(0).toVector<float>(), (std::vector<float>{1, 0}));
  Dataset oneHot =
      data::loadCsv(path, {.classes = 2, .header = true, .labelName = "kind", .classNames = {"lily", "rose"}});
  EXPECT_EQ(oneHot.y(0).toVector<float>(), (std::vector<float>{0, 1, 1, 0}));
  EXPECT_EQ(errorOf([&] { data::loadCsv(path, {.header = true, .labelName = "type"}); }),
            path + ", line 1: has no column 'type', it has width,\"kind\",height");
  EXPECT_EQ(errorOf([&] { data::loadCsv(path, {.header = true, .labelName = "kind", .classNames = {"rose"}}); }),
            path + ", line 3: expected a label among 'rose', received 'lily'");
  test::writeFile(path, "1,,2\n");
  EXPECT_EQ(errorOf([&] { data::loadCsv(path); }), path + ", line 1: column 2: the value is missing");
}
