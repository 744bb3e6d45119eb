// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_TRAINING_BATCHSTREAM_H
#define TENON_RUNTIME_TRAINING_BATCHSTREAM_H

#include "runtime/data/BatchFeeder.h"

namespace tenon {

/// The batches of all epochs in a row: pass after pass over the data, each in an order of its own that depends on
/// (seed, pass) alone.
class BatchStream {
public:
  /// Where the next batch is: its pass and its number in it.
  struct Position {
    int64_t pass = 0, batch = 0;
  };

  /// One pass, samples in their own order.
  explicit BatchStream(data::BatchFeeder &feeder) : feeder_(feeder) {}
  /// Begins with batch number `first` of a training from its very start, or, when its pass was begun by a training
  /// before and not left in its middle, with the next pass that was not. When the batches of a pass are not known,
  /// `epoch` is the pass to begin with, and, with `endless`, batches before `first` are left out of pass 0.
  BatchStream(data::BatchFeeder &feeder, std::optional<data::Order> order, int64_t first, int epoch, bool endless,
              int64_t *passes);

  /// Whether there is a batch, which take() then gives. At the end of a pass the next one begins in an endless stream;
  /// another has no more until nextPass().
  bool more();
  /// Goes to the next pass, when this one has come to its end.
  void nextPass();
  std::span<const Array> take();

  Position position() const { return at_; }
  void goOn(Position position, std::optional<data::Order> order);

private:
  data::BatchFeeder &feeder_;
  std::optional<data::Order> order_;
  bool endless_ = false;
  bool begun_ = false, ended_ = false; // the pass: only what is asked for is made ready
  int64_t *passes_ = nullptr;
  Position at_;
  std::span<const Array> batches_;
};

} // namespace tenon
#endif // TENON_RUNTIME_TRAINING_BATCHSTREAM_H
