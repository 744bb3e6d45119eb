// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CRC32C_H
#define TENON_RUNTIME_CRC32C_H

#include <cstddef>
#include <cstdint>

namespace tenon {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as iSCSI and ext4 use it.
uint32_t crc32c(const void *data, size_t size);

} // namespace tenon
#endif // TENON_RUNTIME_CRC32C_H
