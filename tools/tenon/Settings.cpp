// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/Settings.h"
#include <charconv>
#include <sstream>
#include <tenon/error.h>

namespace tenon::tools {

Settings::Settings(std::string option, const std::string &text) : option_(std::move(option)) {
  std::istringstream parts(text);
  std::getline(parts, name_, ',');
  if (name_.empty() || name_.find('=') != std::string::npos)
    throw Error(option_ + ": expected NAME or NAME,key=value,..., got '" + text + "'", Fault::Usage);
  for (std::string part; std::getline(parts, part, ',');) {
    size_t equals = part.find('=');
    if (equals == 0 || equals == std::string::npos)
      fail("expected key=value, got '" + part + "'");
    if (!values_.emplace(part.substr(0, equals), part.substr(equals + 1)).second)
      fail("'" + part.substr(0, equals) + "' is given twice");
  }
}

void Settings::fail(const std::string &message) const {
  throw Error(option_ + " " + name_ + ": " + message, Fault::Usage);
}

std::optional<std::string> Settings::take(const std::string &key) {
  known_ += (known_.empty() ? "" : ", ") + key;
  auto found = values_.extract(key);
  return found ? std::optional(found.mapped()) : std::nullopt;
}

std::string Settings::text(const std::string &key, const std::string &byDefault) {
  return take(key).value_or(byDefault);
}

std::optional<double> Settings::optionalNumber(const std::string &key) {
  std::optional<std::string> text = take(key);
  if (!text)
    return std::nullopt;
  double value = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size())
    fail(key + ": expected a number, got '" + *text + "'");
  return value;
}

double Settings::number(const std::string &key, double byDefault) { return optionalNumber(key).value_or(byDefault); }

int Settings::integer(const std::string &key, int byDefault) {
  std::optional<double> value = optionalNumber(key);
  if (!value)
    return byDefault;
  if (*value != double(int(*value)))
    fail(key + ": expected a whole number, got " + std::to_string(*value));
  return int(*value);
}

bool Settings::flag(const std::string &key, bool byDefault) {
  std::optional<std::string> text = take(key);
  if (!text)
    return byDefault;
  for (const char *word : {"true", "True", "on", "1"})
    if (*text == word)
      return true;
  for (const char *word : {"false", "False", "off", "0"})
    if (*text == word)
      return false;
  fail(key + ": expected true or false, got '" + *text + "'");
}

std::string Settings::required(const std::string &key) {
  std::optional<std::string> text = take(key);
  if (!text || text->empty())
    fail("needs " + key + "=...");
  return *text;
}

void Settings::finish() const {
  if (!values_.empty())
    fail("does not know '" + values_.begin()->first + "'" + (known_.empty() ? "" : ", it has " + known_));
}

std::string Settings::asConfig(const std::string &className) const {
  nlohmann::ordered_json config = nlohmann::ordered_json::object();
  for (const auto &[key, text] : values_) {
    auto value = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (text == "True" || text == "False")
      value = text == "True";
    else if (text == "None")
      value = nullptr;
    config[key] = value.is_discarded() ? nlohmann::ordered_json(text) : value;
  }
  return nlohmann::ordered_json({{"class_name", className}, {"config", config}}).dump();
}

} // namespace tenon::tools
