// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Damage.h"
#include "tests/runtime/Helpers.h"

#include <tenon/npy.h>

#include <cstring>
#include <zlib.h>

using namespace tenon;
using test::errorOf;

namespace {
struct NpzTest : testing::Test {
  test::TemporaryFolder folder;
  std::string path = folder.file("x.npz");
  std::string fixture(const std::string &name) { return std::string(TENON_SOURCE_DIR "/tests/runtime/data/") + name; }
  std::string error() {
    std::string text = errorOf([&] { npy::loadNpz(path); });
    return text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
  }
  /// A zip archive of one deflated entry of `size` zeros.
  std::string zeros(size_t size) {
    std::string data(size, '\0'), packed(compressBound(size), '\0');
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef *>(data.data());
    stream.avail_in = uInt(size);
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = uInt(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    auto number = [](uint64_t value, int bytes) {
      std::string text;
      for (int i = 0; i < bytes; ++i)
        text += char(i < 8 ? value >> 8 * i & 255 : 0);
      return text;
    };
    uint32_t crc = uint32_t(crc32(0, reinterpret_cast<const Bytef *>(data.data()), uInt(size)));
    std::string common = number(20, 2) + number(0, 2) + number(8, 2) + number(0, 4) + number(crc, 4) +
                         number(packed.size(), 4) + number(size, 4) + number(5, 2) + number(0, 2);
    std::string local = "PK\3\4" + common + "x.npy" + packed;
    std::string central = "PK\1\2" + number(20, 2) + common + number(0, 14) + "x.npy";
    return local + central + "PK\5\6" + number(0, 4) + number(1, 2) + number(1, 2) + number(central.size(), 4) +
           number(local.size(), 4) + number(0, 2);
  }
};
} // namespace

TEST_F(NpzTest, WritesWhatItReads) {
  std::map<std::string, Array> arrays{{"x", Array({1, 2, 3, 4, 5, 6}, {3, 2})},
                                      {"dense/kernel", Array(std::vector<int64_t>{-1, 1 << 30}, {2})},
                                      {"empty", Array({0, 3}, DType::I8)},
                                      {"scalar", Array::scalar(2)}};
  npy::saveNpz(path, arrays);
  auto back = npy::loadNpz(path);
  ASSERT_EQ(back.size(), 4u);
  for (auto &[name, array] : arrays) {
    EXPECT_EQ(back.at(name).shape(), array.shape());
    EXPECT_EQ(back.at(name).dtype(), array.dtype());
    EXPECT_EQ(std::memcmp(back.at(name).raw(), array.raw(), array.bytes()), 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(back.at(name).raw()) % 64, 0u) << "can be mapped as it is";
  }
  std::string first = test::readFile(path);
  npy::saveNpz(path, arrays);
  EXPECT_EQ(test::readFile(path), first);
  npy::saveNpz(path, {});
  EXPECT_TRUE(npy::loadNpz(path).empty());
  EXPECT_EQ(folder.count(), 1u) << "no temporary file is left";
}

TEST_F(NpzTest, ReadsWhatNumPyWrites) {
  for (auto name : {"numpy_stored.npz", "numpy_deflated.npz"}) {
    auto arrays = npy::loadNpz(fixture(name));
    ASSERT_EQ(arrays.size(), 4u);
    EXPECT_EQ(arrays.at("x").toVector<float>(), (std::vector<float>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(arrays.at("x").shape(), (Shape{2, 3}));
    EXPECT_EQ(arrays.at("y").toVector<int64_t>(), (std::vector<int64_t>{1, -1}));
    EXPECT_EQ(arrays.at("pixels").toVector<int32_t>(), (std::vector<int32_t>{0, 255}));
    EXPECT_EQ(arrays.at("zeros").size(), 500);
  }
}

TEST_F(NpzTest, SaysWhatIsWrong) {
  auto expect = [&](const std::string &content, const std::string &message) {
    test::writeFile(path, content);
    EXPECT_EQ(error(), message);
  };
  expect("", ": is no zip archive");
  expect("hello, this is a text of some length", ": is no zip archive");
  expect("PK\3\4 and nothing more, nothing more", ": is a damaged or truncated zip archive");
  std::string content = test::readFile(fixture("numpy_stored.npz"));
  size_t at = content.find("\x93NUMPY") + 130;
  content[at] = char(content[at] ^ 1);
  test::writeFile(path, content);
  EXPECT_EQ(error(), ": is damaged: the checksum of entry 'x.npy' is wrong");
  EXPECT_EQ(errorOf([&] { npy::loadNpz(path, {.verify = false}); }), "") << "the caller wants no checksums";
  EXPECT_EQ(errorOf([&] { npy::loadNpz(fixture("numpy_objects.npz")); }),
            fixture("numpy_objects.npz") +
                ", words.npy: holds elements of type '|O', expected f4, f8, i1, i2, i4, i8, u1 or b1, little-endian");
  EXPECT_EQ(errorOf([&] {
              npy::saveNpz(path, {{"", Array{1}}});
            }),
            path + ": an array's name has 0 characters, expected 1 to 60000");
}

TEST_F(NpzTest, RefusesZipBombs) {
  test::writeFile(path, zeros(200 << 20));
  EXPECT_NE(error().find("would grow from"), std::string::npos) << error();
  // A directory that promises what its bytes cannot hold.
  std::string content = zeros(1000);
  size_t central = content.rfind("PK\1\2");
  std::memcpy(content.data() + central + 24, "\xff\xff\xff\x7f", 4);
  test::writeFile(path, content);
  EXPECT_EQ(error(), ": is a damaged zip archive: entry 'x.npy' promises more than can be packed into its size");
  // Two entries over the same bytes.
  content = zeros(1000);
  central = content.rfind("PK\1\2");
  size_t end = content.rfind("PK\5\6");
  std::string record = content.substr(central, end - central), tail = content.substr(end);
  tail[8] = tail[10] = 2;
  tail[12] = char(2 * record.size());
  test::writeFile(path, content.substr(0, end) + record + tail);
  EXPECT_EQ(error(), ": holds two entries named 'x.npy'");
}

TEST_F(NpzTest, DamageIsSaidOrHarmless) {
  for (auto name : {"numpy_stored.npz", "numpy_deflated.npz"}) {
    std::string content = test::readFile(fixture(name));
    auto right = npy::loadNpz(fixture(name));
    test::sweepDamage(content, path, /*allTruncationsFail=*/true, [&] {
      for (auto &[key, array] : npy::loadNpz(path)) {
        auto found = right.find(key);
        ASSERT_TRUE(found != right.end()) << key;
        ASSERT_EQ(array.bytes(), found->second.bytes());
        ASSERT_EQ(std::memcmp(array.raw(), found->second.raw(), array.bytes()), 0) << "a wrong answer";
      }
    });
  }
}
