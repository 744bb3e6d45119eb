// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_GUARDEDMEMORY_H
#define TENON_RUNTIME_GUARDEDMEMORY_H

#include <cstddef>
#include <memory>
#include <string>

namespace tenon {

/// Memory filled with NaN between two guards, for the memory check of a session.
class GuardedMemory {
public:
  explicit GuardedMemory(size_t bytes);
  void *data() const { return static_cast<char *>(memory_.get()) + kGuard; }
  /// A bug of ours when a guard was written over; `what` names the call and the memory.
  void check(const std::string &what) const;

private:
  static constexpr size_t kGuard = 256;
  size_t bytes_;
  std::shared_ptr<void> memory_;
};

} // namespace tenon
#endif // TENON_RUNTIME_GUARDEDMEMORY_H
