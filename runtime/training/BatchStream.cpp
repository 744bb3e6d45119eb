// SPDX-License-Identifier: Apache-2.0
#include "runtime/training/BatchStream.h"

namespace tenon {

BatchStream::BatchStream(data::BatchFeeder &feeder, bool shuffle, int64_t seed, int64_t first, int64_t *passes)
    : feeder_(feeder), shuffle_(shuffle), seed_(seed), next_(first), passes_(passes) {
  int64_t begun = passes ? *passes : 0, count = feeder.batchCount();
  if ((first + count - 1) / count < begun)
    next_ = begun * count;
}

std::span<const Array> BatchStream::next() {
  int64_t pass = next_ / feeder_.batchCount(), batch = next_ % feeder_.batchCount();
  ++next_;
  if (passes_)
    *passes_ = pass + 1;
  if (!shuffle_)
    return feeder_.batch(batch);
  if (pass != pass_)
    order_ = data::permutation(feeder_.size(), seed_, pass);
  pass_ = pass;
  return feeder_.batch(batch, order_);
}

void BatchStream::goOn(int64_t position, int64_t seed) {
  next_ = position;
  seed_ = seed;
  pass_ = -1;
}

} // namespace tenon
