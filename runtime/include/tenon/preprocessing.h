// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_PREPROCESSING_H
#define TENON_PREPROCESSING_H

#include <tenon/data.h>

namespace tenon::data {

/// Class numbers as rows of 0 with a 1 at the class: labels (n,) or (n, 1) become float32 (n, numClasses), (n, t)
/// become (n, t, numClasses). `numClasses` 0 means the largest label + 1, which may be less than a model has outputs:
/// give it. An Error for a label that is no whole number from 0 to numClasses - 1.
Array toCategorical(const Array &labels, int64_t numClasses = 0);

/// Keras's pad_sequences arguments.
struct PadOptions {
  int64_t maxlen = 0;             ///< the length of all; 0: that of the longest
  std::string padding = "pre";    ///< where a shorter one is filled up: "pre" or "post"
  std::string truncating = "pre"; ///< where a longer one loses entries: "pre" keeps its last ones, "post" its first
  double value = 0;               ///< what is filled in
};
/// Sequences of different lengths as one array (n, maxlen), int32 or float32.
Array padSequences(const std::vector<std::vector<int32_t>> &sequences, const PadOptions &options = {});
Array padSequences(const std::vector<std::vector<float>> &sequences, const PadOptions &options = {});

struct NormalizerOptions {
  /// Axes over which mean and deviation are taken, as NumPy counts them: {0} gives every entry of a sample its own,
  /// {0, 1, 2} the channels of images.
  std::vector<int64_t> axes = {0};
};
/// (data - mean) / std, with mean and standard deviation (of the whole, not of a sample) taken from one array, the
/// training data, and applied to any. Entries that are always the same become 0.
class Normalizer {
public:
  /// Computed in double precision; an Error when the data is empty or an axis is not one of its axes.
  explicit Normalizer(const Array &data, const NormalizerOptions &options = {});
  /// float32 of the data's shape; an Error when a dimension that has statistics of its own differs.
  Array operator()(const Array &data) const;
  /// The data set with its x, which must be one array, normalized.
  Dataset operator()(const Dataset &dataset) const;
  /// float32, the data's shape with 1 at the axes.
  const Array &mean() const { return mean_; }
  const Array &std() const { return std_; }

private:
  Array mean_, std_;
};

} // namespace tenon::data
#endif // TENON_PREPROCESSING_H
