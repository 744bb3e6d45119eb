// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Tune.h"

#include <tenon/tune.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

namespace tenon {
namespace {
int fail(const std::string &name, std::string message, int code) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "%s: %s\n", name.c_str(), message.c_str());
  return code;
}
} // namespace

int tuneMain(int argc, char **argv, const Objective &objective, const TuneProgram &program) {
  const std::string name = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "tune";
  CLI::App app(program.description, name);
  for (const TuneProgram::Option &option : program.options)
    std::visit([&](auto *value) { app.add_option(option.name, *value, option.description)->capture_default_str(); },
               option.value);
  search::TuneOptions options;
  search::addOptions(app, options);
  app.footer(search::footer());
  try {
    app.parse(argc, argv);
    const search::TuneTask task{.name = name,
                                .objective = objective,
                                .direction = program.direction,
                                .defaults = program.defaults,
                                .afterwards = program.afterwards};
    const int signal = search::tune(options, task);
    return signal ? 128 + signal : 0;
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(error);
    return fail(name, std::string(error.what()) + " (" + name + " --help lists what there is)", 2);
  } catch (const Error &error) {
    return fail(name, error.what(), static_cast<int>(error.fault()));
  } catch (const std::exception &error) {
    return fail(name, std::string("a bug of Tenon: ") + error.what(), 3);
  }
}

} // namespace tenon
