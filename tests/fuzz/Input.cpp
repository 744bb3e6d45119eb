// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Input.h"

#include "runtime/File.h"

#include <tenon/error.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

namespace tenon {
namespace {
std::string_view current; // the bytes of the file that is read
const std::string &memoryPath();
} // namespace

// In place of the runtime's (which tests/fuzz/CMakeLists.txt renames): pages of a mapping end after the file, so that
// AddressSanitizer would see nothing. The files that targets load themselves go through the runtime's.
MappedFile mapFileForReal(const std::string &path);
MappedFile mapFile(const std::string &path) {
  if (path != memoryPath())
    return mapFileForReal(path);
  void *memory = nullptr;
  if (posix_memalign(&memory, 64, current.size()) != 0)
    std::abort();
  std::memcpy(memory, current.data(), current.size());
  MappedFile file;
  file.owner = std::shared_ptr<void>(memory, std::free);
  file.data = static_cast<char *>(memory);
  file.size = current.size();
  return file;
}

namespace {
int memoryFile() {
  static const int file = memfd_create("input", 0);
  return file;
}
const std::string &memoryPath() {
  static const std::string path = "/proc/self/fd/" + std::to_string(memoryFile());
  return path;
}

/// Ends the process when what follows takes longer, in seconds of the processor: those of the clock are spoilt by what
/// else the machine does. 0: no longer.
void limitTime(int seconds) {
  static const auto before = std::signal(SIGPROF, [](int) {
    static const char message[] = "tests/fuzz: took more than a second\n";
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    std::abort(); // libFuzzer writes the file
  });
  (void)before;
  const itimerval timer = {{0, 0}, {seconds, 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
}
} // namespace

void fuzz::require(bool condition, const char *what) {
  if (condition)
    return;
  std::fprintf(stderr, "tests/fuzz: %s\n", what);
  std::abort();
}

namespace {
/// Runs the reader, whose Error must start with `name`.
void run(const std::string &name, const std::function<void()> &read) {
  constexpr int second = 3; // the sanitizers make code slower by about this much
  limitTime(second);
  try {
    read();
  } catch (const Error &error) {
    const std::string message = error.what();
    fuzz::require(message.size() > name.size() && message.compare(0, name.size(), name) == 0,
                  ("the message does not start with the file's name: " + message).c_str());
  }
  limitTime(0);
}
} // namespace

void fuzz::readFile(std::string_view bytes, const std::function<void(const std::string &path)> &read) {
  current = bytes;
  require(ftruncate(memoryFile(), 0) == 0 &&
              pwrite(memoryFile(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
          "the file in memory cannot be written");
  run(memoryPath(), [&] { read(memoryPath()); });
}

void fuzz::readBytes(std::string_view bytes,
                     const std::function<void(std::string_view bytes, const std::string &what)> &read) {
  current = bytes;
  const MappedFile file = mapFile(memoryPath());
  run("input", [&] { read(file.bytes(), "input"); });
}

void fuzz::touch(const Array &array) {
  unsigned sum = 0;
  for (size_t i = 0; i < array.bytes(); ++i)
    sum += static_cast<const unsigned char *>(array.raw())[i];
  volatile unsigned seen = sum;
  (void)seen;
}

} // namespace tenon
