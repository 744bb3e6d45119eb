// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/Prefetcher.h"

#include <algorithm>
#include <csignal>
#include <system_error>

namespace tenon::data {
namespace {
/// Signals are the program's own threads' business while a worker is started.
struct SignalsBlocked {
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  sigset_t before;
};
} // namespace

Prefetcher::Prefetcher(int workers, int64_t first, int64_t end, Make make)
    : make_(std::move(make)), next_(first), claimed_(first), end_(end), ahead_(workers + 1) {
  SignalsBlocked blocked;
  try {
    for (int64_t i = 0; i < std::min<int64_t>(workers, end - first); ++i)
      workers_.emplace_back([this] { work(); });
  } catch (const std::system_error &) {
    // Fewer threads than were asked for, or none: the batches are the same.
  }
}

Prefetcher::~Prefetcher() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  room_.notify_all();
  for (std::thread &worker : workers_)
    worker.join();
}

Prefetcher::Made Prefetcher::make(int64_t batch) const {
  try {
    return {make_(batch), nullptr};
  } catch (...) {
    return {{}, std::current_exception()};
  }
}

void Prefetcher::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    room_.wait(lock, [&] { return stop_ || claimed_ >= end_ || claimed_ < next_ + ahead_; });
    if (stop_ || claimed_ >= end_)
      return;
    int64_t batch = claimed_++;
    lock.unlock();
    Made made = make(batch);
    lock.lock();
    if (made.arrays.empty()) { // the end, or an error: nothing after it is wanted
      end_ = std::min(end_, batch + 1);
      room_.notify_all();
    }
    made_.emplace(batch, std::move(made));
    ready_.notify_one();
  }
}

std::vector<Array> Prefetcher::next() {
  std::unique_lock lock(mutex_);
  if (next_ >= end_)
    return {};
  Made made;
  if (workers_.empty()) {
    made = make(next_);
    if (made.arrays.empty())
      end_ = next_;
  } else {
    ready_.wait(lock, [&] { return made_.count(next_) > 0; });
    made = std::move(made_.extract(next_).mapped());
  }
  ++next_;
  lock.unlock();
  room_.notify_all();
  if (made.error)
    std::rethrow_exception(made.error);
  return std::move(made.arrays);
}

} // namespace tenon::data
