// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_RUN_OPTIONS_H
#define TENON_RUNTIME_RUN_OPTIONS_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tenon::run {

/// A file for an input or output; the name is empty where the position counts.
struct NamedFile {
  std::string name, path;
};

struct Options {
  std::string command = "run"; ///< run, bench, help or version
  std::string program;         ///< the library; empty for an executable's own program
  std::vector<NamedFile> inputs, outputs, expected;
  double rtol = 1e-4, atol = 1e-5;
  int threads = 0;
  std::string entry = "predict";
  int64_t batch = 1;
  std::map<std::string, int64_t> dims;
  std::string json;
};

/// Reads a command line. `isTool`: the first word is a command and the second a file. An Error of Fault::Usage names
/// the option that does not exist, lacks its value or has a value of the wrong kind.
Options parseOptions(int argc, char **argv, bool isTool);

/// What --help prints. `name` is the program's.
std::string helpText(const std::string &name, bool isTool);

} // namespace tenon::run
#endif // TENON_RUNTIME_RUN_OPTIONS_H
