// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_ZIP_H
#define TENON_RUNTIME_ZIP_H

#include "runtime/File.h"

#include <map>
#include <string>
#include <vector>

namespace tenon {

/// The entries of a zip archive, stored or deflated, as NumPy writes .npz. Nothing is taken on trust: sizes and places
/// are checked before memory is allocated, entries must not overlap, what would grow out of proportion is refused, and
/// checksums are compared. Errors start with the path. Entry names are looked up, never used as paths.
class ZipReader {
public:
  explicit ZipReader(const std::string &path);
  const std::string &path() const { return path_; }
  /// In the order of the archive.
  const std::vector<std::string> &names() const { return names_; }
  bool has(const std::string &name) const { return entries_.count(name) > 0; }
  /// The bytes of an entry: mapped when it is stored, inflated into memory when it is deflated. `verify` compares the
  /// checksum of a stored entry, which reads all of it (a deflated one's is always compared).
  MappedFile read(const std::string &name, bool verify = true) const;

private:
  struct Entry {
    bool deflated = false;
    uint32_t crc = 0;
    uint64_t begin = 0, packed = 0, size = 0; // of the data in the file, and unpacked
    uint64_t header = 0;                      // where the local header lies
  };
  [[noreturn]] void fail(const std::string &message) const;
  void readDirectory();
  Entry readEntry(std::string_view record, std::string_view extra) const;
  void place(const std::string &name, Entry &entry, uint64_t limit) const;
  void refuseOverlapsAndBombs() const;

  std::string path_;
  MappedFile file_;
  std::vector<std::string> names_;
  std::map<std::string, Entry> entries_;
};

/// Writes stored entries, each one's data at a multiple of 64 bytes so that it can be mapped. Sizes beyond 4 GiB are
/// written as ZIP64. The file appears under its name when close() has written the directory.
class ZipWriter {
public:
  explicit ZipWriter(const std::string &path) : file_(path) {}
  /// An entry of `head`, whose size should be a multiple of 64, followed by `size` bytes of data.
  void add(const std::string &name, std::string_view head, const void *data, size_t size);
  void close();

private:
  FileWriter file_;
  uint64_t offset_ = 0, count_ = 0;
  std::string directory_;
};

} // namespace tenon
#endif // TENON_RUNTIME_ZIP_H
