// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_LOCKS_H
#define TENON_RUNTIME_SEARCH_LOCKS_H

#include <cstdint>
#include <string>

namespace tenon::search {

/// Locks by number between everyone who opened the file (open file description locks of fcntl): the kernel drops those
/// of a process that dies, at whatever moment. Two Locks of one process exclude each other as well.
class Locks {
public:
  /// Makes the file when there is none.
  /// `patience` is the seconds that take waits, as no one who runs keeps the journal's lock that long.
  explicit Locks(std::string path, double patience = 60);
  ~Locks();
  Locks(const Locks &) = delete;

  /// Waits until nobody else has it; an Error that names who does when patience ends.
  void take(int64_t number);
  void release(int64_t number);
  bool isTakenByOthers(int64_t number) const;

private:
  [[noreturn]] void failKept(int64_t number) const;
  std::string path_;
  double patience_;
  int file_ = -1;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_LOCKS_H
