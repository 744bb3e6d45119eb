// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_PROCESS_H
#define TENON_RUNTIME_SEARCH_TUNE_PROCESS_H

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tenon::search {

/// A program with a process group of its own. It dies with who started it, however that ends.
class Process {
public:
  struct Options {
    std::vector<std::string> words;                      ///< program and arguments
    std::string program = {};                            ///< the file to run; empty: words[0], looked for in PATH
    std::map<std::string, std::string> environment = {}; ///< besides the caller's
    std::string errors = {};                             ///< a file for stderr; empty: the caller's
    bool readOutput = false;                             ///< stdout into output(); otherwise the caller's
    int handedOn = -1;                                   ///< a file descriptor that stays open in it
  };
  /// Its stdin is empty. An Error when it cannot be run.
  explicit Process(const Options &options);
  ~Process(); ///< kills it when it still runs
  Process(const Process &) = delete;

  pid_t id() const { return id_; }
  int output() const { return output_; }
  /// How it ended, as waitpid says; nothing while it runs.
  std::optional<int> status();
  void signal(int number) const; ///< to all of its group

private:
  pid_t id_ = -1;
  int output_ = -1;
  std::optional<int> status_;
};

/// "exit code 3", "signal 11 (Segmentation fault)".
std::string statusText(int status);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_PROCESS_H
