// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_PREFETCHER_H
#define TENON_RUNTIME_DATA_PREFETCHER_H

#include <tenon/array.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace tenon::data {

/// Makes numbered batches ahead of their use and hands them out in order, so that what comes out does not depend on
/// the number of workers or on timing. At most one batch more than there are workers waits.
class Prefetcher {
public:
  /// The arrays of a batch; none ends the batches.
  using Make = std::function<std::vector<Array>(int64_t batch)>;
  /// Makes batches first, first + 1, ... below `end`, each by one worker; 0 workers: in next() itself.
  Prefetcher(int workers, int64_t first, int64_t end, Make make);
  /// Waits for batches that are being made.
  ~Prefetcher();
  Prefetcher(const Prefetcher &) = delete;
  /// The next batch, empty after the last; throws what making it threw, when its turn comes.
  std::vector<Array> next();

private:
  struct Made {
    std::vector<Array> arrays;
    std::exception_ptr error;
  };
  Made make(int64_t batch) const;
  void work();

  const Make make_;
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  std::map<int64_t, Made> made_;
  int64_t next_, claimed_, end_, ahead_;
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_PREFETCHER_H
