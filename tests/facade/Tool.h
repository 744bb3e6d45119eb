// SPDX-License-Identifier: Apache-2.0
// Runs `tenon` in a folder of the test's own.
#pragma once
#include "tests/facade/Helpers.h"
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <regex>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tenon::testing {

struct Result {
  int code;
  std::string output; // both streams
};

/// A folder of this process's own, removed at its end.
inline struct Folder {
  std::string path = ::testing::TempDir() + "/tenon_tool_XXXXXX";
  Folder() {
    if (!mkdtemp(path.data()))
      std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path); }
} folder;

inline Result tenonTool(const std::string &arguments) {
  std::string command = "cd " + folder.path + " && " TENON_BIN_DIR "/tenon " + arguments + " 2>&1";
  std::FILE *pipe = popen(command.c_str(), "r");
  Result result{0, ""};
  char buffer[4096];
  while (size_t count = std::fread(buffer, 1, sizeof buffer, pipe))
    result.output.append(buffer, count);
  int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

inline std::string inTemp(const std::string &name) { return folder.path + "/" + name; }
inline bool exists(const std::string &name) { return access(inTemp(name).c_str(), F_OK) == 0; }
inline int64_t sizeOfFile(const std::string &name) {
  struct stat info;
  return stat(inTemp(name).c_str(), &info) == 0 ? info.st_size : -1;
}

/// What a writer that did not come to its end leaves: NAME.<process>-<number>, of an artifact NAME.tmp<process>.
inline bool isTemporary(const std::filesystem::path &path) {
  static const std::regex name(".*\\.([0-9]+-|tmp)[0-9]+");
  return std::regex_match(path.string(), name);
}

inline void expectRefused(const std::string &arguments, int code, const std::string &message) {
  Result result = tenonTool(arguments);
  EXPECT_EQ(result.code, code) << arguments;
  EXPECT_THAT(result.output, ::testing::HasSubstr(message)) << arguments;
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << arguments << ": " << result.output;
  for (const auto &entry : std::filesystem::directory_iterator(folder.path))
    EXPECT_FALSE(isTemporary(entry.path())) << arguments << " left " << entry.path();
}

} // namespace tenon::testing
