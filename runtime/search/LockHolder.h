// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_LOCKHOLDER_H
#define TENON_RUNTIME_SEARCH_LOCKHOLDER_H

#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace tenon::search {

/// Who holds a lock of the file that `file` is an open descriptor of. fcntl does not tell it of open file description
/// locks, but /proc has them under each descriptor; nothing for a process of another user or another computer.
struct LockHolder {
  pid_t id = 0;
  bool isStopped = false; ///< by SIGSTOP, Ctrl-Z or a debugger
};
std::optional<LockHolder> lockHolder(int file, int64_t number);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_LOCKHOLDER_H
