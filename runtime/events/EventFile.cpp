// SPDX-License-Identifier: Apache-2.0
#include "runtime/File.h"
#include "runtime/events/Graph.h"
#include "runtime/events/Protobuf.h"
#include "runtime/events/Record.h"

#include <tenon/error.h>
#include <tenon/events.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon {
namespace {
enum EventField { WallTime = 1, Step = 2, FileVersion = 3, Graph = 4, SummaryOf = 5 };

[[noreturn]] void fail(const std::string &path, const std::string &what) {
  throw Error(path + ": " + what + ": " + std::strerror(errno));
}

events::Message eventNow() {
  timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return events::Message().number(WallTime, static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec));
}
} // namespace

std::string EventFile::pathIn(const std::string &folder) {
  static std::atomic<int> number = 0;
  char host[256] = "localhost", begin[32];
  gethostname(host, sizeof host - 1);
  std::snprintf(begin, sizeof begin, "%010lld", static_cast<long long>(std::time(nullptr)));
  return folder + "/events.out.tfevents." + begin + "." + host + "." + std::to_string(getpid()) + "." +
         std::to_string(number++) + ".v2";
}

EventFile::EventFile(std::string path, int64_t size) : path_(std::move(path)), size_(size) {
  if (size == 0) {
    if (unlink(path_.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
      fail(path_, "cannot be removed");
    return;
  }
  struct stat status;
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0 || fstat(descriptor_, &status) != 0)
    fail(path_, "cannot be opened");
  if (status.st_size < size)
    throw Error(path_ + ": is shorter than it was when the training was captured (" + std::to_string(size) + " bytes)");
  if (ftruncate(descriptor_, size) != 0)
    fail(path_, "cannot be cut to " + std::to_string(size) + " bytes");
}

EventFile::~EventFile() {
  if (descriptor_ >= 0)
    close(descriptor_);
}

void EventFile::open() {
  makeFolder(std::filesystem::path(path_).parent_path());
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    fail(path_, "cannot be opened");
  append(eventNow().bytes(FileVersion, "brain.Event:2").data());
}

void EventFile::append(const std::string &event) {
  if (descriptor_ < 0)
    open();
  const std::string bytes = events::record(event);
  const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
  if (written != static_cast<ssize_t>(bytes.size())) {
    if (written >= 0)
      errno = ENOSPC; // which is when a file takes a part
    const int code = errno;
    // A reader must not find half a record: without it the file is whole.
    if (written > 0 && ftruncate(descriptor_, size_) != 0)
      fail(path_, "cannot be cut to " + std::to_string(size_) + " bytes");
    errno = code;
    fail(path_, "cannot be written");
  }
  size_ += static_cast<int64_t>(bytes.size());
}

void EventFile::sync() const {
  if (descriptor_ >= 0)
    fdatasync(descriptor_);
}

void EventFile::write(int64_t step, const Summary &summary) {
  append(eventNow().integer(Step, step).bytes(SummaryOf, summary.bytes()).data());
}

void EventFile::write(const std::vector<GraphNode> &graph) {
  append(eventNow().bytes(Graph, events::graphDef(graph)).data());
}

} // namespace tenon
