// SPDX-License-Identifier: Apache-2.0
// The linear program as a compiled library would hold it; built with one and with two exported programs.
#include "tests/runtime/LinearProgram.h"

static tenon::test::LinearProgram program;
extern "C" {
tenon_program_table linear_program = *program.table();
#ifdef TENON_SECOND_PROGRAM
tenon_program_table other_program = *program.table();
#endif
}
