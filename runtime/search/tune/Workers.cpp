// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Workers.h"
#include "runtime/search/StudyStore.h"
#include "runtime/search/report/Text.h"
#include "runtime/search/tune/Signals.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tenon::search {
namespace {
constexpr int mostDeaths = 15;
constexpr double patience = 15; // seconds between SIGTERM and SIGKILL; a worker's own with its program is shorter

std::vector<std::string> ownCommandLine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');)
    words.push_back(word);
  return words;
}
} // namespace

Workers::Workers(int count, WorkerPlace place) : commandLine_(ownCommandLine()), place_(std::move(place)) {
  for (int i = 0; i < count; ++i)
    start();
}

void Workers::start() {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0)
    throw Error(std::string("no pipe to a worker: ") + std::strerror(errno));
  const std::string deadline = place_.deadline ? std::to_string(*place_.deadline) : "";
  const std::string told = std::to_string(pipe[1]) + ":" + deadline + ":" + place_.folder;
  auto process = std::make_unique<Process>(Process::Options{.words = commandLine_,
                                                            .program = "/proc/self/exe",
                                                            .environment = {{"TENON_TUNE_WORKER", told}},
                                                            .handedOn = pipe[1]});
  close(pipe[1]);
  workers_.push_back({std::move(process), pipe[0], ""});
}

void Workers::listen() {
  std::vector<pollfd> polls;
  for (const Worker &worker : workers_)
    polls.push_back({worker.reports, POLLIN, 0});
  poll(polls.data(), polls.size(), 50);
  for (size_t i = 0; i < polls.size(); ++i) {
    char buffer[4096];
    if (!(polls[i].revents & (POLLIN | POLLHUP)))
      continue;
    const ssize_t got = read(workers_[i].reports, buffer, sizeof buffer);
    if (got > 0)
      workers_[i].said.append(buffer, size_t(got));
    else
      usleep(1000); // it has closed the pipe and is about to end
  }
}

/// What the end of a worker means: by what it said, else by how it died.
void Workers::judge(Worker &worker, int status, const Watch &watch) {
  const std::string &said = worker.said;
  if (said.ends_with("done\n")) {
    doneSince_ = doneSince_ ? doneSince_ : now();
    return;
  }
  if (dismissed_)
    return;
  if (size_t at = said.find("error "); at != std::string::npos && said.ends_with('\n')) {
    if (!error_)
      error_ = Error(said.substr(at + 8, said.size() - at - 9), Fault(said[at + 6] - '0'));
    return;
  }
  const std::string how = "a worker ended with " + statusText(status);
  if (said.empty() && WIFEXITED(status)) { // so would every one
    if (!error_)
      error_ = Error(how + " before it could begin");
    return;
  }
  anyDied_ = true;
  if (++deaths_ >= mostDeaths) {
    if (!error_)
      error_ = Error(std::to_string(deaths_) + " workers died while no trial was completed; the last one ended with " +
                     statusText(status));
    return;
  }
  if (error_ || Signals::received())
    return;
  watch.note(how + "; another one goes on with its trial");
  ++left_;
}

void Workers::endAll() {
  for (const Worker &worker : workers_)
    worker.process->signal(SIGTERM);
}

std::vector<pid_t> Workers::children() {
  const std::string own = std::to_string(getpid());
  std::ifstream file("/proc/" + own + "/task/" + own + "/children");
  std::vector<pid_t> found;
  for (pid_t child; file >> child;)
    found.push_back(child);
  return found;
}

/// Ends what dead workers' programs left running: a shell dies with its worker, what it has started does not.
void Workers::sweep() const {
  for (pid_t child : children()) {
    const bool isWorker = std::any_of(workers_.begin(), workers_.end(),
                                      [&](const Worker &worker) { return worker.process->id() == child; });
    const bool wasThere = std::find(childrenBefore_.begin(), childrenBefore_.end(), child) != childrenBefore_.end();
    if (isWorker || wasThere)
      continue;
    const pid_t group = getpgid(child);
    kill(group > 0 && group != getpgrp() ? -group : child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
}

/// When one is done and no trial runs, there is nothing that the others could still do.
void Workers::dismissSilent(const Watch &watch) {
  if (doneSince_ == 0 || dismissed_ || workers_.empty() || now() - doneSince_ < 2 || watch.runs())
    return;
  watch.note(counted(workers_.size(), "worker") + " fell silent and is ended; another one has done its trial");
  dismissed_ = true;
  for (const Worker &worker : workers_)
    worker.process->signal(SIGKILL);
}

int Workers::run(const Watch &watch) {
  // The programs of a worker that dies become children of this process.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  double ended = 0;
  int signals = 0;
  while (!workers_.empty()) {
    listen();
    const int64_t trials = watch.ended();
    if (trials != endedBefore_)
      deaths_ = 0;
    endedBefore_ = trials;
    for (size_t i = 0; i < workers_.size();) {
      std::optional<int> status = workers_[i].process->status();
      if (!status) {
        ++i;
        continue;
      }
      char buffer[4096]; // what it said last
      for (ssize_t got; (got = read(workers_[i].reports, buffer, sizeof buffer)) > 0;)
        workers_[i].said.append(buffer, size_t(got));
      close(workers_[i].reports);
      judge(workers_[i], *status, watch);
      workers_.erase(workers_.begin() + ptrdiff_t(i));
    }
    if (ended == 0 && (error_ || Signals::received())) {
      ended = now();
      signals = Signals::count();
      endAll();
    }
    if (ended > 0 && Signals::count() > signals) {
      signals = Signals::count(); // they end their programs at once
      endAll();
    }
    if (ended > 0 && now() - ended > patience)
      for (const Worker &worker : workers_)
        worker.process->signal(SIGKILL);
    if (anyDied_ || dismissed_)
      sweep();
    dismissSilent(watch);
    for (; ended == 0 && left_ > 0; --left_)
      start();
  }
  if (Signals::received())
    return Signals::received();
  if (error_)
    throw *error_;
  return 0;
}

} // namespace tenon::search
