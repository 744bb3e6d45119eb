// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_FIELDS_H
#define TENON_RUNTIME_DATA_FIELDS_H

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::data {

/// The finite number that a text is, all of it; a plus sign may stand before it.
inline std::optional<float> numberIn(std::string_view text) {
  if (text.substr(0, 1) == "+" && text.substr(1, 1) != "-")
    text.remove_prefix(1);
  float value = 0;
  const char *end = text.data() + text.size();
  auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value))
    return std::nullopt;
  return value;
}

/// 'a', 'b', 'c'; "none" of no names.
template <typename Names> std::string quotedList(const Names &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "'" : ", '") + name + "'";
  return text.empty() ? "none" : text;
}

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_FIELDS_H
