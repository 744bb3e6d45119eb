// SPDX-License-Identifier: Apache-2.0
// tenon tune: chooses the parameters of any program by the number it prints. runtime/search/tune has all that a C++
// program with tuneMain does too.
#include "runtime/search/tune/Tune.h"
#include "runtime/search/tune/RunProgram.h"
#include "tools/tenon/Commands.h"

namespace tenon::tools {
namespace {

struct Options {
  search::TuneOptions tune;
  std::string command;
  std::vector<std::string> parameters;
  std::optional<double> trialTimeout;
};

void run(const Options &options) {
  search::TuneTask task{.name = "tenon", .objective = nullptr};
  if (!options.tune.show) {
    if (options.command.empty())
      throw Error("tune: expected --command with a program to run, or --show", Fault::Usage);
    if (options.parameters.empty())
      throw Error("tune: expected a --param, as --param 'lr=float(1e-4,1e-1,log)'", Fault::Usage);
    for (const std::string &text : options.parameters)
      task.parameters.push_back(search::parameterFrom(text));
    search::Command command(options.command, task.parameters);
    command.checkProgram();
    search::ProgramOptions program{.trialTimeout = options.trialTimeout};
    if (options.tune.staleAfter)
      program.keepAliveEvery = std::min(program.keepAliveEvery, *options.tune.staleAfter / 4);
    task.objective = search::objectiveOf(std::move(command), task.parameters, program);
  }
  if (int signal = search::tune(options.tune, task))
    throw Stopped(signal);
}

const char *const footer =
    "The program is run once for each trial, with each {NAME} replaced by that parameter's value ({{ and }} are "
    "braces), by\n"
    "no shell: quotes and \\ split it into words as a shell would. Its value is the last number it prints on stdout. A "
    "trial\n"
    "has failed when the program does not exit with 0 or prints no number. Lines 'epoch 3: 0.25' or 'step 3: 0.25' are "
    "what\n"
    "--pruner decides by; it ends a program with SIGTERM, and with SIGKILL ten seconds later. The program finds\n"
    "TENON_TRIAL, its number, and TENON_TRIAL_FOLDER, a folder that stays with the study, in its environment;\n"
    "what it prints is in there too, as stdout.txt and stderr.txt.\n\n"
    "Examples:\n"
    "  tenon tune --command './train --lr {lr} --units {units} --activation {act}' --param 'lr=float(1e-4,1e-1,log)' "
    "\\\n"
    "    --param 'units=int(8,128,8)' --param 'act=choice(relu,tanh)' --trials 100 --study digits --workers 4\n"
    "  tenon tune --command 'sh -c \"./train {lr} 2>&1 | tee log\"' --param 'lr=float(0,1)' --direction maximize "
    "--timeout 600\n"
    "  tenon tune --show --study digits --json best.json --plots plots\n\n";

} // namespace

void addTune(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("tune", "the parameters of any program, by the number it prints");
  command->add_option("--command", options->command,
                      "the program and its arguments, with {NAME} where a parameter goes");
  command->add_option(
      "--param", options->parameters,
      "NAME=float(LOW,HIGH[,log or STEP]), NAME=int(LOW,HIGH[,log or STEP]) or NAME=choice(A,B,...), once for each");
  command
      ->add_option("--trial-timeout", options->trialTimeout,
                   "seconds after which a program is ended; its trial has failed (never by default)")
      ->check(CLI::PositiveNumber);
  search::addOptions(*command, options->tune);
  command->footer(footer + search::footer());
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
