// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_RUNPROGRAM_H
#define TENON_RUNTIME_SEARCH_TUNE_RUNPROGRAM_H

#include "runtime/search/tune/Command.h"

#include <tenon/study.h>

namespace tenon::search {

struct ProgramOptions {
  std::optional<double> trialTimeout; ///< seconds after which a program is ended; its trial has failed
  double keepAliveEvery = 60;         ///< seconds between two signs of life in the study
};

/// An objective that runs a command and takes the last number it prints. The program has TENON_TRIAL and
/// TENON_TRIAL_FOLDER in its environment and what it prints goes into that folder too: stdout.txt and stderr.txt (with
/// .1, .2 before .txt in further executions). Lines "epoch N: VALUE" are reported to the pruner, which ends the program
/// with SIGTERM, and with SIGKILL when it still runs ten seconds later. The trial has failed when the program does not
/// exit with 0 or prints no number.
Objective objectiveOf(Command command, std::vector<NamedRange> parameters, ProgramOptions options);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_RUNPROGRAM_H
