// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_BATCHFEEDER_H
#define TENON_RUNTIME_DATA_BATCHFEEDER_H

#include <tenon/data.h>
#include <tenon/program.h>

#include <span>

namespace tenon::data {

/// Cuts a data set into batches in the form an entry takes them. The arrays are matched to the entry's inputs once
/// (model inputs by name or position, "target:<output>", "sample_weight:<output>" with ones where there is no weight)
/// and converted to their dtypes; a batch is then a view of rows, or rows gathered into memory that is kept.
class BatchFeeder {
public:
  /// threads: how many gather the rows of a large batch.
  BatchFeeder(const EntryInfo &entry, const Dataset &dataset, int64_t batchSize, int threads = 1);
  int64_t size() const { return size_; }
  int64_t batchSize() const { return batchSize_; }
  int64_t batchCount() const { return (size_ + batchSize_ - 1) / batchSize_; }
  /// Batch number `batch` of the samples in their own order.
  std::span<const Array> batch(int64_t batch);
  /// Batch number `batch` of the samples in the given order (a permutation of all).
  std::span<const Array> batch(int64_t batch, const std::vector<int64_t> &order);

private:
  struct Source {
    Array rows;
    bool ones = false; // sample weights of 1: `rows` is as long as one batch
    Array buffer;      // room for one batch, made when rows are gathered first
  };
  int64_t size_, batchSize_;
  int threads_;
  std::vector<Source> sources_;
  std::vector<Array> arrays_;
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_BATCHFEEDER_H
