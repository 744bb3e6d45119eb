// SPDX-License-Identifier: Apache-2.0
#include <tenon/data.h>

#include "runtime/data/Classes.h"
#include "runtime/data/Samples.h"

#include <tenon/error.h>
#include <tenon/philox.h>
#include <tenon/samples.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace tenon::data {
namespace {
Array gatherRows(const Array &array, const std::vector<int64_t> &indices) {
  Shape shape = array.shape();
  shape[0] = static_cast<int64_t>(indices.size());
  Array result(shape, array.dtype());
  size_t bytes = array.rowBytes();
  for (size_t i = 0; i < indices.size(); ++i)
    std::memcpy(static_cast<char *>(result.raw()) + i * bytes,
                static_cast<const char *>(array.raw()) + static_cast<size_t>(indices[i]) * bytes, bytes);
  return result;
}

/// How many of each class go to the second part: proportional, the remainders to the classes that lost most.
std::vector<int64_t> testCounts(const std::vector<std::vector<int64_t>> &classes, double share, int64_t total) {
  std::vector<int64_t> counts;
  std::vector<std::pair<double, size_t>> lost;
  for (size_t i = 0; i < classes.size(); ++i) {
    double exact = static_cast<double>(classes[i].size()) * share;
    counts.push_back(static_cast<int64_t>(exact));
    lost.push_back({counts.back() - exact, i});
  }
  std::sort(lost.begin(), lost.end());
  int64_t rest = total - std::accumulate(counts.begin(), counts.end(), int64_t(0));
  for (int64_t i = 0; i < rest && i < static_cast<int64_t>(lost.size()); ++i)
    ++counts[lost[static_cast<size_t>(i)].second];
  return counts;
}

/// Merges lists so that every stretch of the result holds them in proportion.
std::vector<int64_t> interleave(const std::vector<std::vector<int64_t>> &lists) {
  std::vector<std::pair<double, int64_t>> keyed;
  for (auto &list : lists)
    for (size_t i = 0; i < list.size(); ++i)
      keyed.push_back({(static_cast<double>(i) + 0.5) / static_cast<double>(list.size()), list[i]});
  std::stable_sort(keyed.begin(), keyed.end(), [](auto &a, auto &b) { return a.first < b.first; });
  std::vector<int64_t> result;
  for (auto &entry : keyed)
    result.push_back(entry.second);
  return result;
}
} // namespace

Dataset::Dataset(Feed x, Feed y, Feed sampleWeight)
    : x_(std::move(x)), y_(std::move(y)), sampleWeight_(std::move(sampleWeight)) {
  if (x_.empty())
    throw Error("a data set needs at least one array x");
  auto check = [&](const Feed &feed, const char *what) {
    for (size_t i = 0; i < feed.count(); ++i) {
      std::string name = feed.isNamed()     ? " '" + feed.names()[i] + "'"
                         : feed.count() > 1 ? " " + std::to_string(i)
                                            : "";
      if (feed[i].rank() < 1)
        throw Error(std::string("data set: ") + what + name + " is a scalar, expected the samples along axis 0");
      if (feed[i].rowCount() != x_[0].rowCount())
        throw Error(std::string("data set: ") + what + name + " has " + std::to_string(feed[i].rowCount()) +
                    " samples, but x has " + std::to_string(x_[0].rowCount()));
    }
  };
  check(x_, "x");
  check(y_, "y");
  check(sampleWeight_, "sampleWeight");
  size_ = x_[0].rowCount();
}

const Dataset &Dataset::arrays() const {
  if (!inMemory())
    throw Error("data set: the samples are not in memory, they are made when they are needed; load() has them all, "
                "head() the first",
                Fault::Usage);
  return *this;
}

Dataset Dataset::rows(int64_t begin, int64_t end) const {
  if (!inMemory()) {
    if (begin < 0 || end < begin || end > std::max<int64_t>(size_, 0))
      throw Error("samples " + std::to_string(begin) + " to " + std::to_string(end) + " are outside a data set of " +
                  (size_ < 0 ? "unknown size" : std::to_string(size_)));
    std::vector<int64_t> indices(static_cast<size_t>(end - begin));
    std::iota(indices.begin(), indices.end(), begin);
    return gather(indices);
  }
  auto slice = [&](const Array &array) { return array.rows(begin, end); };
  return Dataset(x_.map(slice), y_.map(slice), sampleWeight_.map(slice));
}

Dataset Dataset::gather(const std::vector<int64_t> &indices) const {
  if (generator_)
    throw Error("data set: the samples of a generator have no numbers to take some of them by; load() has them all",
                Fault::Usage);
  for (int64_t index : indices)
    if (index < 0 || index >= size_)
      throw Error("sample " + std::to_string(index) + " is outside a data set of " + std::to_string(size_));
  if (samples_)
    return Dataset(chosen(samples_, indices));
  auto pick = [&](const Array &array) { return gatherRows(array, indices); };
  return Dataset(x_.map(pick), y_.map(pick), sampleWeight_.map(pick));
}

std::pair<Dataset, Dataset> Dataset::split(const SplitOptions &options) const {
  if (generator_)
    throw Error("split: the samples of a generator cannot be split; load() has them all", Fault::Usage);
  if (!(options.test > 0 && options.test < 1))
    throw Error("split: expected a test share between 0 and 1, received " + std::to_string(options.test));
  int64_t total = std::llround(static_cast<double>(size_) * options.test);
  if (total < 1 || total >= size_)
    throw Error("split: " + std::to_string(size_) + " samples with a test share of " + std::to_string(options.test) +
                " leave one part empty");
  std::vector<int64_t> order = permutation(size_, options.seed, 0);
  // The test part comes first, as in scikit-learn's splitters.
  if (!options.stratified) {
    std::vector<int64_t> test(order.begin(), order.begin() + total);
    order.erase(order.begin(), order.begin() + total);
    return {gather(order), gather(test)};
  }
  if (y().empty())
    throw Error("split: a stratified split needs targets y");
  std::vector<int64_t> classOf = classesOf(y_[0], "split: a stratified split");
  std::map<int64_t, std::vector<int64_t>> byClass;
  for (int64_t index : order)
    byClass[classOf[static_cast<size_t>(index)]].push_back(index);
  std::vector<std::vector<int64_t>> train, test;
  for (auto &entry : byClass)
    train.push_back(std::move(entry.second));
  std::vector<int64_t> counts = testCounts(train, options.test, total);
  for (size_t i = 0; i < train.size(); ++i) {
    test.emplace_back(train[i].begin(), train[i].begin() + counts[i]);
    train[i].erase(train[i].begin(), train[i].begin() + counts[i]);
  }
  return {gather(interleave(train)), gather(interleave(test))};
}

std::vector<int64_t> permutation(int64_t count, int64_t seed, int64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  auto low = [](int64_t value) { return static_cast<uint32_t>(value); };
  auto high = [](int64_t value) { return static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32); };
  for (int64_t i = count - 1; i > 0; --i) {
    auto words = philox({low(i), high(i), low(epoch), high(epoch)}, {low(seed), high(seed)});
    uint64_t draw = uint64_t(words[0]) << 32 | words[1];
    auto j = static_cast<int64_t>(static_cast<unsigned __int128>(draw) * static_cast<uint64_t>(i + 1) >> 64);
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]);
  }
  return order;
}

} // namespace tenon::data
