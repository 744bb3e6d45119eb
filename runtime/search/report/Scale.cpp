// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Scale.h"
#include "runtime/search/report/Svg.h"
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tenon::search {

Scale::Scale(double low, double high, bool log) : low_(low), high_(high), log_(log) {
  if (low_ < high_)
    return;
  if (log) {
    low_ /= 2, high_ *= 2;
  } else {
    const double room = std::max(std::abs(low_) * 0.05, 1e-300);
    low_ -= low_ == 0 ? 1 : room, high_ += high_ == 0 ? 1 : room;
  }
}

Scale Scale::of(const std::vector<double> &values) {
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double low = *least, high = *most;
  // Of logarithms, as the quotient may be too large for a number.
  if (low > 0 && std::log(high) - std::log(low) >= std::log(100)) {
    const double room = std::exp(0.04 * (std::log(high) - std::log(low)));
    return Scale(low / room, high * room, true);
  }
  const double room = 0.04 * (high - low);
  return Scale(low - room, high + room, false);
}

Scale &Scale::between(double from, double to) {
  from_ = from, to_ = to;
  return *this;
}

double Scale::place(double value) const {
  const double share =
      log_ ? (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_)) : (value - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

std::vector<Tick> Scale::linearTicks(int count, bool whole) const {
  const double wanted = (high_ - low_) / count, power = std::pow(10, std::floor(std::log10(wanted)));
  double step = power;
  for (double factor : {2., 5., 10.})
    if (step < wanted)
      step = factor * power;
  if (whole)
    step = std::max(step, 1.0);
  std::vector<Tick> ticks;
  // As many digits as tell a tick from the next one, and no more.
  const double largest = std::max(std::abs(low_), std::abs(high_));
  const int digits =
      std::max(1, int(std::floor(std::log10(largest) + 1e-9)) - int(std::floor(std::log10(step) + 1e-9)) + 1);
  // The 0.0 makes 0 of -0.
  for (double i = std::ceil(low_ / step - 1e-9) + 0.0; i * step <= high_ + 1e-9 * step && ticks.size() < 100; ++i) {
    char label[40];
    std::snprintf(label, sizeof label, "%.*g", std::min(digits, 17), i * step);
    ticks.push_back({i * step, readable(std::stod(label))});
  }
  return ticks;
}

std::vector<Tick> Scale::ticks(int count, bool whole) const {
  if (!log_)
    return linearTicks(count, whole);
  const int first = int(std::floor(std::log10(low_))), last = int(std::ceil(std::log10(high_)));
  const int stride = std::max(1, (last - first + count - 1) / count);
  const bool between = last - first <= 2; // so few powers of ten need numbers between them
  std::vector<Tick> ticks;
  for (int power = first; power <= last; power += stride)
    for (double factor : {1., 2., 5.}) {
      const double value = factor * std::pow(10, power);
      if ((factor == 1 || between) && value >= low_ * (1 - 1e-9) && value <= high_ * (1 + 1e-9))
        ticks.push_back({value, readable(value)});
    }
  return ticks.size() < 2 ? linearTicks(count, whole) : ticks;
}

double widestOf(const std::vector<Tick> &ticks) {
  double widest = 0;
  for (const Tick &tick : ticks)
    widest = std::max(widest, Svg::widthOf(tick.label));
  return widest;
}

} // namespace tenon::search
