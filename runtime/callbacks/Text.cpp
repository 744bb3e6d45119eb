// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Text.h"

#include <charconv>
#include <cmath>

namespace tenon {

std::string pythonNumber(double number) {
  if (std::isnan(number))
    return "nan";
  if (std::isinf(number))
    return number > 0 ? "inf" : "-inf";
  double size = std::fabs(number);
  bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number,
                           fixed ? std::chars_format::fixed : std::chars_format::scientific)
                 .ptr;
  std::string text(buffer, end);
  return fixed && text.find('.') == std::string::npos ? text + ".0" : text;
}

} // namespace tenon
