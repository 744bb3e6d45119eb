// SPDX-License-Identifier: Apache-2.0
#include "runtime/ThreadPool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cfloat>
#include <chrono>
#include <thread>

using namespace tenon;

namespace {
struct Counts {
  std::vector<std::atomic<int>> each;
  explicit Counts(int64_t n) : each(size_t(n)) {}
  static void task(void *frame, int64_t index) { static_cast<Counts *>(frame)->each[size_t(index)]++; }
  bool allOnce() const {
    for (auto &count : each)
      if (count != 1)
        return false;
    return true;
  }
};

void run(const tenon_threads *threads, tenon_task task, void *frame, int64_t count) {
  threads->parallel_for(threads->pool, task, frame, count);
}
} // namespace

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (int threads : {1, 2, 4, 7, 20})
    for (int64_t count : {0, 1, 2, 3, 8, 100, 1001}) {
      ThreadLimit limit(threads);
      Counts counts(count);
      run(limit.get(), Counts::task, &counts, count);
      EXPECT_TRUE(counts.allOnce()) << threads << " threads, " << count << " tasks";
    }
}

TEST(ThreadPool, SurvivesManyShortForkJoins) {
  ThreadLimit limit(3);
  std::atomic<int64_t> sum{0};
  auto task = [](void *frame, int64_t index) { *static_cast<std::atomic<int64_t> *>(frame) += index; };
  for (int i = 0; i < 20'000; ++i)
    run(limit.get(), task, &sum, 4);
  EXPECT_EQ(sum, 20'000 * 6);
}

TEST(ThreadPool, WakesParkedWorkers) {
  ThreadLimit limit(2);
  Counts first(2);
  run(limit.get(), Counts::task, &first, 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  // Two tasks that wait for each other can only end on two threads.
  std::atomic<int> arrived{0};
  run(
      limit.get(),
      [](void *frame, int64_t) {
        auto &count = *static_cast<std::atomic<int> *>(frame);
        ++count;
        while (count < 2)
          std::this_thread::yield();
      },
      &arrived, 2);
  EXPECT_EQ(arrived, 2);
}

TEST(ThreadPool, ServesNestedAndConcurrentCallers) {
  struct Nested {
    ThreadLimit limit{2};
    std::atomic<int> count{0};
  } nested;
  run(
      nested.limit.get(),
      [](void *frame, int64_t) {
        auto *self = static_cast<Nested *>(frame);
        run(
            self->limit.get(), [](void *inner, int64_t) { ++static_cast<Nested *>(inner)->count; }, self, 5);
      },
      &nested, 4);
  EXPECT_EQ(nested.count, 20);

  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      ThreadLimit limit(3);
      for (int j = 0; j < 500; ++j) {
        Counts counts(17);
        run(limit.get(), Counts::task, &counts, 17);
        wrong += !counts.allOnce();
      }
    });
  for (auto &caller : callers)
    caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, FlushesDenormalsOnWorkersAndRestoresTheCaller) {
  auto keepsDenormal = [] {
    volatile float small = FLT_MIN;
    return small / 2 != 0;
  };
  EXPECT_TRUE(keepsDenormal());
  {
    FlushDenormals flush;
    EXPECT_FALSE(keepsDenormal());
  }
  EXPECT_TRUE(keepsDenormal());
  // Each task waits for the other, so one of them runs on a worker.
  struct Frame {
    std::atomic<int> arrived{0}, flushed{0};
    std::thread::id caller = std::this_thread::get_id();
  } frame;
  ThreadLimit limit(2);
  run(
      limit.get(),
      [](void *data, int64_t) {
        auto *frame = static_cast<Frame *>(data);
        ++frame->arrived;
        while (frame->arrived < 2)
          std::this_thread::yield();
        volatile float small = FLT_MIN;
        if (std::this_thread::get_id() != frame->caller && small / 2 == 0)
          ++frame->flushed;
      },
      &frame, 2);
  EXPECT_EQ(frame.flushed, 1);
}
