// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_PICTURES_H
#define TENON_RUNTIME_EVENTS_PICTURES_H

#include <tenon/array.h>

#include <string>
#include <vector>

namespace tenon::events {

/// The first three pictures of an array (count, height, width, channels) as PNG files, in numbers from 0 to 255: all of
/// them together are stretched so that the greatest becomes 255, or, where some are negative, so that 0 becomes 127 and
/// the one farthest from it 0 or 254. NaN and infinities are black.
std::vector<std::string> pngs(const Array &pictures);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_PICTURES_H
