// SPDX-License-Identifier: Apache-2.0
#include "runtime/GuardedMemory.h"

#include "runtime/Memory.h"

#include <tenon/error.h>

#include <cstdint>
#include <cstring>

namespace tenon {
namespace {
constexpr int kCanary = 0xA5;
constexpr uint32_t kNaN = 0x7fc00000;
} // namespace

GuardedMemory::GuardedMemory(size_t bytes)
    : bytes_(bytes), memory_(allocateAligned(bytes + 2 * kGuard, "the memory check")) {
  char *begin = static_cast<char *>(memory_.get());
  std::memset(begin, kCanary, kGuard);
  for (size_t i = 0; i < bytes; i += 4)
    std::memcpy(begin + kGuard + i, &kNaN, bytes - i < 4 ? bytes - i : 4);
  std::memset(begin + kGuard + bytes, kCanary, kGuard);
}

void GuardedMemory::check(const std::string &what) const {
  auto *begin = static_cast<const unsigned char *>(memory_.get());
  for (size_t i = 0; i < kGuard; ++i) {
    if (begin[i] != kCanary)
      throw Error(what + ": wrote " + std::to_string(kGuard - i) + " bytes before its begin", Fault::Tenon);
    if (begin[kGuard + bytes_ + i] != kCanary)
      throw Error(what + ": wrote " + std::to_string(i) + " bytes past its end", Fault::Tenon);
  }
}

} // namespace tenon
