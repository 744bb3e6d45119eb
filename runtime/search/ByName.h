// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_BYNAME_H
#define TENON_RUNTIME_SEARCH_BYNAME_H

#include "runtime/search/Arguments.h"

#include <functional>

namespace tenon::search {

/// "tpe(startupTrials=20,candidates=48)", or "tpe" alone.
struct NamedArguments {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};
/// A Usage Error that says what was received for another text.
NamedArguments namedArgumentsFrom(const std::string &text);

/// Sets those that are named. A Usage Error that lists those there are for another name.
void setAll(const Arguments &arguments, const NamedArguments &named);

/// The lines of --help for one name.
std::string helpOf(const std::string &name, const std::string &meaning, const Arguments &arguments);

/// A sampler or pruner that there is by name.
template <typename Base> struct Row {
  const char *name;
  std::function<std::shared_ptr<Base>(const NamedArguments &)> make;
  std::function<std::string()> help;
};

/// Of a class that is made of its options.
template <typename Base, typename Made, typename Options> Row<Base> row(const char *name, const char *meaning) {
  return {.name = name,
          .make =
              [](const NamedArguments &named) {
                Options options;
                setAll(argumentsOf(options), named);
                return std::make_shared<Made>(options);
              },
          .help =
              [name, meaning] {
                Options options;
                return helpOf(name, meaning, argumentsOf(options));
              }};
}

/// Of what takes no arguments.
template <typename Base> Row<Base> plainRow(const char *name, const char *meaning, std::shared_ptr<Base> (*make)()) {
  return {.name = name,
          .make =
              [make](const NamedArguments &named) {
                setAll({}, named);
                return make();
              },
          .help = [name, meaning] { return helpOf(name, meaning, {}); }};
}

template <typename Base> std::vector<std::string> namesOf(const std::vector<Row<Base>> &rows) {
  std::vector<std::string> names;
  for (const Row<Base> &row : rows)
    names.push_back(row.name);
  return names;
}

template <typename Base> std::string helpOf(const std::vector<Row<Base>> &rows) {
  std::string text;
  for (const Row<Base> &row : rows)
    text += row.help();
  return text;
}

/// What a text names. `what` is "sampler" or "pruner".
template <typename Base>
std::shared_ptr<Base> make(const std::vector<Row<Base>> &rows, const std::string &what, const std::string &text) {
  const NamedArguments named = namedArgumentsFrom(text);
  std::string known;
  for (const Row<Base> &row : rows) {
    if (named.name == row.name)
      return row.make(named);
    known += (known.empty() ? "'" : ", '") + std::string(row.name) + "'";
  }
  throw Error("expected a " + what + " of " + known + ", received '" + named.name + "'", Fault::Usage);
}

/// What a study keeps of a sampler or pruner, and `make` reads back.
template <typename Base> std::string textOf(const Base &one) {
  const std::string arguments = one.arguments();
  return arguments.empty() ? one.name() : one.name() + "(" + arguments + ")";
}

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_BYNAME_H
