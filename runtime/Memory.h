// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_MEMORY_H
#define TENON_RUNTIME_MEMORY_H

#include <cstddef>
#include <memory>

namespace tenon {

/// `bytes` of memory at a 64-byte boundary, not initialised; an Error naming `what` when there is not enough.
std::shared_ptr<void> allocateAligned(size_t bytes, const char *what);

} // namespace tenon
#endif // TENON_RUNTIME_MEMORY_H
