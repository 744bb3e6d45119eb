// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_RECORD_H
#define TENON_RUNTIME_EVENTS_RECORD_H

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::events {

/// The CRC-32C of bytes as TFRecord stores it: turned and shifted, so that the checksum of data that holds checksums
/// stays a good one.
uint32_t maskedCrc(std::string_view bytes);

/// A TFRecord: the length, its checksum, the data, their checksum.
std::string record(std::string_view data);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_RECORD_H
