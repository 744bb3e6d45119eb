// SPDX-License-Identifier: Apache-2.0
// imdb.npz, mnist.npz and IDX: files of the same formats that fixtures.py made, and what Keras makes of them.
#include "tests/runtime/Damage.h"
#include "tests/runtime/Helpers.h"

#include "runtime/Zip.h"
#include "runtime/data/NumpyRandom.h"
#include "runtime/data/Pickle.h"

#include <tenon/datasets.h>
#include <tenon/npy.h>

#include <nlohmann/json.hpp>

using namespace tenon;
using test::errorOf;

namespace {
const std::string kData = TENON_SOURCE_DIR "/tests/runtime/data/";

struct DatasetsTest : testing::Test {
  test::TemporaryFolder folder;
};

std::string unpickleError(const std::string &bytes) {
  return errorOf([&] { data::unpickleLists(bytes, "x"); });
}
} // namespace

TEST_F(DatasetsTest, ImdbIsKerasLoadData) {
  for (auto &expected : nlohmann::json::parse(test::readFile(kData + "imdb_keras.json"))) {
    SCOPED_TRACE(expected["options"].dump());
    const auto &given = expected["options"];
    data::ImdbOptions options;
    options.numWords = given.value("num_words", int64_t(0));
    options.skipTop = given.value("skip_top", int64_t(0));
    options.maxlen = given.value("maxlen", int64_t(0));
    options.seed = given.value("seed", int64_t(113));
    options.indexFrom = given.value("index_from", int64_t(3));
    if (given.contains("start_char"))
      options.startChar = {};
    if (given.contains("oov_char"))
      options.oovChar = {};
    for (auto name : {"imdb_2.npz", "imdb_3.npz", "imdb_4.npz", "imdb_numpy.npz"}) {
      auto imdb = data::loadImdb(kData + name, options);
      EXPECT_EQ(imdb.train.x, expected["x_train"].get<std::vector<std::vector<int32_t>>>()) << name;
      EXPECT_EQ(imdb.test.x, expected["x_test"].get<std::vector<std::vector<int32_t>>>()) << name;
      EXPECT_EQ(imdb.train.y.toVector<int64_t>(), expected["y_train"].get<std::vector<int64_t>>()) << name;
      EXPECT_EQ(imdb.test.y.toVector<int64_t>(), expected["y_test"].get<std::vector<int64_t>>()) << name;
    }
  }
}

TEST_F(DatasetsTest, NoCodeIsRun) {
  EXPECT_EQ(errorOf([&] { data::loadImdb(kData + "imdb_evil.npz"); }),
            kData + "imdb_evil.npz, x_train.npy: pickle: asks for posix.system, which is not read; expected lists of "
                    "integers");
  EXPECT_FALSE(std::filesystem::exists("tenon-was-here"));
  EXPECT_EQ(errorOf([&] { data::loadImdb(kData + "mnist.npz"); }),
            kData + "mnist.npz, x_train.npy: expected one dimension of objects (|O), received |u1 of shape (3, 4, 4)");
  EXPECT_EQ(errorOf([&] { data::loadImdb(kData + "numpy_stored.npz"); }),
            kData + "numpy_stored.npz: holds no entry 'x_train.npy'");
  EXPECT_EQ(errorOf([&] { data::loadImdb(kData + "imdb_2.npz", {.maxlen = 1}); }),
            kData + "imdb_2.npz: no review is shorter than maxlen 1");
}

TEST_F(DatasetsTest, PicklesThatAreNoListsAreRefused) {
  EXPECT_EQ(unpickleError(""), "x: pickle: is truncated");
  EXPECT_EQ(unpickleError("\x80\x02]."), "x: pickle: holds no NumPy array");
  EXPECT_EQ(unpickleError("\x80\x01."), "x: pickle: has protocol 1, expected 2 to 5");
  EXPECT_EQ(unpickleError("e"), "x: pickle: takes a mark that is not there");
  EXPECT_EQ(unpickleError("R"), "x: pickle: takes a value that is not there");
  EXPECT_EQ(unpickleError("hx"), "x: pickle: recalls a value that is not there");
  EXPECT_EQ(unpickleError("X\xff\xff\xff\xff"), "x: pickle: is truncated");
  EXPECT_EQ(unpickleError("i"), "x: pickle: has an instruction that lists of integers do not need");
  // An array whose elements are one long list, a thousand times over.
  std::string bomb = "\x80\x02"
                     "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x85R(K\x01M\xe8\x03\x85"
                     "cnumpy\ndtype\nU\x01O\x85R\x89](](";
  for (int i = 0; i < 5000; ++i)
    bomb += "K\x07";
  bomb += "eq\x01";
  for (int i = 0; i < 999; ++i)
    bomb += "h\x01";
  bomb += "etb.";
  EXPECT_EQ(unpickleError(bomb), "x: pickle: repeats lists until they are larger than the file");
}

TEST_F(DatasetsTest, ShuffleIsNumPys) {
  // numpy.random.RandomState(113).shuffle(numpy.arange(10)), and of a second array after it.
  std::vector<int> first{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, second{0, 1, 2, 3, 4, 5, 6};
  data::NumpyRandom random(113);
  random.shuffle(first);
  random.shuffle(second);
  EXPECT_EQ(first, (std::vector<int>{9, 3, 6, 1, 0, 7, 4, 8, 2, 5}));
  EXPECT_EQ(second, (std::vector<int>{5, 1, 0, 3, 6, 4, 2}));
}

TEST_F(DatasetsTest, MnistAndIdxHoldTheSame) {
  auto [train, test] = data::loadMnist(kData + "mnist.npz");
  EXPECT_EQ(train.x(0).shape(), (Shape{3, 4, 4}));
  EXPECT_EQ(train.x(0).dtype(), DType::F32);
  EXPECT_EQ(test.size(), 2);
  Dataset idx = data::fromIdx(kData + "images.idx", kData + "labels.idx.gz");
  EXPECT_EQ(idx.rows(0, 3).x(0).toVector<float>(), train.x(0).toVector<float>());
  EXPECT_EQ(idx.rows(3, 5).x(0).toVector<float>(), test.x(0).toVector<float>());
  EXPECT_EQ(idx.rows(3, 5).y(0).toVector<int32_t>(), test.y(0).toVector<int32_t>());
  EXPECT_EQ(data::loadIdx(kData + "floats.idx").toVector<float>(), (std::vector<float>{1.5f, -2}));
}

TEST_F(DatasetsTest, IdxSaysWhatIsWrong) {
  std::string path = folder.file("x.idx");
  auto error = [&](const std::string &content) {
    test::writeFile(path, content);
    std::string text = errorOf([&] { data::loadIdx(path); });
    return text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
  };
  EXPECT_EQ(error("hello"), ": is no IDX file");
  EXPECT_EQ(error(std::string("\0\0\x0a\1\0\0\0\0", 8)), ": is no IDX file");
  EXPECT_EQ(error(std::string("\0\0\x08\2\0\0\0\0", 8)), ": is truncated");
  EXPECT_EQ(error(std::string("\0\0\x08\1\0\0\0\3xx", 10)), ": shape (3,) needs 3 bytes, the file has 2");
  EXPECT_EQ(error(std::string("\0\0\x08\1\0\0\0\1xx", 10)), ": holds more than the 1 bytes of shape (1,)");
  EXPECT_EQ(error(std::string("\0\0\x08\1\x7f\0\0\0xx", 10)),
            ": shape (2130706432,) needs 2130706432 bytes, more than 10 bytes can hold");
  EXPECT_EQ(errorOf([&] { data::fromIdx(kData + "images.idx", kData + "floats.idx"); }),
            kData + "floats.idx: expected one label for each sample of " + kData +
                "images.idx of shape (5, 4, 4), received shape (2,)");
}

TEST_F(DatasetsTest, DamageIsSaidOrHarmless) {
  std::string path = folder.file("x");
  for (std::string name : {"imdb_2.npz", "imdb_numpy.npz"}) {
    auto right = data::loadImdb(kData + name);
    test::sweepDamage(test::readFile(kData + name), path, /*allTruncationsFail=*/true, [&] {
      auto imdb = data::loadImdb(path);
      ASSERT_TRUE(imdb.train.x == right.train.x && imdb.test.x == right.test.x) << "a wrong answer";
    });
  }
  test::sweepDamage(test::readFile(kData + "labels.idx.gz"), path, /*allTruncationsFail=*/true, [&] {
    ASSERT_EQ(data::loadIdx(path).toVector<int32_t>(), data::loadIdx(kData + "labels.idx.gz").toVector<int32_t>());
  });
  // Without a checksum another value is another value.
  test::sweepDamage(test::readFile(kData + "images.idx"), path, /*allTruncationsFail=*/true,
                    [&] { data::loadIdx(path); });
  // The pickle itself, without the archive's checksum around it.
  for (std::string name : {"imdb_2.npz", "imdb_4.npz"}) {
    ZipReader zip(kData + name);
    std::string pickle(zip.read("x_test.npy").bytes().substr(128));
    test::sweepDamage(pickle, path, /*allTruncationsFail=*/true,
                      [&] { data::unpickleLists(test::readFile(path), path); });
  }
}
