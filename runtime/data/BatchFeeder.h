// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_BATCHFEEDER_H
#define TENON_RUNTIME_DATA_BATCHFEEDER_H

#include "runtime/data/EntryInputs.h"
#include "runtime/data/Prefetcher.h"

#include <tenon/data.h>
#include <tenon/program.h>

#include <optional>
#include <span>

namespace tenon::data {

/// The order of a pass: of the samples, or of whole batches, each by a permutation of (seed, pass).
struct Order {
  int64_t seed = 0;
  bool wholeBatches = false;
  bool operator==(const Order &) const = default;
};

/// Cuts a data set into batches in the form an entry takes them. Arrays in memory are matched to the entry's inputs
/// once; a batch is then a view of rows, or rows gathered into memory that is kept. Batches of Samples and Generators
/// are made ahead by workers.
class BatchFeeder {
public:
  /// threads: how many gather the rows of a large batch.
  BatchFeeder(const EntryInfo &entry, const Dataset &dataset, int64_t batchSize, int threads = 1);
  /// Samples, and batches, in a pass; -1 when a generator does not tell.
  int64_t size() const { return dataset_.size(); }
  int64_t batchCount() const;
  int64_t batchSize() const { return batchSize_; }

  /// Goes to batch number `first` of pass number `pass`: samples in their own order, or in another. What lies before is not read (a generator may have to, see fromGenerator).
  void begin(int64_t pass, int64_t first = 0, std::optional<Order> order = {});
  /// The next batch's arrays, valid until the next call; none at the end of the pass.
  std::span<const Array> next();
  /// Batch number `batch` of the samples in their own order.
  std::span<const Array> batch(int64_t batch);

private:
  std::vector<Array> make(int64_t batch) const;
  std::vector<int64_t> indices() const;
  void slice();
  void gather();

  EntryInputs inputs_;
  Dataset dataset_;
  int64_t batchSize_;
  int threads_;
  int64_t pass_ = -1, next_ = -1;
  std::optional<Order> order_;
  std::vector<int64_t> indices_; // of the samples in the order of the pass, when there is one
  std::vector<Array> arrays_;
  // Arrays in memory: all rows as the entry takes them (ones of one batch where there are no weights), and room for
  // one batch, made when rows are gathered first.
  std::vector<Array> rows_, buffers_;
  std::optional<Prefetcher> ahead_;
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_BATCHFEEDER_H
