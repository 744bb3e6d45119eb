// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CLOCK_H
#define TENON_RUNTIME_CLOCK_H

#include <ctime>

namespace tenon {

/// Seconds of a clock that no one sets, for differences.
inline double seconds() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

} // namespace tenon
#endif // TENON_RUNTIME_CLOCK_H
