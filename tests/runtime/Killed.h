// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_RUNTIME_KILLED_H
#define TENON_TESTS_RUNTIME_KILLED_H

#include <csignal>
#include <spawn.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tenon::test {

/// Runs a program; `signal` (0: none) is sent `microseconds` after it began, or, with `written`, after it has written or
/// replaced that file. Its exit code, or 128 + the signal that ended it.
inline int runKilled(const std::vector<std::string> &command, int signal, useconds_t microseconds,
                     const std::string &written = "") {
  auto stamp = [&] {
    struct stat status = {};
    stat(written.c_str(), &status);
    return std::pair(status.st_ino, status.st_size);
  };
  std::vector<char *> arguments;
  for (const std::string &argument : command)
    arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);
  const auto before = stamp();
  pid_t child;
  if (posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    return -1;
  int status = 0;
  bool ended = false;
  while (signal && !written.empty() && !ended && stamp() == before) {
    usleep(500);
    ended = waitpid(child, &status, WNOHANG) == child;
  }
  if (signal && !ended) {
    usleep(microseconds);
    kill(child, signal);
  }
  if (!ended)
    waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace tenon::test
#endif // TENON_TESTS_RUNTIME_KILLED_H
