// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_FILE_H
#define TENON_RUNTIME_FILE_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tenon {

/// A file's bytes, mapped privately: what is written to them stays in memory.
struct MappedFile {
  std::shared_ptr<void> owner; ///< keeps the mapping alive
  char *data = nullptr;
  size_t size = 0;
  std::string_view bytes() const { return {data, size}; }
};

/// Maps a regular file, or reads what cannot be mapped ("-" is standard input); an Error that names the path.
MappedFile mapFile(const std::string &path);

/// Writes a file under a temporary name in the same folder and gives it its name when it is complete: close() flushes
/// it to the disk and renames it. Without close() the destructor removes it, and the old file stays. "-" is standard
/// output.
class FileWriter {
public:
  explicit FileWriter(const std::string &path);
  ~FileWriter();
  FileWriter(const FileWriter &) = delete;
  void write(const void *data, size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void close();

private:
  [[noreturn]] void fail(const char *what);
  std::string path_, temporary_;
  int file_ = -1;
};

/// Writes a whole file so.
void writeFile(const std::string &path, std::string_view content);

/// Makes a folder and those above it, where they are missing; an Error that names the path.
void makeFolder(const std::string &path);

} // namespace tenon
#endif // TENON_RUNTIME_FILE_H
