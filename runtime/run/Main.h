// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_RUN_MAIN_H
#define TENON_RUNTIME_RUN_MAIN_H

#include <tenon/c_api.h>

namespace tenon::run {

/// The command line of tenon-run: run, bench, --help, --version. Returns the exit code: 0 done, 1 the input's fault, 2
/// wrong usage, 3 a bug of ours; every failure is one line on standard error.
int toolMain(int argc, char **argv);

/// The command line of an executable that holds its program: the options of run, or bench as first word.
int programMain(const tenon_program_table *table, int argc, char **argv);

} // namespace tenon::run
#endif // TENON_RUNTIME_RUN_MAIN_H
