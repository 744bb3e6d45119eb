// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/FormatPath.h"
#include "runtime/callbacks/Text.h"
#include <regex>
#include <tenon/error.h>

namespace tenon::facade {
namespace {

template <typename Value> std::string printed(const std::string &format, Value value) {
  char text[512];
  std::snprintf(text, sizeof text, format.c_str(), value);
  return text;
}

// A specification as C has it: flags, width and precision mean the same.
const std::regex wholeNumber("([+ ]?)(0?)([1-9][0-9]?)?d?"), number("([+ ]?)(0?)([1-9][0-9]?)?([.][0-9][0-9]?)?([eEfFgG%]?)");

std::optional<std::string> format(int64_t value, const std::string &spec) {
  std::smatch part;
  if (!std::regex_match(spec, part, wholeNumber))
    return std::nullopt;
  return printed("%" + part.str(1) + part.str(2) + part.str(3) + "lld", static_cast<long long>(value));
}

std::optional<std::string> format(double value, const std::string &spec) {
  std::smatch part;
  if (!std::regex_match(spec, part, number))
    return std::nullopt;
  if (spec.empty())
    return pythonNumber(value);
  std::string kind = part.str(5), flags = "%" + part.str(1) + part.str(2) + part.str(3) + part.str(4);
  if (kind == "%")
    return printed(flags + "f", value * 100) + "%";
  return printed(flags + (kind.empty() ? "g" : kind), value);
}

} // namespace

std::string formatPath(const std::string &pattern, const std::map<std::string, int64_t> &counts, const Logs &logs,
                       const std::string &caller) {
  auto fail = [&](const std::string &what) {
    throw Error(caller + ": cannot make a file name of '" + pattern + "': " + what, Fault::Usage);
  };
  std::string path;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c != '{' && c != '}') {
      path += c;
      continue;
    }
    if (i + 1 < pattern.size() && pattern[i + 1] == c) {
      path += c;
      ++i;
      continue;
    }
    size_t end = c == '{' ? pattern.find('}', i) : std::string::npos;
    if (end == std::string::npos)
      fail(std::string("a single '") + c + "'");
    std::string field = pattern.substr(i + 1, end - i - 1), name = field.substr(0, field.find(':'));
    std::string spec = name.size() < field.size() ? field.substr(name.size() + 1) : "";
    std::optional<std::string> text;
    if (auto count = counts.find(name); count != counts.end()) {
      text = format(count->second, spec);
    } else if (auto log = logs.find(name); log != logs.end()) {
      text = format(log->second, spec);
    } else {
      std::string known;
      for (const auto &[other, value] : counts)
        known += (known.empty() ? "" : ", ") + other;
      for (const auto &[other, value] : logs)
        known += ", " + other;
      fail("there is no '" + name + "', there are " + known);
    }
    if (!text)
      fail("the format '" + spec + "' of '" + name + "' is not understood");
    path += *text;
    i = end;
  }
  return path;
}

} // namespace tenon::facade
