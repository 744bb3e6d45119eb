// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"

#include <tenon/npy.h>

#include <csignal>
#include <sys/resource.h>

using namespace tenon;
using test::errorOf;

namespace {
struct NpyTest : testing::Test {
  test::TemporaryFolder folder;
  std::string path = folder.file("x.npy");

  static std::string file(const std::string &header, const std::string &data, char version = 1) {
    std::string length{char(header.size() & 255), char(header.size() >> 8)};
    if (version > 1)
      length += std::string(2, '\0');
    return std::string("\x93NUMPY") + version + '\0' + length + header + data;
  }
  static std::string header(const std::string &type, const std::string &shape, const std::string &fortran = "False") {
    return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  }
  template <typename T> static std::string bytes(std::initializer_list<T> values) {
    return std::string(reinterpret_cast<const char *>(values.begin()), values.size() * sizeof(T));
  }
  Array load(const std::string &content) {
    test::writeFile(path, content);
    return npy::load(path);
  }
  std::string error(const std::string &content) {
    std::string text = errorOf([&] { load(content); });
    return text.rfind(path + ": ", 0) == 0 ? text.substr(path.size() + 2) : text;
  }
};
} // namespace

TEST_F(NpyTest, WritesWhatItReads) {
  for (Array array : {Array({1, 2, 3, 4, 5, 6}, {3, 1, 2}), Array{7}, Array::scalar(2), Array({0, 3}, DType::F32)}) {
    npy::save(path, array);
    Array back = npy::load(path);
    EXPECT_EQ(back.shape(), array.shape());
    EXPECT_EQ(back.toVector<float>(), array.toVector<float>());
  }
  npy::save(path, Array(std::vector<int64_t>{-5}, {1}));
  EXPECT_EQ(npy::load(path).data<int64_t>()[0], -5);
  npy::save(path, Array(std::vector<int8_t>{-5}, {1}));
  EXPECT_EQ(npy::load(path).data<int8_t>()[0], -5);
  EXPECT_EQ(folder.count(), 1u) << "no temporary file is left";
}

TEST_F(NpyTest, TheHeaderIsNumPys) {
  npy::save(path, Array({1, 2}, {2}));
  std::string content = test::readFile(path);
  EXPECT_EQ(content.size(), 128u + 8);
  EXPECT_EQ(content.substr(10, 57), "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }");
  EXPECT_EQ(content[127], '\n');
}

TEST_F(NpyTest, ReadsAllVersionsAndTypes) {
  for (char version : {1, 2, 3})
    EXPECT_EQ(load(file(header("<f4", "(2,)"), bytes<float>({1, 2.5f}), version)).at(1), 2.5);
  EXPECT_EQ(load(file(header("<f8", "(1,)"), bytes<double>({0.1}))).data<float>()[0], 0.1f);
  EXPECT_EQ(load(file(header("<i2", "(1,)"), bytes<int16_t>({-300}))).data<int32_t>()[0], -300);
  EXPECT_EQ(load(file(header("|u1", "(1,)"), bytes<uint8_t>({200}))).data<int32_t>()[0], 200);
  EXPECT_EQ(load(file(header("|b1", "(2,)"), bytes<uint8_t>({1, 0}))).data<int8_t>()[0], 1);
  EXPECT_EQ(load(file(header("<i4", "(1,)"), bytes<int32_t>({-7}))).data<int32_t>()[0], -7);
  EXPECT_EQ(load(file("{\"shape\":(1,1),\"fortran_order\":False,\"descr\":\"<i8\"}", bytes<int64_t>({7}))).shape(),
            (Shape{1, 1}));
}

TEST_F(NpyTest, SaysWhatIsWrong) {
  EXPECT_EQ(error("hello"), "is no .npy file");
  EXPECT_EQ(error(""), "is no .npy file");
  EXPECT_EQ(error(file(header("<f4", "(1,)"), bytes<float>({1}), 9)), "has .npy version 9, expected 1 to 3");
  EXPECT_EQ(error(file(header("<c8", "(1,)"), bytes<double>({1}))),
            "holds elements of type '<c8', expected f4, f8, i1, i2, i4, i8, u1 or b1, little-endian");
  EXPECT_EQ(error(file(header(">f4", "(1,)"), bytes<float>({1}))),
            "holds elements of type '>f4', expected f4, f8, i1, i2, i4, i8, u1 or b1, little-endian");
  EXPECT_EQ(error(file(header("<f4", "(1,)", "True"), bytes<float>({1}))),
            "is in Fortran order, expected C order; save numpy.ascontiguousarray(array)");
  EXPECT_EQ(error(file(header("<f4", "(2, 2)"), bytes<float>({1}))), "shape (2, 2) needs 16 bytes, the file has 4");
  EXPECT_EQ(error(file(header("<f4", "(1,)"), bytes<float>({1, 2}))), "shape (1,) needs 4 bytes, the file has 8");
  EXPECT_EQ(error(file(header("<f4", "(4611686018427387904, 4)"), "")),
            "an array cannot have the shape (4611686018427387904, 4)");
  for (auto text :
       {"{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "{'descr': [('a', '<f4')], 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "{'descr'"})
    EXPECT_EQ(error(file(text, "")), "has a damaged .npy header") << text;
}

TEST_F(NpyTest, RefusesEveryTruncation) {
  npy::save(path, Array({1, 2, 3}, {3}));
  std::string content = test::readFile(path);
  for (size_t size = 0; size < content.size(); ++size)
    EXPECT_NE(error(content.substr(0, size)), "") << size;
}

TEST_F(NpyTest, AFailedWriteLeavesTheOldFile) {
  npy::save(path, Array{1});
  rlimit old, small{1000, RLIM_INFINITY};
  getrlimit(RLIMIT_FSIZE, &old);
  small.rlim_max = old.rlim_max;
  auto previous = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  std::string text = errorOf([&] { npy::save(path, Array({5000}, DType::F32)); });
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, previous);
  EXPECT_EQ(text, path + ": cannot be written: File too large");
  EXPECT_EQ(npy::load(path).at(0), 1);
  EXPECT_EQ(folder.count(), 1u) << "no temporary file is left";
  EXPECT_EQ(errorOf([] { npy::save("/no/such/folder/x.npy", Array{1}); }),
            "/no/such/folder/x.npy: cannot be created: No such file or directory");
}
