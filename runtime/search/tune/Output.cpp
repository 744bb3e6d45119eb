// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Output.h"

#include <cctype>
#include <charconv>
#include <fstream>
#include <limits>

namespace tenon::search {
namespace {
bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }

/// The number that begins at `at`, a sign before it included; `end` is behind it.
std::optional<double> numberAt(std::string_view text, size_t at, size_t &end) {
  const size_t start = text[at] == '+' ? at + 1 : at; // from_chars takes no plus
  double value = 0;
  auto [last, error] = std::from_chars(text.data() + start, text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range)
    value = std::numeric_limits<double>::infinity();
  else if (error != std::errc())
    return std::nullopt;
  end = size_t(last - text.data());
  return value;
}
} // namespace

std::optional<double> lastNumber(std::string_view text) {
  std::optional<double> found;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const bool begins = i == 0 || (!isWord(text[i - 1]) && text[i - 1] != '.');
    size_t end = i;
    std::optional<double> number;
    if (begins && (isWord(c) || c == '.' || c == '-' || c == '+'))
      number = numberAt(text, i, end);
    if (number && (end == text.size() || !isWord(text[end]))) {
      found = number;
      i = end;
    } else if (isWord(c)) { // a word, and what is in it
      while (i < text.size() && (isWord(text[i]) || (text[i] == '.' && i + 1 < text.size() && isDigit(text[i + 1]))))
        ++i;
    } else {
      ++i;
    }
  }
  return found;
}

std::optional<Intermediate> intermediateFrom(std::string_view line) {
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())))
    line.remove_suffix(1);
  for (std::string_view word : {"epoch ", "step "}) {
    if (line.substr(0, word.size()) != word)
      continue;
    const char *begin = line.data() + word.size(), *end = line.data() + line.size();
    Intermediate result;
    auto [colon, error] = std::from_chars(begin, end, result.step);
    if (error != std::errc() || result.step < 0 || colon == end || *colon != ':')
      return std::nullopt;
    const char *number = colon + 1;
    while (number < end && *number == ' ')
      ++number;
    auto [last, code] = std::from_chars(number, end, result.value);
    if (code != std::errc() || last != end)
      return std::nullopt;
    return result;
  }
  return std::nullopt;
}

std::string tailOf(const std::string &path, int lines) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = std::max<std::streamoff>(0, file.tellg());
  const std::streamoff begin = std::max<std::streamoff>(0, size - 2000);
  file.seekg(begin);
  std::string text(size_t(size - begin), '\0');
  file.read(text.data(), std::streamsize(text.size()));
  text.resize(size_t(file.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.pop_back();
  size_t cut = text.size();
  for (int i = 0; i < lines && cut != std::string::npos && cut > 0; ++i)
    cut = text.rfind('\n', cut - 1);
  return cut == std::string::npos || cut == 0 ? text : text.substr(cut + 1);
}

} // namespace tenon::search
