// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_TRAINING_INTERRUPT_H
#define TENON_RUNTIME_TRAINING_INTERRUPT_H

#include <csignal>

namespace tenon {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM are noted instead of ending the process, each unless the program has a
/// handler of its own for it; a second one ends the process. The destructor puts back what was there.
class InterruptGuard {
public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard &) = delete;
  /// The number of the signal that came, 0 when none did.
  int signal() const;

private:
  struct Handled {
    int number;
    bool installed = false;
    struct sigaction previous = {};
  };
  Handled handled_[2] = {{SIGINT}, {SIGTERM}};
};

} // namespace tenon
#endif // TENON_RUNTIME_TRAINING_INTERRUPT_H
