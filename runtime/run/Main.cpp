// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Main.h"

#include "runtime/run/Commands.h"

#include <tenon/error.h>

#include <cstdio>
#include <new>

namespace tenon::run {
namespace {
std::string baseName(const char *path) {
  std::string name = path ? path : "tenon-run";
  return name.substr(name.rfind('/') + 1);
}

/// `open` gives the program; passed in so that an executable with its own holds nothing of the loader of libraries.
template <typename Open> int mainOf(Open open, bool isTool, int argc, char **argv) {
  const std::string name = baseName(argc > 0 ? argv[0] : nullptr);
  auto fail = [&](const char *message, int code) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s: %s\n", name.c_str(), message);
    return code;
  };
  try {
    Options options = parseOptions(argc, argv, isTool);
    if (options.command == "help") {
      std::fputs(helpText(name, isTool).c_str(), stdout);
    } else if (options.command == "version") {
      std::printf("%s %s (program ABI %u)\n", name.c_str(), TENON_VERSION, TENON_ABI_VERSION);
    } else {
      Program program = open(options);
      options.command == "run" ? runCommand(program, options) : benchCommand(program, options);
    }
    return std::fflush(stdout) == 0 ? 0 : fail("standard output cannot be written", 1);
  } catch (const Error &error) {
    return fail(error.what(), static_cast<int>(error.fault()));
  } catch (const std::bad_alloc &) {
    return fail("not enough memory", 1);
  } catch (const std::exception &error) {
    return fail(error.what(), 3);
  }
}
} // namespace

int toolMain(int argc, char **argv) {
  return mainOf([](const Options &options) { return Program::load(options.program); }, /*isTool=*/true, argc, argv);
}

int programMain(const tenon_program_table *table, int argc, char **argv) {
  return mainOf([table](const Options &) { return Program::wrap(table); }, /*isTool=*/false, argc, argv);
}

} // namespace tenon::run
