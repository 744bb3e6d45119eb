// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_HISTOGRAM_H
#define TENON_RUNTIME_EVENTS_HISTOGRAM_H

#include <tenon/array.h>

#include <array>
#include <vector>

namespace tenon::events {

/// Left edge, right edge, count.
using Bucket = std::array<double, 3>;

/// The numbers of an array in 30 buckets of equal width from the least to the greatest, as tf.summary.histogram sorts
/// them: all in the last bucket when they are equal, zeros when there are none. NaN and infinities are left out.
std::vector<Bucket> histogram(const Array &values);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_HISTOGRAM_H
