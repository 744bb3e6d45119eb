// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/Samples.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace tenon::data {
namespace {
class ChosenSamples : public Samples {
public:
  ChosenSamples(std::shared_ptr<const Samples> all, std::vector<int64_t> indices)
      : all_(std::move(all)), indices_(std::move(indices)) {}
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  Dataset gather(std::span<const int64_t> indices) const override {
    std::vector<int64_t> inner;
    for (int64_t index : indices)
      inner.push_back(indices_[static_cast<size_t>(index)]);
    return all_->gather(inner);
  }
  int workers() const override { return all_->workers(); }
  std::string nameOf(int64_t index) const override { return all_->nameOf(indices_[static_cast<size_t>(index)]); }

private:
  std::shared_ptr<const Samples> all_;
  std::vector<int64_t> indices_;
};

using Change = std::function<Dataset(const Dataset &)>;

Dataset changed(const Change &change, const Dataset &batch) {
  Dataset result = change(batch);
  if (result.size() != batch.size())
    throw Error("map: expected as many samples as there were, " + std::to_string(batch.size()) + ", received " +
                std::to_string(result.size()));
  return result;
}

class MappedSamples : public Samples {
public:
  MappedSamples(std::shared_ptr<const Samples> all, Change change) : all_(std::move(all)), change_(std::move(change)) {}
  int64_t size() const override { return all_->size(); }
  Dataset gather(std::span<const int64_t> indices) const override {
    Dataset batch = all_->gather(indices);
    try {
      return changed(change_, batch);
    } catch (const Error &error) {
      blameSample(*all_, indices, error, [&](const Dataset &one) { changed(change_, one); });
    }
  }
  int workers() const override { return all_->workers(); }
  std::string nameOf(int64_t index) const override { return all_->nameOf(index); }

private:
  std::shared_ptr<const Samples> all_;
  Change change_;
};

class WeightedSamples : public Samples {
public:
  WeightedSamples(std::shared_ptr<const Samples> all, const Feed &weights) : all_(std::move(all)), weights_(weights) {
    if (weights_.size() != all_->size())
      throw Error("data set: sampleWeight has " + std::to_string(weights_.size()) + " samples, but x has " +
                  std::to_string(all_->size()));
  }
  int64_t size() const override { return all_->size(); }
  Dataset gather(std::span<const int64_t> indices) const override {
    Dataset batch = all_->gather(indices);
    return Dataset(batch.x(), batch.y(), weights_.gather({indices.begin(), indices.end()}).x());
  }
  int workers() const override { return all_->workers(); }
  std::string nameOf(int64_t index) const override { return all_->nameOf(index); }

private:
  std::shared_ptr<const Samples> all_;
  Dataset weights_;
};

class MappedGenerator : public Generator {
public:
  MappedGenerator(std::shared_ptr<const Generator> all, Change change)
      : all_(std::move(all)), change_(std::move(change)) {}
  int64_t batchCount() const override { return all_->batchCount(); }
  bool ahead() const override { return all_->ahead(); }
  NextBatch begin(int64_t pass, int64_t first) const override {
    return [change = change_, next = all_->begin(pass, first)]() -> std::optional<Dataset> {
      std::optional<Dataset> batch = next();
      return batch ? changed(change, *batch) : batch;
    };
  }

private:
  std::shared_ptr<const Generator> all_;
  Change change_;
};

/// Arrays below each other.
Array stacked(const std::vector<const Array *> &parts) {
  Shape shape = parts[0]->shape();
  shape[0] = 0;
  for (const Array *part : parts) {
    shape[0] += part->rowCount();
    if (part->dtype() != parts[0]->dtype() || part->rank() != parts[0]->rank() ||
        !std::equal(part->shape().begin() + 1, part->shape().end(), shape.begin() + 1))
      throw Error("load: batches differ, an array is " + std::string(nameOf(parts[0]->dtype())) + " " +
                  toString(parts[0]->shape()) + " in the first and " + nameOf(part->dtype()) + " " +
                  toString(part->shape()) + " in another");
  }
  Array result(shape, parts[0]->dtype());
  char *to = static_cast<char *>(result.raw());
  for (const Array *part : parts) {
    if (part->bytes())
      std::memcpy(to, part->raw(), part->bytes());
    to += part->bytes();
  }
  return result;
}

Feed stacked(const std::vector<Dataset> &parts, const Feed &(Dataset::*feed)() const) {
  size_t array = 0;
  return (parts[0].*feed)().map([&](const Array &) {
    std::vector<const Array *> arrays;
    for (const Dataset &part : parts) {
      if ((part.*feed)().count() != (parts[0].*feed)().count())
        throw Error("load: batches differ in their number of arrays");
      arrays.push_back(&(part.*feed)()[array]);
    }
    ++array;
    return stacked(arrays);
  });
}
} // namespace

std::shared_ptr<const Samples> chosen(std::shared_ptr<const Samples> samples, std::vector<int64_t> indices) {
  return std::make_shared<ChosenSamples>(std::move(samples), std::move(indices));
}

void blameSample(const Samples &samples, std::span<const int64_t> indices, const Error &error,
                 const std::function<void(const Dataset &)> &use) {
  for (int64_t index : indices) {
    Dataset one = samples.gather(std::span(&index, 1));
    try {
      use(one);
    } catch (const Error &own) {
      throw Error(samples.nameOf(index) + ": " + own.what(), own.fault());
    }
  }
  throw error;
}

Dataset::Dataset(std::shared_ptr<const Samples> samples) : samples_(std::move(samples)) {
  if (!samples_ || samples_->size() < 0)
    throw Error("data set: expected samples of a known number", Fault::Usage);
  size_ = samples_->size();
}

Dataset::Dataset(std::shared_ptr<const Generator> generator) : size_(-1), generator_(std::move(generator)) {
  if (!generator_)
    throw Error("data set: expected a generator", Fault::Usage);
}

Dataset Dataset::head(int64_t count) const {
  if (inMemory())
    return *this;
  if (samples_) {
    std::vector<int64_t> indices(static_cast<size_t>(std::min(count, size_)));
    std::iota(indices.begin(), indices.end(), 0);
    return samples_->gather(indices);
  }
  std::optional<Dataset> batch = generator_->begin(0, 0)();
  if (!batch)
    throw Error("data set: the generator gave no batch in pass 0");
  return *batch;
}

Dataset Dataset::load() const {
  if (!generator_)
    return head(size_);
  std::vector<Dataset> batches;
  NextBatch next = generator_->begin(0, 0);
  while (std::optional<Dataset> batch = next())
    batches.push_back(std::move(*batch));
  if (batches.empty())
    throw Error("data set: the generator gave no batch in pass 0");
  return Dataset(stacked(batches, &Dataset::x), stacked(batches, &Dataset::y),
                 stacked(batches, &Dataset::sampleWeight));
}

Dataset Dataset::map(std::function<Dataset(const Dataset &)> change) const {
  if (samples_)
    return Dataset(std::shared_ptr<const Samples>(std::make_shared<MappedSamples>(samples_, std::move(change))));
  if (generator_)
    return Dataset(std::shared_ptr<const Generator>(std::make_shared<MappedGenerator>(generator_, std::move(change))));
  return changed(change, *this);
}

Dataset Dataset::withSampleWeight(const Feed &sampleWeight) const {
  if (generator_)
    throw Error(
        "data set: the samples of a generator have no numbers to weigh them by; give the weights in its batches",
        Fault::Usage);
  if (samples_)
    return Dataset(std::shared_ptr<const Samples>(std::make_shared<WeightedSamples>(samples_, sampleWeight)));
  return Dataset(x_, y_, sampleWeight);
}

} // namespace tenon::data
