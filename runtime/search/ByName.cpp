// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/ByName.h"
#include "runtime/search/report/Text.h"

#include <algorithm>

namespace tenon::search {
namespace {
std::string trimmed(const std::string &text) {
  const size_t begin = text.find_first_not_of(" \t\n"), end = text.find_last_not_of(" \t\n");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

/// The default in --help, where 0.16666666666666666 is of no use.
std::string shown(const Argument &argument) {
  auto *number = std::get_if<double *>(&argument.value);
  return number ? readable(**number) : valueOf(argument);
}

std::string padded(std::string text, size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}
} // namespace

NamedArguments namedArgumentsFrom(const std::string &given) {
  const std::string text = trimmed(given);
  auto fail = [&](const std::string &what) {
    throw Error("'" + text + "': " + what + "; expected NAME or NAME(ARGUMENT=VALUE,...)", Fault::Usage);
  };
  const size_t open = text.find('('), close = text.find(')');
  if (open == std::string::npos) {
    if (close != std::string::npos)
      fail("')' without '('");
    return {.name = text, .values = {}};
  }
  if (close == std::string::npos)
    fail("'(' without ')'");
  if (close + 1 != text.size() || text.find('(', open + 1) != std::string::npos)
    fail("one '(' and, as its end, one ')' is what there may be");
  NamedArguments named{.name = trimmed(text.substr(0, open)), .values = {}};
  const std::string inner = text.substr(open + 1, close - open - 1);
  if (trimmed(inner).empty())
    return named;
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = inner.find(',', begin);
    const std::string part = trimmed(inner.substr(begin, end - begin));
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      fail("received '" + part + "' for ARGUMENT=VALUE");
    const std::string name = trimmed(part.substr(0, equals));
    for (auto &[other, _] : named.values)
      if (other == name)
        fail(name + " stands there twice");
    named.values.emplace_back(name, trimmed(part.substr(equals + 1)));
  }
  return named;
}

void setAll(const Arguments &arguments, const NamedArguments &named) {
  for (auto &[name, value] : named.values) {
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [&name = name](const Argument &argument) { return argument.name == name; });
    if (found == arguments.end()) {
      std::string known;
      for (const Argument &argument : arguments)
        known += (known.empty() ? "" : ", ") + std::string(argument.name);
      throw Error("'" + named.name + "' has no argument '" + name + "'; it takes " + (known.empty() ? "none" : known),
                  Fault::Usage);
    }
    set(*found, value, "'" + named.name + "': ");
  }
}

std::string helpOf(const std::string &name, const std::string &meaning, const Arguments &arguments) {
  std::string text = "  " + padded(name, 11) + meaning + "\n";
  for (const Argument &argument : arguments)
    text += "    " + padded(std::string(argument.name) + "=" + shown(argument), 24) + argument.meaning + " (" +
            allowed(argument) + ")\n";
  return text;
}

} // namespace tenon::search
