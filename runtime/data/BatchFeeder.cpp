// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/BatchFeeder.h"
#include "runtime/ThreadPool.h"

#include <tenon/error.h>

#include <algorithm>
#include <cstring>

namespace tenon::data {
namespace {
constexpr std::string_view kTarget = "target:", kWeight = "sample_weight:";

bool startsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

/// The array as the input takes it: its dtype, and (n,) as (n, 1) or the other way round.
Array fit(Array array, const TensorSpec &spec) {
  size_t rank = spec.dims.size();
  bool oneColumn = array.rank() == 2 && array.shape()[1] == 1;
  if (array.rank() == 1 && rank == 2)
    array = array.reshape({array.rowCount(), 1});
  else if (oneColumn && rank == 1)
    array = array.reshape({array.rowCount()});
  try {
    return array.astype(spec.dtype);
  } catch (const Error &error) {
    throw Error("input '" + spec.name + "' expects " + nameOf(spec.dtype) + ", received " + nameOf(array.dtype()) +
                ": " + error.what());
  }
}

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
    : size_(dataset.size()), batchSize_(std::min<int64_t>(batchSize, size_)), threads_(threads) {
  if (batchSize < 1)
    throw Error("batchSize: expected at least 1, received " + std::to_string(batchSize), Fault::Usage);
  if (size_ < 1)
    throw Error("the data set holds no samples");
  std::vector<std::string> inputs, outputs;
  for (auto &input : entry.inputs) {
    if (startsWith(input.name, kTarget))
      outputs.push_back(input.name.substr(kTarget.size()));
    else if (!startsWith(input.name, kWeight))
      inputs.push_back(input.name);
  }
  std::vector<Array> x = dataset.x().resolve(inputs, "x"), y, weights;
  if (!outputs.empty())
    y = dataset.y().resolve(outputs, "y");
  if (dataset.sampleWeight().count() == 1 && !dataset.sampleWeight().isNamed())
    weights.assign(outputs.size(), dataset.sampleWeight()[0]);
  else if (!dataset.sampleWeight().empty())
    weights = dataset.sampleWeight().resolve(outputs, "sampleWeight");
  size_t nextX = 0, nextY = 0, nextWeight = 0;
  for (auto &input : entry.inputs) {
    Source source;
    if (startsWith(input.name, kTarget)) {
      source.rows = fit(y[nextY++], input);
    } else if (!startsWith(input.name, kWeight)) {
      source.rows = fit(x[nextX++], input);
    } else if (!weights.empty()) {
      source.rows = fit(weights[nextWeight++], input);
    } else {
      source.ones = true;
      source.rows = Array(std::vector<float>(static_cast<size_t>(batchSize_), 1.0f), {batchSize_});
    }
    sources_.push_back(std::move(source));
  }
}

std::span<const Array> BatchFeeder::batch(int64_t batch) {
  int64_t begin = batch * batchSize_, end = std::min(begin + batchSize_, size_);
  arrays_.clear();
  for (auto &source : sources_)
    arrays_.push_back(source.ones ? source.rows.rows(0, end - begin) : source.rows.rows(begin, end));
  return arrays_;
}

std::span<const Array> BatchFeeder::batch(int64_t batch, const std::vector<int64_t> &order) {
  int64_t begin = batch * batchSize_, count = std::min(batchSize_, size_ - begin);
  arrays_.clear();
  for (auto &source : sources_) {
    if (source.ones) {
      arrays_.push_back(source.rows.rows(0, count));
      continue;
    }
    if (source.buffer.rowCount() != batchSize_) {
      Shape shape = source.rows.shape();
      shape[0] = batchSize_;
      source.buffer = Array(shape, source.rows.dtype());
    }
    Gather gather{static_cast<char *>(source.buffer.raw()), static_cast<const char *>(source.rows.raw()),
                  order.data() + begin, count, source.rows.rowBytes()};
    gather.run(threads_);
    arrays_.push_back(source.buffer.rows(0, count));
  }
  return arrays_;
}

} // namespace tenon::data
