// SPDX-License-Identifier: Apache-2.0
// NAME,key=value,key=value: how the command line gives an object and its arguments.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace tenon::tools {

class Settings {
public:
  /// `option` stands in front of every message: "--callback". An Error when the text is not of that form.
  Settings(std::string option, const std::string &text);

  const std::string &name() const { return name_; }
  bool hasArguments() const { return !values_.empty(); }

  /// Each takes an argument away, or gives the default; an Error that says what was received when it is of another kind.
  std::string text(const std::string &key, const std::string &byDefault);
  double number(const std::string &key, double byDefault);
  int integer(const std::string &key, int byDefault);
  bool flag(const std::string &key, bool byDefault);
  std::optional<double> optionalNumber(const std::string &key);
  /// An Error when it is missing.
  std::string required(const std::string &key);
  /// Checks that nothing is left; an Error that lists the arguments that were asked for.
  void finish() const;

  /// What Keras's files hold for it: {"class_name": name, "config": {...}}, values read as JSON where they are.
  std::string asConfig(const std::string &className) const;

private:
  std::optional<std::string> take(const std::string &key);
  [[noreturn]] void fail(const std::string &message) const;
  std::string option_, name_, known_;
  std::map<std::string, std::string> values_;
};

} // namespace tenon::tools
