// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_RUN_COMMANDS_H
#define TENON_RUNTIME_RUN_COMMANDS_H

#include "runtime/run/Options.h"

#include <tenon/program.h>

#include <optional>

namespace tenon::run {

/// Predicts for the input files; prints, writes or compares the outputs.
void runCommand(const Program &program, const Options &options);

/// Times an entry on the input files, and on made-up inputs where there is none.
void benchCommand(const Program &program, const Options &options);

/// Throws when an element of `actual` differs from `expected` by more than atol + rtol * |expected| (both NaN is
/// equal); the message names the worst element. Returns the greatest difference.
double compare(const std::string &name, const Array &actual, const Array &expected, double rtol, double atol);

/// The value of an entry's flops text for the symbols' values: whole numbers and symbol names with + - * / floordiv
/// ceildiv mod and brackets; empty for a text of another form.
std::optional<double> evaluateExpression(const std::string &text, const std::map<std::string, int64_t> &symbols);

/// GFLOP/s of fused multiply-adds that one core reaches with this CPU's widest vectors, measured now (about 50 ms).
double measurePeak();

} // namespace tenon::run
#endif // TENON_RUNTIME_RUN_COMMANDS_H
