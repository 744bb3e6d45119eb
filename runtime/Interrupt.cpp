// SPDX-License-Identifier: Apache-2.0
#include "runtime/Interrupt.h"

namespace tenon {
namespace {
volatile std::sig_atomic_t flag = 0;

void note(int number) {
  if (flag) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  flag = 1;
}
} // namespace

InterruptGuard::InterruptGuard() {
  if (sigaction(SIGINT, nullptr, &previous_) != 0 || (previous_.sa_flags & SA_SIGINFO) ||
      previous_.sa_handler != SIG_DFL)
    return;
  flag = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  installed_ = sigaction(SIGINT, &action, nullptr) == 0;
}

InterruptGuard::~InterruptGuard() {
  if (installed_)
    sigaction(SIGINT, &previous_, nullptr);
}

bool InterruptGuard::interrupted() const { return installed_ && flag; }

} // namespace tenon
