// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_DATA_H
#define TENON_DATA_H

#include <tenon/array.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tenon {

/// Arrays for a model's inputs, outputs or weights: one, a list in the model's order, or named.
class Feed {
public:
  Feed() = default;
  Feed(Array array) : arrays_{std::move(array)} {}
  Feed(std::vector<Array> arrays) : arrays_(std::move(arrays)) {}
  Feed(std::initializer_list<Array> arrays) : arrays_(arrays) {}
  Feed(std::initializer_list<std::pair<std::string, Array>> named);
  Feed(const std::map<std::string, Array> &named);

  bool empty() const { return arrays_.empty(); }
  size_t count() const { return arrays_.size(); }
  bool isNamed() const { return !names_.empty(); }
  const std::vector<std::string> &names() const { return names_; }
  const std::vector<Array> &arrays() const { return arrays_; }
  const Array &operator[](size_t index) const { return arrays_.at(index); }
  /// An Error that lists the names there are when there is none of that name.
  const Array &at(const std::string &name) const;

  /// The arrays for `expected` names, in that order: by name when this feed is named, by position otherwise. An Error
  /// starting with `what` when one is missing or too many.
  std::vector<Array> resolve(const std::vector<std::string> &expected, const std::string &what) const;
  /// The feed with every array replaced by change(array).
  template <typename Change> Feed map(Change &&change) const {
    Feed result = *this;
    for (Array &array : result.arrays_)
      array = change(array);
    return result;
  }

private:
  std::vector<std::string> names_; // empty: positional
  std::vector<Array> arrays_;
};

namespace data {

class Samples;
class Generator;

struct SplitOptions {
  double test = 0.25;      ///< the share of the second part
  bool stratified = false; ///< both parts keep the proportions of the classes
  int64_t seed = 0;
};

/// Samples: inputs x, targets y (may be empty) and sample weights (may be empty), all with the samples along axis 0.
/// They are arrays in memory, or come when they are needed from Samples or a Generator (<tenon/samples.h>). Copies
/// share what they hold.
class Dataset {
public:
  Dataset() = default;
  /// An Error when the arrays differ in their number of rows.
  Dataset(Feed x, Feed y = {}, Feed sampleWeight = {});
  Dataset(std::shared_ptr<const Samples> samples);
  Dataset(std::shared_ptr<const Generator> generator);

  /// The number of samples; -1 for a generator.
  int64_t size() const { return size_; }
  bool inMemory() const { return !samples_ && !generator_; }
  /// The arrays; an Error when they are not in memory.
  const Feed &x() const { return arrays().x_; }
  const Feed &y() const { return arrays().y_; }
  const Feed &sampleWeight() const { return arrays().sampleWeight_; }
  const Array &x(size_t index) const { return x()[index]; }
  const Array &y(size_t index) const { return y()[index]; }
  /// Where the samples come from; null when it is another thing.
  const std::shared_ptr<const Samples> &samples() const { return samples_; }
  const std::shared_ptr<const Generator> &generator() const { return generator_; }

  /// Samples [begin, end), sharing the elements; an Error for a generator, as for all below that go by numbers.
  Dataset rows(int64_t begin, int64_t end) const;
  /// The first `count` samples, sharing the elements.
  Dataset take(int64_t count) const { return rows(0, count); }
  /// The samples at these indices: copied, or, when not in memory, to be made when they are needed.
  Dataset gather(const std::vector<int64_t> &indices) const;
  /// Samples as arrays: all of those in memory, otherwise at most `count` of the first, of a generator its first batch.
  Dataset head(int64_t count) const;
  /// All samples as arrays in memory, a generator's first pass.
  Dataset load() const;
  /// The data set with change(batch) for every batch, which has the same number of samples: scaling, augmenting,
  /// checking. In memory it is done at once, otherwise when a batch is needed, by several threads at once. An Error of
  /// `change` is told with the sample it comes from.
  Dataset map(std::function<Dataset(const Dataset &)> change) const;
  /// The data set with these weights in place of its own.
  Dataset withSampleWeight(const Feed &sampleWeight) const;

  /// The samples, shuffled by the seed, in two parts. With `stratified` the first target's classes (one-hot, or whole
  /// numbers in one column) keep their proportions in both parts, and each part interleaves them, so that any tail of
  /// it holds every class in proportion too.
  std::pair<Dataset, Dataset> split(const SplitOptions &options = {}) const;

private:
  const Dataset &arrays() const;

  Feed x_, y_, sampleWeight_;
  int64_t size_ = 0;
  std::shared_ptr<const Samples> samples_;
  std::shared_ptr<const Generator> generator_;
};

struct CsvOptions {
  Shape shape = {};    ///< of one sample's x; empty: (columns - 1,)
  int64_t classes = 0; ///< > 0: y is one-hot of this many classes, shape (n, classes); 0: y is the label, shape (n, 1)
  bool header = false; ///< the first line holds names
  int64_t label = -1;  ///< the column of y, negative counts from the end
  char separator = ',';
  std::string labelName = {};               ///< the column of y by its name in the header, in place of `label`
  std::vector<std::string> classNames = {}; ///< labels are these texts: y is their position here
};

/// Reads numbers (labels may be texts) from a CSV file, gzip-compressed or not. An Error names the file and the line.
/// <tenon/table.h> reads columns of texts, quoted fields and missing values.
Dataset loadCsv(const std::string &path, const CsvOptions &options = {});

inline Dataset fromArrays(Feed x, Feed y = {}, Feed sampleWeight = {}) {
  return Dataset(std::move(x), std::move(y), std::move(sampleWeight));
}

/// The numbers 0 .. count-1 in an order that depends on (seed, epoch) alone.
std::vector<int64_t> permutation(int64_t count, int64_t seed, int64_t epoch);

} // namespace data

using data::Dataset;

} // namespace tenon
#endif // TENON_DATA_H
