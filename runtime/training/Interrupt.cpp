// SPDX-License-Identifier: Apache-2.0
#include "runtime/training/Interrupt.h"

namespace tenon {
namespace {
volatile std::sig_atomic_t noted = 0;

void note(int number) {
  if (noted) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  noted = number;
}
} // namespace

InterruptGuard::InterruptGuard() {
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (Handled &one : handled_) {
    if (sigaction(one.number, nullptr, &one.previous) != 0 || (one.previous.sa_flags & SA_SIGINFO) ||
        one.previous.sa_handler != SIG_DFL)
      continue;
    noted = 0;
    one.installed = sigaction(one.number, &action, nullptr) == 0;
  }
}

InterruptGuard::~InterruptGuard() {
  for (Handled &one : handled_)
    if (one.installed)
      sigaction(one.number, &one.previous, nullptr);
}

int InterruptGuard::signal() const {
  bool ours = handled_[0].installed || handled_[1].installed;
  return ours ? static_cast<int>(noted) : 0;
}

} // namespace tenon
