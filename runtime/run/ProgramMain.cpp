// SPDX-License-Identifier: Apache-2.0
// The main of an executable made by `tenon compile --emit=exe`: the program is the object linked beside it.
#include "runtime/run/Main.h"

extern "C" const tenon_program_table tenon_model_program;

int main(int argc, char **argv) { return tenon::run::programMain(&tenon_model_program, argc, argv); }
