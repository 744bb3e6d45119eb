// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace tenon::codegen {
/// Sums over samples go over this many shards of consecutive samples, each from zero, added in order: the same bits for
/// any number of threads (and, later, of machines).
inline constexpr int64_t shards = 8;
} // namespace tenon::codegen
