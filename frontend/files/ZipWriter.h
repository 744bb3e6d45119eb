// SPDX-License-Identifier: Apache-2.0
// A zip archive that is written, its entries stored as they are: what Keras's .keras files are. Each entry goes straight
// to the file, without a copy of the archive in memory; sizes over 4 GiB are said in the 64-bit fields.
#pragma once
#include "runtime/File.h"
#include <string>
#include <string_view>
#include <vector>

namespace tenon::files {

class ZipWriter {
public:
  explicit ZipWriter(FileWriter &file) : file(file) {}
  /// Appends an entry.
  void add(const std::string &name, std::string_view content);
  /// Writes the directory; the archive is complete then.
  void finish();

private:
  struct Entry {
    std::string name;
    uint32_t checksum;
    uint64_t size, offset;
  };
  void write(std::string_view bytes);
  FileWriter &file;
  uint64_t position = 0;
  std::vector<Entry> entries;
};

} // namespace tenon::files
