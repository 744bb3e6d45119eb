// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_PNG_H
#define TENON_RUNTIME_EVENTS_PNG_H

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::events {

/// A PNG file of 8-bit pixels, row by row: 1 channel (grey), 3 (RGB) or 4 (RGBA). Pictures of weights are small: nothing
/// is filtered.
std::string png(const std::vector<uint8_t> &pixels, int64_t width, int64_t height, int channels);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_PNG_H
