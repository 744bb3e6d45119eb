// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Main.h"

int main(int argc, char **argv) { return tenon::run::toolMain(argc, argv); }
