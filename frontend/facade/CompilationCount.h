// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace tenon::facade {

/// How often models were compiled in this process; programs found in the cache do not count.
int64_t compilationCount();

} // namespace tenon::facade
