// SPDX-License-Identifier: Apache-2.0
// What the tests of files share: the committed files of files.py, copies to damage, weights to compare.
#pragma once
#include "tests/golden/Golden.h"
#include <filesystem>
#include <fstream>
#include <functional>
#include <zlib.h>

namespace tenon::golden {

inline std::string fileOf(const std::string &name) { return TENON_SOURCE_DIR "/tests/golden/files/" + name; }

/// What the body throws; "" when it does not.
inline std::string errorOf(const std::function<void()> &body) {
  try {
    body();
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

inline std::string contentOf(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}
inline void writeFile(const std::string &path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline uint32_t checksum(const Array &array) {
  return static_cast<uint32_t>(crc32(0, static_cast<const Bytef *>(array.raw()), static_cast<uInt>(array.bytes())));
}

inline void expectWeights(const Model &model, const Json &checksums) {
  const std::vector<Array> weights = model.getWeights();
  ASSERT_EQ(weights.size(), checksums.size());
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_EQ(checksum(weights[i]), checksums[i].get<uint32_t>()) << model.weightNames()[i];
}

/// A copy of a file that loses bytes from its end, and gets single ones changed and back.
class Copy {
public:
  Copy(const std::string &original, const std::string &name) : path(::testing::TempDir() + "/" + name) {
    std::filesystem::copy_file(original, path, std::filesystem::copy_options::overwrite_existing);
  }
  ~Copy() { std::filesystem::remove(path); }
  size_t size() const { return std::filesystem::file_size(path); }
  void cut(size_t size) const { std::filesystem::resize_file(path, size); }
  void flip(size_t position) const {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(position));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(position));
    file.put(static_cast<char>(byte ^ 0x55));
  }
  const std::string path;
};

} // namespace tenon::golden
