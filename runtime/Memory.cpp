// SPDX-License-Identifier: Apache-2.0
#include "runtime/Memory.h"

#include <tenon/error.h>

#include <cstdint>
#include <cstdlib>

namespace tenon {

std::shared_ptr<void> allocateAligned(size_t bytes, const char *what) {
  size_t rounded = bytes <= SIZE_MAX / 2 ? (bytes + 63) / 64 * 64 + 64 * (bytes == 0) : 0;
  void *memory = rounded ? std::aligned_alloc(64, rounded) : nullptr;
  if (!memory)
    throw Error(std::string(what) + ": not enough memory for " + std::to_string(bytes) + " bytes");
  return std::shared_ptr<void>(memory, std::free);
}

} // namespace tenon
