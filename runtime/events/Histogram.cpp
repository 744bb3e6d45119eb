// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/Histogram.h"

#include <algorithm>
#include <cmath>

namespace tenon::events {
namespace {
constexpr size_t kBuckets = 30;

std::vector<double> finite(const Array &values) {
  std::vector<double> numbers;
  numbers.reserve(static_cast<size_t>(values.size()));
  for (int64_t i = 0; i < values.size(); ++i)
    if (double number = values.at(i); std::isfinite(number))
      numbers.push_back(number);
  return numbers;
}
} // namespace

std::vector<Bucket> histogram(const Array &values) {
  std::vector<Bucket> buckets(kBuckets, Bucket{});
  std::vector<double> numbers = finite(values);
  if (numbers.empty())
    return buckets;
  auto [least, greatest] = std::minmax_element(numbers.begin(), numbers.end());
  const double low = *least, high = *greatest, width = (high - low) / kBuckets;
  if (!(width > 0)) { // all equal, or too close to be told apart
    std::fill(buckets.begin(), buckets.end(), Bucket{high, high, 0});
    buckets.back()[2] = static_cast<double>(numbers.size());
    return buckets;
  }
  for (size_t i = 0; i < kBuckets; ++i)
    buckets[i] = {low + width * static_cast<double>(i), low + width * static_cast<double>(i + 1), 0};
  buckets.back()[1] = high;
  for (double number : numbers)
    ++buckets[std::min(static_cast<size_t>((number - low) / width), kBuckets - 1)][2];
  return buckets;
}

} // namespace tenon::events
