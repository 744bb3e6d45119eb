// SPDX-License-Identifier: Apache-2.0
#include "runtime/ThreadPool.h"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tenon {
namespace {
constexpr uint64_t kOpen = uint64_t(1) << 31;
constexpr int64_t kSpinNanoseconds = 40'000;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int64_t nanoseconds() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * int64_t(1'000'000'000) + time.tv_nsec;
}

void futex(std::atomic<uint32_t> &word, int operation, uint32_t value) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), operation, value, nullptr, nullptr, 0);
}

int quotaCores() {
  FILE *file = std::fopen("/sys/fs/cgroup/cpu.max", "r");
  long long quota = 0, period = 0;
  int read = file ? std::fscanf(file, "%lld %lld", &quota, &period) : 0;
  if (file)
    std::fclose(file);
  return read == 2 && quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : INT_MAX;
}
} // namespace

int availableCores() {
  static const int cores = [] {
    cpu_set_t set;
    int count =
        sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : int(std::thread::hardware_concurrency());
    return std::max(1, std::min(count, quotaCores()));
  }();
  return cores;
}

#if defined(__x86_64__)
FlushDenormals::FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(static_cast<uint32_t>(saved_) | 0x8040); }
FlushDenormals::~FlushDenormals() { _mm_setcsr(static_cast<uint32_t>(saved_)); }
#elif defined(__aarch64__)
FlushDenormals::FlushDenormals() {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" ::"r"(saved_ | (uint64_t(1) << 24)));
}
FlushDenormals::~FlushDenormals() { asm volatile("msr fpcr, %0" ::"r"(saved_)); }
#else
FlushDenormals::FlushDenormals() : saved_(0) {}
FlushDenormals::~FlushDenormals() {}
#endif

ThreadPool &ThreadPool::instance() {
  static ThreadPool pool;
  return pool;
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  for (auto &worker : workers_) {
    worker->wake.fetch_add(1);
    futex(worker->wake, FUTEX_WAKE_PRIVATE, 1);
  }
  for (auto &worker : workers_)
    worker->thread.join();
}

void ThreadPool::start(int workers) {
  if (!blocks_)
    blocks_ = std::make_unique<Block[]>(kMaxWorkers + 1);
  while (static_cast<int>(workers_.size()) < workers) {
    workers_.push_back(std::make_unique<Worker>());
    Worker &worker = *workers_.back();
    int index = static_cast<int>(workers_.size());
    // Signals are the host program's business: they must not land on a worker.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      worker.thread = std::thread([this, &worker, index] { work(worker, index); });
    } catch (...) { // no more threads to be had: the others do the work
      workers_.pop_back();
      workers = 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
}

void ThreadPool::runBlocks(int own) {
  for (int i = 0; i < blockCount_; ++i) {
    Block &block = blocks_[(own + i) % blockCount_];
    while (block.next.load(std::memory_order_relaxed) < block.end) {
      int64_t index = block.next.fetch_add(1, std::memory_order_relaxed);
      if (index < block.end)
        task_(frame_, index);
    }
  }
}

void ThreadPool::work(Worker &worker, int index) {
  FlushDenormals flush;
  uint32_t seen = 0;
  for (;;) {
    int64_t deadline = 0;
    for (int turn = 0; worker.wake.load(std::memory_order_acquire) == seen;) {
      pause();
      if (++turn % 64 && spin_.load(std::memory_order_relaxed))
        continue;
      int64_t now = nanoseconds();
      deadline = deadline ? deadline : now + kSpinNanoseconds;
      if (now < deadline && spin_.load(std::memory_order_relaxed))
        continue;
      worker.parked.store(1);
      while (worker.wake.load() == seen)
        futex(worker.wake, FUTEX_WAIT_PRIVATE, seen);
      worker.parked.store(0);
    }
    seen = worker.wake.load(std::memory_order_acquire);
    if (stop_)
      return;
    uint64_t gate = gate_.load(std::memory_order_acquire);
    while ((gate & kOpen) && !gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acq_rel))
      ;
    if (!(gate & kOpen))
      continue;
    // The job may be a later one than the wake-up was for, and need fewer threads.
    if (index < blockCount_)
      runBlocks(index);
    gate_.fetch_sub(1, std::memory_order_release);
  }
}

void ThreadPool::parallelFor(int threads, tenon_task task, void *frame, int64_t count) {
  int64_t blocks = std::min<int64_t>({threads, count, kMaxWorkers + 1});
  if (blocks <= 1 || busy_.exchange(true, std::memory_order_acquire)) {
    for (int64_t i = 0; i < count; ++i)
      task(frame, i);
    return;
  }
  start(static_cast<int>(blocks) - 1);
  task_ = task;
  frame_ = frame;
  blockCount_ = static_cast<int>(blocks);
  bool spin = blocks <= availableCores();
  spin_.store(spin, std::memory_order_relaxed);
  for (int64_t i = 0; i < blocks; ++i) {
    blocks_[i].next.store(count * i / blocks, std::memory_order_relaxed);
    blocks_[i].end = count * (i + 1) / blocks;
  }
  gate_.store(kOpen, std::memory_order_release);
  int workers = std::min<int>(static_cast<int>(blocks) - 1, static_cast<int>(workers_.size()));
  for (int i = 0; i < workers; ++i) {
    workers_[i]->wake.fetch_add(1);
    if (workers_[i]->parked.load())
      futex(workers_[i]->wake, FUTEX_WAKE_PRIVATE, 1);
  }
  runBlocks(0);
  gate_.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int turn = 0; gate_.load(std::memory_order_acquire) != 0; ++turn)
    spin &&turn < 20'000 ? pause() : static_cast<void>(sched_yield());
  busy_.store(false, std::memory_order_release);
}

ThreadLimit::ThreadLimit(int threads) : threads_(threads > 0 ? threads : availableCores()) {
  table_.pool = this;
  table_.parallel_for = [](void *self, tenon_task task, void *frame, int64_t count) {
    ThreadPool::instance().parallelFor(static_cast<ThreadLimit *>(self)->threads_, task, frame, count);
  };
}

} // namespace tenon
