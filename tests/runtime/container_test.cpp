// SPDX-License-Identifier: Apache-2.0
#include "runtime/Crc32c.h"
#include "tests/runtime/Helpers.h"

#include <tenon/container.h>

#include <cstring>

using namespace tenon;
using test::errorOf;

namespace {
Container example() {
  Container container;
  container.producer = "a test";
  container.description = "{\"class_name\": \"Functional\"}";
  container.variables = {{"dense/kernel", VariableKind::Weight, true, Array({1, 2, 3, 4, 5, 6}, {2, 3})},
                         {"dense/bias", VariableKind::Weight, false, Array(Shape{0}, DType::F32)},
                         {"optimizer/iteration", VariableKind::Hyper, false, Array(std::vector<int64_t>{7}, {})},
                         {"mask", VariableKind::Statistic, false, Array(std::vector<int8_t>{1, 0, 1}, {3})}};
  container.training = {{"epoch", "3"}, {"seed", "1"}};
  return container;
}

bool equal(const Container &a, const Container &b) {
  if (a.producer != b.producer || a.description != b.description || a.training != b.training ||
      a.variables.size() != b.variables.size())
    return false;
  for (size_t i = 0; i < a.variables.size(); ++i) {
    auto &x = a.variables[i], &y = b.variables[i];
    if (x.name != y.name || x.kind != y.kind || x.trainable != y.trainable || x.value.shape() != y.value.shape() ||
        x.value.dtype() != y.value.dtype() || std::memcmp(x.value.raw(), y.value.raw(), x.value.bytes()) != 0)
      return false;
  }
  return true;
}

struct ContainerTest : testing::Test {
  test::TemporaryFolder folder;
  std::string path = folder.file("model.tenon");
};
} // namespace

TEST(Crc32c, GivesThePublishedCheckValue) {
  EXPECT_EQ(crc32c("123456789", 9), 0xE3069283u);
  EXPECT_EQ(crc32c("", 0), 0u);
  std::string zeros(32, '\0');
  EXPECT_EQ(crc32c(zeros.data(), 32), 0x8A9136AAu) << "RFC 3720, B.4";
}

TEST_F(ContainerTest, ReadsWhatItWrites) {
  example().write(path);
  EXPECT_TRUE(equal(Container::read(path), example()));
  EXPECT_EQ(folder.count(), 1u) << "no temporary file is left";
  Container().write(path);
  EXPECT_TRUE(equal(Container::read(path), Container()));
}

TEST_F(ContainerTest, DataIsAlignedAndWritableInMemoryOnly) {
  example().write(path);
  Container container = Container::read(path);
  for (auto &variable : container.variables)
    EXPECT_EQ(reinterpret_cast<uintptr_t>(variable.value.raw()) % 64, 0u);
  ASSERT_NE(container.find("dense/kernel"), nullptr);
  EXPECT_EQ(container.find("nothing"), nullptr);
  Array kernel = container.find("dense/kernel")->value;
  container = Container();
  kernel.data<float>()[0] = 100;
  EXPECT_EQ(kernel.at(5), 6) << "an array keeps the mapping alive";
  EXPECT_TRUE(equal(Container::read(path), example()));
}

TEST_F(ContainerTest, EveryTruncationIsAnError) {
  example().write(path);
  std::string bytes = test::readFile(path);
  for (size_t size = 0; size < bytes.size(); ++size) {
    test::writeFile(path, bytes.substr(0, size));
    std::string error = errorOf([&] { Container::read(path); });
    EXPECT_EQ(error, path + (size == 0 ? ": is no .tenon file" : ": is truncated")) << size;
  }
  test::writeFile(path, bytes + "x");
  EXPECT_EQ(errorOf([&] { Container::read(path); }), path + ": is truncated");
}

TEST_F(ContainerTest, EverySingleBitFlipIsAnError) {
  example().write(path);
  std::string bytes = test::readFile(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  auto setByte = [&](size_t index, char value) {
    file.seekp(std::streamoff(index));
    file.put(value).flush();
  };
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    setByte(bit / 8, char(bytes[bit / 8] ^ 1 << bit % 8));
    EXPECT_NE(errorOf([&] { Container::read(path); }), "") << "byte " << bit / 8 << ", bit " << bit % 8;
    setByte(bit / 8, bytes[bit / 8]);
  }
  EXPECT_TRUE(equal(Container::read(path), example()));
}

TEST_F(ContainerTest, SaysWhatIsWrong) {
  auto errorWith = [&](size_t offset, const std::string &change) {
    example().write(path);
    std::string bytes = test::readFile(path);
    test::writeFile(path, bytes.replace(offset, change.size(), change));
    return errorOf([&] { Container::read(path); });
  };
  EXPECT_EQ(errorWith(0, "ZIP"), path + ": is no .tenon file");
  EXPECT_EQ(errorWith(16, "\1"), path + ": has a damaged header");
  EXPECT_EQ(errorWith(64, "abcd"), path + ": the data of variable 'dense/kernel' is damaged");
  EXPECT_EQ(errorWith(64 + 3 * 64 + 40, "abcd"), path + ": has a damaged directory");
  EXPECT_EQ(errorOf([] { Container::read("/no/such.tenon"); }),
            "/no/such.tenon: cannot be opened: No such file or directory");

  example().write(path);
  std::string bytes = test::readFile(path);
  bytes[8] = 9;
  uint32_t crc = crc32c(bytes.data(), 32);
  std::memcpy(&bytes[32], &crc, 4);
  test::writeFile(path, bytes);
  EXPECT_EQ(errorOf([&] { Container::read(path); }), path + ": has version 9, this runtime reads version 1");

  Container twice;
  twice.variables = {{"a", VariableKind::Weight, true, Array{1}}, {"a", VariableKind::Weight, true, Array{1}}};
  EXPECT_EQ(errorOf([&] { twice.write(path); }), path + ": two variables are named 'a'");
}
