// SPDX-License-Identifier: Apache-2.0
// A zip archive, read only, checked before anything is allocated.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace tenon::files {

/// Bytes in memory of their own.
struct Bytes {
  std::unique_ptr<char[]> data;
  size_t size = 0;
  std::string_view view() const { return {data.get(), size}; }
};

class ZipFile {
public:
  /// An Error that names the path when it is no zip archive.
  explicit ZipFile(const std::string &path);
  bool has(const std::string &entry) const;
  /// An entry's content, decompressed and compared with its checksum; an Error that names path and entry.
  Bytes read(const std::string &entry) const;

private:
  [[noreturn]] void fail(const std::string &message) const;
  std::string path;
  std::shared_ptr<void> archive;
};

} // namespace tenon::files
