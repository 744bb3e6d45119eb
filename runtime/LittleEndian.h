// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_LITTLEENDIAN_H
#define TENON_RUNTIME_LITTLEENDIAN_H

#include <cstdint>
#include <string_view>

namespace tenon {

/// The unsigned number that up to eight bytes are, the lowest first.
inline uint64_t littleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    value |= uint64_t(static_cast<unsigned char>(bytes[i])) << 8 * i;
  return value;
}

} // namespace tenon
#endif // TENON_RUNTIME_LITTLEENDIAN_H
