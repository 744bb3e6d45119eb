// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Range.h"
#include "runtime/data/Utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tenon {
namespace {
std::string shortest(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

bool isDiscrete(const ParameterRange &range) { return range.kind != ParameterKind::Float || range.step > 0; }

/// Whether a logarithmic range's high / low is a number; the logarithms of its ends differ by one always.
bool hasRatio(const ParameterRange &range) { return std::isfinite(range.high / range.low); }
} // namespace

std::string toText(const ParameterValue &value) {
  if (auto *integer = std::get_if<int64_t>(&value))
    return std::to_string(*integer);
  if (auto *number = std::get_if<double>(&value))
    return shortest(*number);
  return std::get<std::string>(value);
}

std::string ParameterRange::toText() const {
  std::string text;
  if (kind == ParameterKind::Categorical) {
    for (const std::string &choice : choices)
      text += (text.empty() ? "one of '" : ", '") + choice + "'";
    return text.empty() ? "one of no choices" : text;
  }
  bool integer = kind == ParameterKind::Int;
  text = (integer ? "int [" : "float [") + shortest(low) + ", " + shortest(high) + "]";
  if (step != (integer ? 1 : 0))
    text += " step " + shortest(step);
  return text + (log ? " log" : "");
}

int64_t ParameterRange::count() const {
  if (kind == ParameterKind::Categorical)
    return int64_t(choices.size());
  if (step <= 0)
    return low == high ? 1 : 0;
  if (kind == ParameterKind::Int)
    return int64_t(std::floor((high - low) / step)) + 1;
  // A float's last step may fall short of high by a rounding.
  return int64_t(std::floor((high - low) / step * (1 + 1e-12) + 1e-9)) + 1;
}

ParameterValue ParameterRange::at(int64_t index) const {
  if (kind == ParameterKind::Categorical)
    return choices[size_t(index)];
  double value = low + double(index) * step;
  if (kind == ParameterKind::Int)
    return int64_t(value);
  return std::min(value, high);
}

bool ParameterRange::contains(const ParameterValue &value) const {
  if (isDiscrete(*this))
    return search::indexOf(*this, value) >= 0;
  auto *number = std::get_if<double>(&value);
  return number && *number >= low && *number <= high;
}

namespace search {

void checkRange(const std::string &name, const ParameterRange &range) {
  auto fail = [&](const std::string &what) {
    throw SearchSpaceError("parameter '" + name + "': " + what + ", received " + range.toText());
  };
  if (name.empty())
    throw SearchSpaceError("a parameter must have a name, received an empty one");
  // A journal is JSON: other bytes would come back as other text, and two choices as the same.
  auto checkText = [](const std::string &what, const std::string &text) {
    try {
      data::fromUtf8(text, what);
    } catch (const Error &error) {
      throw SearchSpaceError(error.what());
    }
  };
  checkText("a parameter's name", name);
  for (const std::string &choice : range.choices)
    checkText("parameter '" + name + "': a choice", choice);
  if (range.kind == ParameterKind::Categorical) {
    if (range.choices.empty())
      fail("expected at least one choice");
    for (size_t i = 0; i < range.choices.size(); ++i)
      if (std::find(range.choices.begin(), range.choices.begin() + int64_t(i), range.choices[i]) !=
          range.choices.begin() + int64_t(i))
        fail("expected each choice once, '" + range.choices[i] + "' is twice there");
    return;
  }
  if (!std::isfinite(range.low) || !std::isfinite(range.high) || !std::isfinite(range.high - range.low))
    fail("expected finite bounds");
  if (range.low > range.high)
    fail("expected low <= high");
  if (range.kind == ParameterKind::Int) {
    if (range.low < -0x1p53 || range.high > 0x1p53)
      fail("expected bounds between -2^53 and 2^53");
    if (!(range.step >= 1) || range.step > 0x1p53 || range.step != std::floor(range.step))
      fail("expected a step of at least 1, a whole number");
    if (range.log && (range.low < 1 || range.step != 1))
      fail("expected low >= 1 and no step of a logarithmic range");
    return;
  }
  if (!(range.step >= 0) || !std::isfinite(range.step) ||
      (range.step > 0 && (range.high - range.low) / range.step > 0x1p53))
    fail("expected a step that is 0 or divides the range into at most 2^53 pieces");
  if (range.log && (range.low <= 0 || range.step != 0))
    fail("expected low > 0 and no step of a logarithmic range");
}

int64_t indexOf(const ParameterRange &range, const ParameterValue &value) {
  if (range.kind == ParameterKind::Categorical) {
    auto *choice = std::get_if<std::string>(&value);
    auto found = choice ? std::find(range.choices.begin(), range.choices.end(), *choice) : range.choices.end();
    return found == range.choices.end() ? -1 : found - range.choices.begin();
  }
  double number;
  if (range.kind == ParameterKind::Int) {
    auto *integer = std::get_if<int64_t>(&value);
    if (!integer)
      return -1;
    number = double(*integer);
  } else {
    auto *given = std::get_if<double>(&value);
    if (!given)
      return -1;
    number = *given;
  }
  if (!(number >= range.low && number <= range.high))
    return -1;
  if (range.low == range.high) // a float's has no step
    return 0;
  double index = std::round((number - range.low) / range.step);
  bool exact = std::abs(range.low + index * range.step - number) <= 1e-9 * range.step;
  return exact && index < double(range.count()) ? int64_t(index) : -1;
}

double toUnit(const ParameterRange &range, const ParameterValue &value) {
  if (range.kind == ParameterKind::Int && range.log) {
    double low = std::log(range.low - 0.5), high = std::log(range.high + 0.5);
    return (std::log(double(std::get<int64_t>(value))) - low) / (high - low);
  }
  if (isDiscrete(range))
    return (double(indexOf(range, value)) + 0.5) / double(range.count());
  double number = std::get<double>(value);
  if (range.low == range.high)
    return 0.5;
  if (range.log && hasRatio(range))
    return std::log(number / range.low) / std::log(range.high / range.low);
  if (range.log)
    return (std::log(number) - std::log(range.low)) / (std::log(range.high) - std::log(range.low));
  return (number - range.low) / (range.high - range.low);
}

ParameterValue fromUnit(const ParameterRange &range, double place) {
  place = std::clamp(place, 0., 1.);
  if (!isDiscrete(range) && (place == 0 || place == 1)) // which the formulas miss by a rounding
    return place == 0 ? range.low : range.high;
  if (range.kind == ParameterKind::Int && range.log) {
    double low = std::log(range.low - 0.5), high = std::log(range.high + 0.5);
    return int64_t(std::clamp(std::round(std::exp(low + place * (high - low))), range.low, range.high));
  }
  if (isDiscrete(range)) {
    int64_t count = range.count();
    return range.at(std::min(int64_t(place * double(count)), count - 1));
  }
  double number = range.low + place * (range.high - range.low);
  if (range.log && hasRatio(range))
    number = range.low * std::exp(place * std::log(range.high / range.low));
  else if (range.log)
    number = std::exp(std::log(range.low) + place * (std::log(range.high) - std::log(range.low)));
  return std::clamp(number, range.low, range.high);
}

std::optional<ParameterValue> fitted(const ParameterRange &range, const ParameterValue &value) {
  ParameterValue fit = value;
  if (auto *integer = std::get_if<int64_t>(&value); integer && range.kind == ParameterKind::Float)
    fit = double(*integer);
  if (range.kind == ParameterKind::Categorical) // a command line cannot tell the choice '32' from the number
    fit = toText(value);
  if (!range.contains(fit))
    return std::nullopt;
  return fit;
}

} // namespace search
} // namespace tenon
