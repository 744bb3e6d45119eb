// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/Record.h"

#include "runtime/Crc32c.h"
#include "runtime/events/Protobuf.h"

namespace tenon::events {

uint32_t maskedCrc(std::string_view bytes) {
  uint32_t crc = crc32c(bytes.data(), bytes.size());
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

std::string record(std::string_view data) {
  std::string result;
  result.reserve(data.size() + 16);
  appendLittleEndian(result, static_cast<uint64_t>(data.size()));
  appendLittleEndian(result, maskedCrc(result));
  result += data;
  appendLittleEndian(result, maskedCrc(data));
  return result;
}

} // namespace tenon::events
