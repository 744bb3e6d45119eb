// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Locks.h"
#include "runtime/search/LockHolder.h"
#include "runtime/search/report/Text.h"

#include <tenon/error.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

// Linux has them; glibc's headers name them only with GNU extensions.
#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

namespace tenon::search {
namespace {
struct flock lockOf(short type, int64_t number) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = number;
  lock.l_len = 1;
  return lock;
}
} // namespace

Locks::Locks(std::string path, double patience) : path_(std::move(path)), patience_(patience) {
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0)
    throw Error(path_ + ": cannot open: " + std::strerror(errno));
}

Locks::~Locks() { close(file_); }

void Locks::failKept(int64_t number) const {
  const std::string waited = " has kept the lock for " + readable(patience_) + " s; ";
  const std::optional<LockHolder> holder = lockHolder(file_, number);
  if (!holder)
    throw Error(path_ + ": a process of another user or computer" + waited + "end the worker that hangs there");
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const std::string id = std::to_string(holder->id);
  throw Error(path_ + ": process " + id + " on " + host + waited +
              (holder->isStopped ? "it is stopped: let it go on with 'kill -CONT " + id + "', or end it with 'kill -9 "
                                 : "it hangs: end it with 'kill -9 ") +
              id + "', then start this command again; what it worked on is taken over");
}

void Locks::take(int64_t number) {
  useconds_t pause = 50, waited = 0;
  while (true) {
    struct flock lock = lockOf(F_WRLCK, number);
    if (fcntl(file_, F_OFD_SETLK, &lock) == 0)
      return;
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN && errno != EACCES)
      throw Error(path_ + ": cannot lock: " + std::strerror(errno));
    if (double(waited) > patience_ * 1e6)
      failKept(number);
    usleep(pause);
    waited += pause;
    pause = std::min<useconds_t>(pause * 2, 5000);
  }
}

void Locks::release(int64_t number) {
  struct flock lock = lockOf(F_UNLCK, number);
  fcntl(file_, F_OFD_SETLK, &lock);
}

bool Locks::isTakenByOthers(int64_t number) const {
  struct flock lock = lockOf(F_WRLCK, number);
  if (fcntl(file_, F_OFD_GETLK, &lock) != 0)
    throw Error(path_ + ": cannot ask for a lock: " + std::strerror(errno));
  return lock.l_type != F_UNLCK;
}

} // namespace tenon::search
