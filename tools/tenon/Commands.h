// SPDX-License-Identifier: Apache-2.0
// The subcommands of `tenon`: each adds itself to the command line and runs when it was chosen.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <tenon/error.h>

namespace tenon::tools {

/// What the chosen subcommand does; set by its callback.
using Action = std::function<void()>;

void addCompile(CLI::App &app, Action &action);
void addConvert(CLI::App &app, Action &action);
void addEvaluate(CLI::App &app, Action &action);
void addInspect(CLI::App &app, Action &action);
void addLayers(CLI::App &app, Action &action);
void addPredict(CLI::App &app, Action &action);
void addTrain(CLI::App &app, Action &action);
void addTune(CLI::App &app, Action &action);

/// What an action throws when a signal has ended it, all being said: the exit code is 128 + the signal's number.
struct Stopped {
  int signal;
};

} // namespace tenon::tools
