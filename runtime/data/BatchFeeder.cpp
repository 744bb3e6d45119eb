// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/BatchFeeder.h"
#include "runtime/ThreadPool.h"
#include "runtime/data/Samples.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace tenon::data {
namespace {
/// Rows copied in an order, a large batch by several threads.
struct Gather {
  char *to;
  const char *from;
  const int64_t *order;
  int64_t count;
  size_t bytes; // of a row
  int64_t perTask = 1;

  void run(int threads) {
    constexpr int64_t worth = 1 << 18; // bytes of one task
    perTask = std::max<int64_t>(1, worth / static_cast<int64_t>(std::max<size_t>(1, bytes)));
    ThreadPool::instance().parallelFor(threads, copy, this, (count + perTask - 1) / perTask);
  }
  static void copy(void *frame, int64_t task) {
    const Gather &g = *static_cast<Gather *>(frame);
    for (int64_t i = task * g.perTask, end = std::min(i + g.perTask, g.count); i < end; ++i)
      std::memcpy(g.to + static_cast<size_t>(i) * g.bytes, g.from + static_cast<size_t>(g.order[i]) * g.bytes, g.bytes);
  }
};
} // namespace

BatchFeeder::BatchFeeder(const EntryInfo &entry, const Dataset &dataset, int64_t batchSize, int threads)
    : inputs_(entry), dataset_(dataset), batchSize_(batchSize), threads_(threads) {
  if (batchSize < 1)
    throw Error("batchSize: expected at least 1, received " + std::to_string(batchSize), Fault::Usage);
  if (size() == 0)
    throw Error("the data set holds no samples");
  if (size() > 0)
    batchSize_ = std::min(batchSize_, size());
  if (!dataset_.inMemory())
    return;
  rows_ = inputs_.match(dataset_);
  buffers_.resize(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i)
    if (inputs_.isWeight(i) && dataset_.sampleWeight().empty())
      rows_[i] = Array(std::vector<float>(static_cast<size_t>(batchSize_), 1.0f), {batchSize_});
}

int64_t BatchFeeder::batchCount() const {
  if (dataset_.generator())
    return dataset_.generator()->batchCount();
  return (size() + batchSize_ - 1) / batchSize_;
}

/// The samples' numbers in the order of the pass. Of whole batches the last stays the last when it is not full, as Keras
/// leaves it.
std::vector<int64_t> BatchFeeder::indices() const {
  if (!order_->wholeBatches)
    return permutation(size(), order_->seed, pass_);
  std::vector<int64_t> result;
  for (int64_t batch : permutation(size() / batchSize_, order_->seed, pass_))
    for (int64_t i = 0; i < batchSize_; ++i)
      result.push_back(batch * batchSize_ + i);
  while (static_cast<int64_t>(result.size()) < size())
    result.push_back(static_cast<int64_t>(result.size()));
  return result;
}

void BatchFeeder::begin(int64_t pass, int64_t first, std::optional<Order> order) {
  ahead_.reset();
  next_ = first;
  if (dataset_.generator()) {
    const Generator &generator = *dataset_.generator();
    int64_t end = generator.batchCount() < 0 ? INT64_MAX : generator.batchCount();
    ahead_.emplace(generator.ahead() ? 1 : 0, first, end, [this, pass, next = NextBatch()](int64_t batch) mutable {
      if (!next) // here, so that a worker does it
        next = dataset_.generator()->begin(pass, batch);
      std::optional<Dataset> made = next();
      try {
        if (made && made->size() < 1)
          throw Error("expected arrays of at least one sample");
        return made ? inputs_.complete(*made) : std::vector<Array>();
      } catch (const Error &error) {
        throw Error("batch " + std::to_string(batch) + " of pass " + std::to_string(pass) + ": " + error.what(),
                    error.fault());
      }
    });
    return;
  }
  const bool same = pass == pass_ && order == order_;
  pass_ = pass;
  order_ = order;
  if (!order)
    indices_.clear();
  else if (!same)
    indices_ = indices();
  if (dataset_.samples())
    ahead_.emplace(dataset_.samples()->workers(), first, batchCount(), [this](int64_t batch) { return make(batch); });
}

std::span<const Array> BatchFeeder::next() {
  if (ahead_)
    arrays_ = ahead_->next();
  else if (next_ >= batchCount())
    arrays_.clear();
  else if (order_)
    gather();
  else
    slice();
  next_ += !arrays_.empty();
  return arrays_;
}

std::span<const Array> BatchFeeder::batch(int64_t batch) {
  if (next_ != batch || order_)
    begin(0, batch);
  return next();
}

/// A batch of Samples, by a worker.
std::vector<Array> BatchFeeder::make(int64_t batch) const {
  int64_t begin = batch * batchSize_, count = std::min(batchSize_, size() - begin);
  std::vector<int64_t> own;
  if (indices_.empty()) {
    own.resize(static_cast<size_t>(count));
    std::iota(own.begin(), own.end(), begin);
  }
  std::span<const int64_t> indices(indices_.empty() ? own.data() : indices_.data() + begin, static_cast<size_t>(count));
  Dataset samples = dataset_.samples()->gather(indices);
  try {
    return inputs_.complete(samples);
  } catch (const Error &error) {
    blameSample(*dataset_.samples(), indices, error, [&](const Dataset &one) { inputs_.complete(one); });
  }
}

void BatchFeeder::slice() {
  int64_t begin = next_ * batchSize_, end = std::min(begin + batchSize_, size());
  const bool ones = dataset_.sampleWeight().empty();
  arrays_.clear();
  for (size_t i = 0; i < rows_.size(); ++i)
    arrays_.push_back(ones && inputs_.isWeight(i) ? rows_[i].rows(0, end - begin) : rows_[i].rows(begin, end));
}

void BatchFeeder::gather() {
  int64_t begin = next_ * batchSize_, count = std::min(batchSize_, size() - begin);
  const bool ones = dataset_.sampleWeight().empty();
  arrays_.clear();
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (ones && inputs_.isWeight(i)) {
      arrays_.push_back(rows_[i].rows(0, count));
      continue;
    }
    if (buffers_[i].rowCount() != batchSize_) {
      Shape shape = rows_[i].shape();
      shape[0] = batchSize_;
      buffers_[i] = Array(shape, rows_[i].dtype());
    }
    Gather gather{static_cast<char *>(buffers_[i].raw()), static_cast<const char *>(rows_[i].raw()),
                  indices_.data() + begin, count, rows_[i].rowBytes()};
    gather.run(threads_);
    arrays_.push_back(buffers_[i].rows(0, count));
  }
}

} // namespace tenon::data
