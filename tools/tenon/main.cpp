// SPDX-License-Identifier: Apache-2.0
// tenon: compiles, trains, converts and shows models. Exit codes: 0 done, 1 the input's fault, 2 wrong usage, 3 a bug of ours,
// 128 + signal when stopped.
#include "tools/tenon/Commands.h"
#include <algorithm>
#include <cstdio>

namespace {

int fail(std::string message, int code) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "tenon: %s\n", message.c_str());
  return code;
}

// An option takes the one text behind it, never the model's name after that; commas and repetition give more.
void takeOneTextEach(CLI::App &app) {
  for (CLI::App *command : app.get_subcommands({}))
    for (CLI::Option *option : command->get_options())
      if (!option->get_positional() && (option->get_expected_max() > 1 || option->get_allow_extra_args()))
        option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Tenon compiles neural networks to native code, and trains them.", "tenon");
  app.set_version_flag("--version", "tenon " TENON_VERSION);
  app.require_subcommand(1);
  tenon::tools::Action action;
  tenon::tools::addCompile(app, action);
  tenon::tools::addConvert(app, action);
  tenon::tools::addInspect(app, action);
  tenon::tools::addLayers(app, action);
  tenon::tools::addTrain(app, action);
  tenon::tools::addEvaluate(app, action);
  tenon::tools::addPredict(app, action);
  tenon::tools::addTune(app, action);
  takeOneTextEach(app);
  try {
    app.parse(argc, argv);
    action();
    return 0;
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(error);
    return fail(std::string(error.what()) + " (tenon --help lists what there is)", 2);
  } catch (const tenon::tools::Stopped &stopped) {
    return 128 + stopped.signal;
  } catch (const tenon::Error &error) {
    return fail(error.what(), static_cast<int>(error.fault()));
  } catch (const std::exception &error) {
    return fail(std::string("a bug of Tenon: ") + error.what(), 3);
  }
}
