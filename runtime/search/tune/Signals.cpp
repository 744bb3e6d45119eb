// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Signals.h"

#include <csignal>
#include <unistd.h>

namespace tenon::search {
namespace {
volatile std::sig_atomic_t noted = 0, times = 0, postponed = 0;
std::string farewellText;

[[noreturn]] void leave() {
  if (write(STDERR_FILENO, farewellText.data(), farewellText.size()) < 0) {
    // Nobody is left to tell.
  }
  _exit(128 + noted);
}

void handle(int number) {
  noted = number;
  times = times + 1;
  if (!postponed)
    leave();
}

void install(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    sigaction(number, &action, nullptr);
}
} // namespace

void Signals::endProcess(const std::string &farewell) {
  farewellText = farewell;
  postponed = 0;
  install(handle);
}

void Signals::note() {
  postponed = 1;
  install(handle);
}

void Signals::restore() { install(SIG_DFL); }

int Signals::received() { return noted; }
int Signals::count() { return times; }

Signals::Postponed::Postponed() { postponed = 1; }
Signals::Postponed::~Postponed() {
  postponed = 0;
  if (noted)
    leave();
}

} // namespace tenon::search
