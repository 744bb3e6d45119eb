// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_OUTPUT_H
#define TENON_RUNTIME_SEARCH_TUNE_OUTPUT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::search {

/// The last number in a text, "nan" and "inf" included; one that is part of a word (conv2, 3x3) is none.
std::optional<double> lastNumber(std::string_view text);

struct Intermediate {
  int64_t step = 0;
  double value = 0;
};
/// What a line "epoch 3: 0.123" or "step 3: 0.123" says, and no other one.
std::optional<Intermediate> intermediateFrom(std::string_view line);

/// The last lines of a file, at most `lines` and 2000 bytes, without an end of line behind them.
std::string tailOf(const std::string &path, int lines);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_OUTPUT_H
