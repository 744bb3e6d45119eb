// SPDX-License-Identifier: Apache-2.0
// The reader of HDF5 files on what libhdf5 writes, and on damage that libhdf5 itself does not survive.
#include "frontend/files/Hdf5.h"
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <map>
#include <numeric>
#include <tenon/error.h>

namespace tenon::golden {
namespace {

/// A file in memory that libhdf5 writes.
class Written {
public:
  explicit Written(bool newest = false) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, /*backing_store=*/false);
    if (newest)
      H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    file = H5Fcreate("written", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
  }
  ~Written() { H5Fclose(file); }
  void text(const char *name, const std::vector<const char *> &values) const {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr),
                made = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(made, type, values.data());
    H5Aclose(made), H5Sclose(space), H5Tclose(type);
  }
  template <typename T>
  void dataset(const char *name, std::vector<hsize_t> dims, hid_t stored, hid_t given, const std::vector<T> &values,
               const std::function<void(hid_t)> &create = {}) const {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE),
                space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    if (create)
      create(creation);
    const hid_t made = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Dwrite(made, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(made), H5Sclose(space), H5Pclose(creation);
  }
  std::string bytes() const {
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    std::string image(static_cast<size_t>(H5Fget_file_image(file, nullptr, 0)), '\0');
    H5Fget_file_image(file, image.data(), image.size());
    return image;
  }
  hid_t file;
};

std::vector<float> numbers(size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.5f);
  return values;
}

TEST(Hdf5, ReadsEveryLayoutThatNumbersHave) {
  const Written written;
  const std::vector<float> values = numbers(5 * 7 * 3);
  using Create = std::function<void(hid_t)>;
  const auto chunked = [](bool shuffled, int level) -> Create {
    return [=](hid_t creation) {
      const hsize_t chunk[] = {2, 7, 2};
      H5Pset_chunk(creation, 3, chunk);
      if (shuffled)
        H5Pset_shuffle(creation);
      if (level)
        H5Pset_deflate(creation, static_cast<unsigned>(level));
    };
  };
  const std::map<std::string, Create> layouts = {
      {"contiguous", {}},
      {"compact", [](hid_t creation) { H5Pset_layout(creation, H5D_COMPACT); }},
      {"chunked", chunked(false, 0)},
      {"shuffled", chunked(true, 0)},
      {"deflated", chunked(false, 6)},
      {"both", chunked(true, 9)}};
  for (const auto &[name, create] : layouts)
    for (hid_t type : {H5T_IEEE_F32LE, H5T_IEEE_F32BE})
      written.dataset((name + (type == H5T_IEEE_F32LE ? "" : "_big")).c_str(), {5, 7, 3}, type, H5T_NATIVE_FLOAT,
                      values, create);
  const std::string bytes = written.bytes();
  const files::Hdf5File file(bytes, "file");
  ASSERT_EQ(file.members("/").size(), 12u);
  for (const std::string &name : file.members("/")) {
    const auto found = file.dataset(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->shape, (Shape{5, 7, 3}));
    EXPECT_EQ(found->type, "float32");
    Array array(found->shape, DType::F32);
    file.read(name, array);
    EXPECT_EQ(array.toVector<float>(), values) << name;
  }
  EXPECT_EQ(file.dataBytes(), 12 * 4 * values.size());
}

TEST(Hdf5, ReadsIntegersOfAllSizes) {
  const Written written;
  const std::vector<int64_t> values = {0, 1, -2, 100};
  std::map<std::string, hid_t> types = {
      {"int8", H5T_STD_I8BE}, {"int16", H5T_STD_I16LE}, {"int32", H5T_STD_I32BE}, {"int64", H5T_STD_I64LE}};
  for (const auto &[name, type] : types)
    written.dataset(name.c_str(), {4}, type, H5T_NATIVE_INT64, values);
  written.dataset("uint64", {1}, H5T_STD_U64LE, H5T_NATIVE_UINT64, std::vector<uint64_t>{~uint64_t(0)});
  const std::string bytes = written.bytes();
  const files::Hdf5File file(bytes, "file");
  for (const auto &[name, type] : types) {
    EXPECT_EQ(file.dataset(name)->type, name);
    Array array({4}, DType::I64);
    file.read(name, array);
    EXPECT_EQ(array.toVector<int64_t>(), values) << name;
  }
  Array array({1}, DType::I64);
  file.read("uint64", array);
  EXPECT_EQ(array.data<int64_t>()[0], INT64_MAX);
}

TEST(Hdf5, ReadsGroupsOfManyMembersAndTexts) {
  const Written written;
  for (int i = 0; i < 3000; ++i)
    H5Gclose(H5Gcreate2(written.file, ("layer_" + std::to_string(i)).c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  const std::string longText(100000, 'x');
  written.text("texts", {"a", "", longText.c_str()});
  const std::string bytes = written.bytes();
  const files::Hdf5File file(bytes, "file");
  EXPECT_EQ(file.members("/").size(), 3000u);
  EXPECT_TRUE(file.has("layer_2999"));
  EXPECT_FALSE(file.has("layer_3000"));
  EXPECT_EQ(file.texts("/", "texts"), (std::vector<std::string>{"a", "", longText}));
}

std::string errorOfTexts(const std::string &bytes) {
  try {
    files::Hdf5File(bytes, "file").texts("/", "texts");
    return "";
  } catch (const Error &error) {
    return error.what();
  }
}

// Found by tests/fuzz: on the first libhdf5 1.10.8 copies from beyond its memory, on the second it never returns.
TEST(Hdf5, DamagedTextsAreRefused) {
  const Written written;
  written.text("texts", {"one", "two"});
  const std::string whole = written.bytes();
  const size_t object = whole.find("GCOL") + 16;
  ASSERT_LT(object, whole.size());
  EXPECT_EQ(errorOfTexts(whole), "");
  std::string large = whole, endless = whole;
  std::memset(&large[object + 8], 0x7f, 8);
  EXPECT_EQ(errorOfTexts(large), "file: its / is damaged");
  std::memset(&endless[object], 0, 16);
  EXPECT_EQ(errorOfTexts(endless), "file: its / is damaged");
}

// Names that are not ASCII make libhdf5, and so h5py and Keras, write a group in the newer format.
TEST(Hdf5, ReadsManyMembersAndAttributesOfTheNewerFormat) {
  const Written written(/*newest=*/true);
  for (int count : {3, 40, 700, 20000}) {
    const std::string group = std::to_string(count);
    const hid_t id = H5Gcreate2(written.file, group.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    for (int i = 0; i < count; ++i)
      H5Lcreate_hard(written.file, "/", id, ("member_" + std::to_string(i)).c_str(), H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(id);
  }
  for (int i = 0; i < 100; ++i)
    written.text(("text_" + std::to_string(i)).c_str(), {std::to_string(i).c_str()});
  const std::string bytes = written.bytes();
  const files::Hdf5File file(bytes, "file");
  for (int count : {3, 40, 700, 20000}) {
    const std::string group = std::to_string(count);
    EXPECT_EQ(file.members(group).size(), static_cast<size_t>(count));
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(file.has(group + "/member_" + std::to_string(i))) << group << " " << i;
  }
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(file.attribute("/", "text_" + std::to_string(i)), std::to_string(i));
}

// The size of a row beyond what 64 bits hold is nothing to divide by.
TEST(Hdf5, HeapsOfTooManyRowsAreRefused) {
  const Written written(/*newest=*/true);
  for (int i = 0; i < 100; ++i)
    written.text(("text_" + std::to_string(i)).c_str(), {"x"});
  std::string bytes = written.bytes();
  const size_t heap = bytes.find("FRHP");
  ASSERT_LT(heap, bytes.size());
  const size_t rows = heap + 5 + 2 + 2 + 1 + 4 + 12 * 8 + 2 + 8 + 8 + 2 + 2 + 8;
  for (unsigned char count : {60, 64, 255}) {
    bytes[rows] = static_cast<char>(count);
    try {
      const files::Hdf5File file(bytes, "file");
      FAIL() << int(count);
    } catch (const Error &error) {
      EXPECT_STREQ(error.what(), "file: is no HDF5 file, or it is damaged or cut short");
    }
  }
}

TEST(Hdf5, ChunksInTheNewestIndicesAreRefusedInWords) {
  const Written written(/*newest=*/true);
  written.dataset("x", {4}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, numbers(4), [](hid_t creation) {
    const hsize_t chunk = 2;
    H5Pset_chunk(creation, 1, &chunk);
  });
  const std::string bytes = written.bytes();
  const files::Hdf5File file(bytes, "file");
  try {
    file.dataset("x");
    FAIL();
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(), "file: its x is laid out in a way that is not read; write the file with h5py's default, "
                               "libver=\"earliest\"");
  }
}

TEST(Hdf5, GroupsThatContainOneAnotherAreRefused) {
  const Written written;
  H5Gclose(H5Gcreate2(written.file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Lcreate_hard(written.file, "/", written.file, "a/again", H5P_DEFAULT, H5P_DEFAULT);
  const std::string bytes = written.bytes();
  const files::Hdf5File file(bytes, "file");
  try {
    file.dataBytes();
    FAIL();
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(), "file: its groups contain one another");
  }
}

} // namespace
} // namespace tenon::golden
