// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"

#include <charconv>
#include <cmath>

namespace tenon::search {
namespace {
template <typename Number> std::optional<Number> parsed(const std::string &text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

template <> std::optional<bool> parsed<bool>(const std::string &text) {
  if (text != "true" && text != "false")
    return std::nullopt;
  return text == "true";
}

bool isAllowed(const Argument &argument) {
  const double value = std::visit([](auto *held) { return double(*held); }, argument.value);
  return std::isfinite(value) && (argument.above ? value > argument.low : value >= argument.low) &&
         value <= argument.high;
}

std::string textOf(double value) { return toText(ParameterValue(value)); }
} // namespace

std::string valueOf(const Argument &argument) {
  if (auto *flag = std::get_if<bool *>(&argument.value))
    return **flag ? "true" : "false";
  if (auto *number = std::get_if<double *>(&argument.value))
    return textOf(**number);
  return std::to_string(std::visit([](auto *held) { return int64_t(*held); }, argument.value));
}

std::string allowed(const Argument &argument) {
  if (std::holds_alternative<bool *>(argument.value))
    return "true or false";
  const std::string kind = std::holds_alternative<double *>(argument.value) ? "numbers " : "whole numbers ";
  if (std::isfinite(argument.high))
    return kind + "between " + textOf(argument.low) + " and " + textOf(argument.high);
  if (argument.above)
    return kind + "above " + textOf(argument.low);
  return kind + "of " + textOf(argument.low) + " or more";
}

void set(const Argument &argument, const std::string &text, const std::string &of) {
  const bool isValue = std::visit(
      [&](auto *held) {
        const auto value = parsed<std::remove_pointer_t<decltype(held)>>(text);
        if (value)
          *held = *value;
        return value.has_value();
      },
      argument.value);
  if (!isValue || !isAllowed(argument))
    throw Error(of + argument.name + " takes " + allowed(argument) + ", received '" + text + "'", Fault::Usage);
}

void checkArguments(const std::string &className, const Arguments &arguments) {
  for (const Argument &argument : arguments)
    if (!isAllowed(argument))
      throw Error(className + ": " + argument.name + " takes " + allowed(argument) + ", received " + valueOf(argument),
                  Fault::Usage);
}

std::string changed(const Arguments &arguments, const Arguments &byDefault) {
  std::string text;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (valueOf(arguments[i]) != valueOf(byDefault[i]))
      text += (text.empty() ? "" : ",") + std::string(arguments[i].name) + "=" + valueOf(arguments[i]);
  return text;
}

} // namespace tenon::search
