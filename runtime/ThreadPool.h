// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_THREADPOOL_H
#define TENON_RUNTIME_THREADPOOL_H

#include <tenon/c_api.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace tenon {

/// Cores this process may use: its affinity mask, capped by the container's CPU quota; at least 1.
int availableCores();

/// Sets flush-to-zero and denormals-are-zero on the calling thread while it lives (trained nets run many times slower
/// with denormals).
class FlushDenormals {
public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals &) = delete;

private:
  uint64_t saved_;
};

/// The process's workers. A stage's tasks are split into one contiguous block per thread; a thread that is done steals
/// single tasks from the others' blocks. The caller works too and never waits for a worker that has not joined, so a
/// parked worker costs no latency. While one caller has the pool, others (and nested calls) run their tasks serially.
class ThreadPool {
public:
  static ThreadPool &instance();
  ThreadPool() = default;
  ~ThreadPool();
  /// Runs task(frame, 0 .. count-1) on up to `threads` threads, the caller among them.
  void parallelFor(int threads, tenon_task task, void *frame, int64_t count);

private:
  struct alignas(128) Worker {
    std::atomic<uint32_t> wake{0}; // futex word: the number of jobs this worker was called to
    std::atomic<uint32_t> parked{0};
    std::thread thread;
  };
  struct alignas(128) Block {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  void start(int workers);
  void work(Worker &worker, int index);
  void runBlocks(int own);

  static constexpr int kMaxWorkers = 255;
  std::atomic<bool> busy_{false};
  std::atomic<bool> stop_{false};
  // An open flag and how many workers are inside: a worker enters only by adding itself to an open job, and the caller
  // closes the job and waits for those inside before it returns.
  alignas(128) std::atomic<uint64_t> gate_{0};
  alignas(128) tenon_task task_ = nullptr;
  void *frame_ = nullptr;
  int blockCount_ = 0;
  std::atomic<bool> spin_{true};
  std::unique_ptr<Block[]> blocks_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

/// The pool limited to some threads, as the tenon_threads of a call.
class ThreadLimit {
public:
  /// threads: how many a call may use, 0 for one per core.
  explicit ThreadLimit(int threads);
  ThreadLimit(const ThreadLimit &) = delete;
  const tenon_threads *get() const { return &table_; }
  int threads() const { return threads_; }

private:
  int threads_;
  tenon_threads table_;
};

} // namespace tenon
#endif // TENON_RUNTIME_THREADPOOL_H
