// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_INTERRUPT_H
#define TENON_RUNTIME_INTERRUPT_H

#include <csignal>

namespace tenon {

/// While it lives, Ctrl-C (SIGINT) is noted instead of ending the process, unless the program has a handler of its own;
/// a second Ctrl-C ends the process. The destructor puts back what was there.
class InterruptGuard {
public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard &) = delete;
  bool interrupted() const;

private:
  bool installed_ = false;
  struct sigaction previous_;
};

} // namespace tenon
#endif // TENON_RUNTIME_INTERRUPT_H
