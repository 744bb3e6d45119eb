// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Signals.h"

#include <tenon/error.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace tenon::search {
namespace {
volatile std::sig_atomic_t noted = 0, times = 0, postponed = 0;
std::string farewellText;
std::atomic_flag ending;
int toLast = -1; // a pipe to the thread that calls `lastly`, which a handler must not

[[noreturn]] void leave() {
  if (write(STDERR_FILENO, farewellText.data(), farewellText.size()) < 0) {
    // Nobody is left to tell.
  }
  _exit(128 + noted);
}

/// Leaves, where there is something to do before through the thread that does it.
void end() {
  if (!ending.test_and_set() && (toLast < 0 || write(toLast, "", 1) != 1))
    leave();
}

void handle(int number) {
  noted = number;
  times = times + 1;
  if (postponed)
    return;
  if (ending.test() && times > 1)
    leave();
  end();
}

[[noreturn]] void waitForTheEnd() {
  for (;;)
    pause();
}

void install(void (*handler)(int), int flags = 0) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    sigaction(number, &action, nullptr);
}

/// As if none had come before.
void listen(bool postpone, int flags = 0) {
  noted = times = 0;
  postponed = postpone;
  ending.clear();
  install(handle, flags);
}
} // namespace

void Signals::endProcess(const std::string &farewell, const std::function<void()> &lastly) {
  farewellText = farewell;
  if (lastly) {
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) != 0)
      throw Error(std::string("no pipe for signals: ") + std::strerror(errno));
    toLast = pipe[1];
    std::thread([lastly, from = pipe[0]] {
      char byte;
      while (read(from, &byte, 1) < 0 && errno == EINTR) {
      }
      lastly();
      leave();
    }).detach();
  }
  // An objective that runs on for a moment is not to fail by a read that a signal broke off.
  listen(/*postpone=*/false, lastly ? SA_RESTART : 0);
}

void Signals::note() { listen(/*postpone=*/true); }

void Signals::restore() {
  if (ending.test_and_set()) // else no handler begins an end from here on, beside what the caller does next
    waitForTheEnd();
  install(SIG_DFL);
  if (noted && !postponed) // it came in between
    raise(noted);
}

int Signals::received() { return noted; }
int Signals::count() { return times; }

Signals::Postponed::Postponed() { postponed = 1; }
Signals::Postponed::~Postponed() {
  postponed = 0;
  if (noted) {
    end();
    waitForTheEnd();
  }
}

} // namespace tenon::search
