// SPDX-License-Identifier: Apache-2.0
// mnist.npz and the IDX files it was made from.
#include <tenon/datasets.h>

#include "runtime/File.h"
#include "runtime/data/GzReader.h"

#include <tenon/error.h>
#include <tenon/npy.h>

#include <algorithm>
#include <bit>
#include <filesystem>

namespace tenon::data {

std::pair<Dataset, Dataset> loadMnist(const std::string &path) {
  auto arrays = npy::loadNpz(path);
  auto part = [&](const std::string &name) {
    auto array = [&](const std::string &key, int64_t rank) -> const Array & {
      auto found = arrays.find(key);
      if (found == arrays.end())
        throw Error(path + ": holds no array '" + key + "', expected x_train, y_train, x_test and y_test");
      if (found->second.rank() != rank)
        throw Error(path + ", " + key + ".npy: expected rank " + std::to_string(rank) + ", received shape " +
                    toString(found->second.shape()));
      return found->second;
    };
    const Array &x = array("x_" + name, 3), &y = array("y_" + name, 1);
    if (x.rowCount() != y.rowCount())
      throw Error(path + ": x_" + name + " has " + std::to_string(x.rowCount()) + " images, y_" + name + " " +
                  std::to_string(y.rowCount()) + " labels");
    return Dataset(x.astype(DType::F32), y.astype(DType::I32));
  };
  return {part("train"), part("test")};
}

namespace {
template <typename From, typename To> Array converted(const std::vector<char> &bytes, const Shape &shape) {
  Array array(shape, DTypeOf<To>::value);
  for (int64_t i = 0; i < array.size(); ++i) {
    char swapped[sizeof(From)];
    std::reverse_copy(bytes.begin() + i * int64_t(sizeof(From)), bytes.begin() + (i + 1) * int64_t(sizeof(From)),
                      swapped);
    array.data<To>()[i] = static_cast<To>(std::bit_cast<From>(swapped));
  }
  return array;
}
} // namespace

Array loadIdx(const std::string &path) {
  GzReader file(path);
  unsigned char start[4];
  constexpr int sizes[] = {1, 1, 0, 2, 4, 4, 8}; // of types 8 to 14
  if (file.read(start, 4) < 4 || start[0] != 0 || start[1] != 0 || start[2] < 8 || start[2] > 14 ||
      sizes[start[2] - 8] == 0)
    throw Error(path + ": is no IDX file");
  Shape shape;
  for (int i = 0; i < start[3]; ++i) {
    unsigned char dim[4];
    if (file.read(dim, 4) < 4)
      throw Error(path + ": is truncated");
    shape.push_back(int64_t(dim[0]) << 24 | dim[1] << 16 | dim[2] << 8 | dim[3]);
  }
  int64_t bytes;
  try {
    bytes = elementCount(shape);
    bytes = elementCount({bytes, sizes[start[2] - 8]});
  } catch (const Error &error) {
    throw Error(path + ": " + error.what());
  }
  // Deflate packs at most 258 bytes into two bits.
  std::error_code code;
  auto present = std::filesystem::file_size(path, code);
  if (!code && static_cast<uint64_t>(bytes) / 1032 > present)
    throw Error(path + ": shape " + toString(shape) + " needs " + std::to_string(bytes) + " bytes, more than " +
                std::to_string(present) + " bytes can hold");
  std::vector<char> data(static_cast<size_t>(bytes));
  if (size_t got = file.read(data.data(), data.size()); got < data.size())
    throw Error(path + ": shape " + toString(shape) + " needs " + std::to_string(bytes) + " bytes, the file has " +
                std::to_string(got));
  // At the end zlib also compares the checksum.
  if (char more; file.read(&more, 1) != 0)
    throw Error(path + ": holds more than the " + std::to_string(bytes) + " bytes of shape " + toString(shape));
  switch (start[2]) {
  case 8:
    return converted<uint8_t, int32_t>(data, shape);
  case 9:
    return converted<int8_t, int8_t>(data, shape);
  case 11:
    return converted<int16_t, int32_t>(data, shape);
  case 12:
    return converted<int32_t, int32_t>(data, shape);
  case 13:
    return converted<float, float>(data, shape);
  default:
    return converted<double, float>(data, shape);
  }
}

Dataset fromIdx(const std::string &images, const std::string &labels) {
  Array x = loadIdx(images), y = loadIdx(labels);
  if (y.rank() != 1 || x.rank() < 1 || x.rowCount() != y.rowCount())
    throw Error(labels + ": expected one label for each sample of " + images + " of shape " + toString(x.shape()) +
                ", received shape " + toString(y.shape()));
  return Dataset(x.astype(DType::F32), y.astype(DType::I32));
}

} // namespace tenon::data
