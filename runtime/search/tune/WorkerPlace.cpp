// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Workers.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace tenon::search {
namespace {
void say(int descriptor, const std::string &line) {
  if (write(descriptor, line.data(), line.size()) < 0) {
    // Who would read it is gone, and this process goes with it (PR_SET_PDEATHSIG).
  }
}
} // namespace

std::optional<WorkerPlace> WorkerPlace::take() {
  const char *told = std::getenv("TENON_TUNE_WORKER");
  if (!told)
    return std::nullopt;
  const std::string text = told;
  unsetenv("TENON_TUNE_WORKER");
  const size_t first = text.find(':'), second = text.find(':', first + 1);
  if (first == std::string::npos || second == std::string::npos)
    throw Error("TENON_TUNE_WORKER is '" + text + "'; it is set for a search's workers alone, unset it", Fault::Usage);
  WorkerPlace place{.folder = text.substr(second + 1), .report = std::atoi(text.c_str())};
  if (second > first + 1)
    place.deadline = std::strtod(text.c_str() + first + 1, nullptr);
  fcntl(place.report, F_SETFD, FD_CLOEXEC);
  return place;
}

void WorkerPlace::started() const { say(report, "started\n"); }
void WorkerPlace::done() const { say(report, "done\n"); }
void WorkerPlace::failed(const Error &error) const {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  say(report, "error " + std::to_string(int(error.fault())) + " " + text + "\n");
}

} // namespace tenon::search
