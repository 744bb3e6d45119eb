// SPDX-License-Identifier: Apache-2.0
#include "runtime/File.h"

#include "runtime/Memory.h"

#include <tenon/error.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace tenon {
namespace {
struct Descriptor {
  int file;
  ~Descriptor() {
    if (file > 2)
      close(file);
  }
};

MappedFile readAll(int file, const std::string &path) {
  std::vector<char> bytes;
  char buffer[65536];
  for (;;) {
    ssize_t got = read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      throw Error(path + ": cannot be read: " + std::strerror(errno));
    if (got == 0)
      break;
    bytes.insert(bytes.end(), buffer, buffer + got);
  }
  MappedFile mapped;
  mapped.owner = allocateAligned(bytes.size(), path.c_str());
  mapped.data = static_cast<char *>(mapped.owner.get());
  mapped.size = bytes.size();
  if (!bytes.empty())
    std::memcpy(mapped.data, bytes.data(), bytes.size());
  return mapped;
}
} // namespace

MappedFile mapFile(const std::string &path) {
  if (path == "-")
    return readAll(0, "standard input");
  Descriptor descriptor{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status;
  if (descriptor.file < 0 || fstat(descriptor.file, &status) != 0)
    throw Error(path + ": cannot be opened: " + std::strerror(errno));
  if (S_ISDIR(status.st_mode))
    throw Error(path + ": is a folder, expected a file");
  size_t size = static_cast<size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size == 0)
    return readAll(descriptor.file, path);
  // Without a reservation of swap for pages that are never written, a file may be larger than the memory.
  void *data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor.file, 0);
  if (data == MAP_FAILED)
    throw Error(path + ": cannot be mapped: " + std::strerror(errno));
  MappedFile mapped;
  mapped.owner = std::shared_ptr<void>(data, [size](void *memory) { munmap(memory, size); });
  mapped.data = static_cast<char *>(data);
  mapped.size = size;
  return mapped;
}

FileWriter::FileWriter(const std::string &path) : path_(path) {
  if (path == "-") {
    file_ = 1;
    return;
  }
  // Not mkstemp, whose file only its owner may read: asking for the process's mask would change it for a moment.
  static std::atomic<unsigned> number = 0;
  do {
    temporary_ = path + "." + std::to_string(getpid()) + "-" + std::to_string(number++);
    file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EEXIST); // of a process that was killed
  if (file_ < 0) {
    temporary_.clear();
    fail("cannot be created");
  }
}

FileWriter::~FileWriter() {
  if (file_ > 2)
    ::close(file_);
  if (!temporary_.empty())
    unlink(temporary_.c_str());
}

void FileWriter::fail(const char *what) { throw Error(path_ + ": " + what + ": " + std::strerror(errno)); }

void FileWriter::write(const void *data, size_t size) {
  const char *bytes = static_cast<const char *>(data);
  while (size) {
    ssize_t written = ::write(file_, bytes, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail("cannot be written");
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

void FileWriter::close() {
  if (temporary_.empty())
    return;
  if (fsync(file_) != 0)
    fail("cannot be flushed to the disk");
  int file = file_;
  file_ = -1;
  if (::close(file) != 0)
    fail("cannot be written");
  if (rename(temporary_.c_str(), path_.c_str()) != 0)
    fail("cannot be replaced");
  temporary_.clear();
  // The new name itself is on the disk only after its folder is; a folder that cannot be synced (some file systems) is
  // no reason to fail, the file is complete.
  size_t slash = path_.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  Descriptor descriptor{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.file >= 0)
    fsync(descriptor.file);
}

void writeFile(const std::string &path, std::string_view content) {
  FileWriter file(path);
  file.write(content);
  file.close();
}

void makeFolder(const std::string &path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    throw Error(path + ": cannot be made: " + error.message());
}

} // namespace tenon
