// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_TRAINING_BATCHSTREAM_H
#define TENON_RUNTIME_TRAINING_BATCHSTREAM_H

#include "runtime/data/BatchFeeder.h"

namespace tenon {

/// The batches of all epochs in a row: pass after pass over the data, each in an order of its own that depends on
/// (seed, pass) alone.
class BatchStream {
public:
  /// Begins with batch number `first` of a training from its very start, or, when its pass was begun by a training
  /// before and not left in its middle, with the next pass that was not.
  BatchStream(data::BatchFeeder &feeder, bool shuffle, int64_t seed, int64_t first, int64_t *passes);
  std::span<const Array> next();

  /// The number of the next batch since the very start, to go on there.
  int64_t position() const { return next_; }
  void goOn(int64_t position, int64_t seed);

private:
  data::BatchFeeder &feeder_;
  bool shuffle_;
  int64_t seed_, pass_ = -1, next_;
  int64_t *passes_;
  std::vector<int64_t> order_;
};

} // namespace tenon
#endif // TENON_RUNTIME_TRAINING_BATCHSTREAM_H
