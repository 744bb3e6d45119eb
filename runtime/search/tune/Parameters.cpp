// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Parameters.h"
#include "runtime/search/Range.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tenon::search {
namespace {
std::string trimmed(const std::string &text) {
  const size_t begin = text.find_first_not_of(" \t\n"), end = text.find_last_not_of(" \t\n");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

std::optional<int64_t> wholeFrom(const std::string &text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool isName(const std::string &text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
  });
}
} // namespace

std::optional<double> numberFrom(const std::string &text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    if (end == std::string::npos)
      return parts;
    begin = end + 1;
  }
}

NamedRange parameterFrom(const std::string &text) {
  auto fail = [&](const std::string &what) { throw Error("--param '" + text + "': " + what, Fault::Usage); };
  const char *forms =
      "expected NAME=float(LOW,HIGH[,log or STEP]), NAME=int(LOW,HIGH[,log or STEP]) or NAME=choice(A,B,...)";
  const size_t equals = text.find('='), open = text.find('(');
  if (equals == std::string::npos || open == std::string::npos || open < equals || !text.ends_with(')'))
    fail(forms);
  NamedRange result{.name = trimmed(text.substr(0, equals)), .range = {}};
  if (!isName(result.name))
    fail("expected a name of letters, digits, '_', '-', '.' and '/' before the '=', received '" + result.name + "'");
  const std::string kind = trimmed(text.substr(equals + 1, open - equals - 1));
  const std::vector<std::string> arguments = split(text.substr(open + 1, text.size() - open - 2), ',');
  ParameterRange &range = result.range;
  if (kind == "choice") {
    range.kind = ParameterKind::Categorical;
    range.choices = arguments;
    if (std::find(arguments.begin(), arguments.end(), "") != arguments.end())
      fail("a choice is empty");
  } else if (kind == "int" || kind == "float") {
    range.kind = kind == "int" ? ParameterKind::Int : ParameterKind::Float;
    range.step = kind == "int" ? 1 : 0;
    if (arguments.size() < 2 || arguments.size() > 3)
      fail("expected " + kind + "(LOW,HIGH), " + kind + "(LOW,HIGH,STEP) or " + kind + "(LOW,HIGH,log)");
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (i == 2 && arguments[i] == "log") {
        range.log = true;
        continue;
      }
      std::optional<double> value = numberFrom(arguments[i]);
      if (kind == "int" && !wholeFrom(arguments[i]))
        value.reset();
      if (!value)
        fail(std::string("expected a ") + (kind == "int" ? "whole number" : "number") + (i == 2 ? " or 'log'" : "") +
             ", received '" + arguments[i] + "'");
      if (i == 2 && !(*value > 0))
        fail("expected a step above 0, received '" + arguments[i] + "'");
      (i == 0 ? range.low : i == 1 ? range.high : range.step) = *value;
    }
  } else {
    fail(forms);
  }
  try {
    checkRange(result.name, range);
  } catch (const Error &error) {
    fail(error.what());
  }
  return result;
}

std::map<std::string, ParameterValue> enqueuedFrom(const std::string &text, const std::vector<NamedRange> &known) {
  std::map<std::string, ParameterValue> values;
  for (const std::string &part : split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error("--enqueue '" + text + "': expected NAME=VALUE,NAME=VALUE..., received '" + part + "'", Fault::Usage);
    const std::string name = trimmed(part.substr(0, equals)), value = trimmed(part.substr(equals + 1));
    ParameterValue parsed = value;
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const NamedRange &one) { return one.name == name; });
    if (!known.empty() && found == known.end())
      throw Error("--enqueue '" + text + "': there is no --param '" + name + "'", Fault::Usage);
    if (found == known.end() || found->range.kind != ParameterKind::Categorical) {
      if (std::optional<int64_t> whole = wholeFrom(value))
        parsed = *whole;
      else if (std::optional<double> number = numberFrom(value))
        parsed = *number;
    }
    if (found != known.end() && !fitted(found->range, parsed))
      throw Error("--enqueue '" + text + "': " + name + " is " + found->range.toText() + ", received '" + value + "'",
                  Fault::Usage);
    if (!values.emplace(name, std::move(parsed)).second)
      throw Error("--enqueue '" + text + "': '" + name + "' stands there twice", Fault::Usage);
  }
  return values;
}

} // namespace tenon::search
