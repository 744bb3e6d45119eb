// SPDX-License-Identifier: Apache-2.0
#include "runtime/Crc32c.h"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tenon {
namespace {
constexpr std::array<uint32_t, 256> kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0);
    table[i] = value;
  }
  return table;
}();

uint32_t byTable(uint32_t crc, const unsigned char *data, size_t size) {
  for (size_t i = 0; i < size; ++i)
    crc = crc >> 8 ^ kTable[(crc ^ data[i]) & 255];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t byInstruction(uint32_t crc, const unsigned char *data, size_t size) {
  uint64_t wide = crc;
  for (; size >= 8; data += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  return byTable(static_cast<uint32_t>(wide), data, size);
}
#endif
} // namespace

uint32_t crc32c(const void *data, size_t size) {
  auto *bytes = static_cast<const unsigned char *>(data);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2"))
    return ~byInstruction(~0u, bytes, size);
#endif
  return ~byTable(~0u, bytes, size);
}

} // namespace tenon
