// SPDX-License-Identifier: Apache-2.0
#include <tenon/preprocessing.h>

#include <tenon/error.h>

#include <algorithm>
#include <cmath>

namespace tenon::data {

Array toCategorical(const Array &labels, int64_t numClasses) {
  Shape shape = labels.shape();
  if (shape.size() > 1 && shape.back() == 1)
    shape.pop_back();
  auto labelAt = [&](int64_t i) {
    double value = labels.at(i);
    if (!(value >= 0 && value < 1e15) || std::floor(value) != value)
      throw Error("toCategorical: label " + std::to_string(i) + " is " + std::to_string(value) +
                  ", expected a whole number of 0 or more");
    return static_cast<int64_t>(value);
  };
  int64_t classes = numClasses;
  if (numClasses < 0 || (numClasses == 0 && labels.size() == 0))
    throw Error("toCategorical: expected numClasses of at least 1, received " + std::to_string(numClasses));
  for (int64_t i = 0; i < labels.size(); ++i) {
    int64_t label = labelAt(i);
    if (numClasses == 0)
      classes = std::max(classes, label + 1);
    else if (label >= numClasses)
      throw Error("toCategorical: label " + std::to_string(i) + " is " + std::to_string(label) + ", but there are " +
                  std::to_string(numClasses) + " classes, 0 to " + std::to_string(numClasses - 1));
  }
  shape.push_back(classes);
  Array result(shape, DType::F32);
  for (int64_t i = 0; i < labels.size(); ++i)
    result.data<float>()[i * classes + labelAt(i)] = 1;
  return result;
}

namespace {

template <typename T> Array padded(const std::vector<std::vector<T>> &sequences, const PadOptions &options) {
  for (const auto &[what, given] : {std::pair("padding", options.padding), std::pair("truncating", options.truncating)})
    if (given != "pre" && given != "post")
      throw Error(std::string("padSequences: expected ") + what + " \"pre\" or \"post\", received \"" + given + "\"");
  if (options.maxlen < 0)
    throw Error("padSequences: expected maxlen of at least 1, received " + std::to_string(options.maxlen));
  size_t length = static_cast<size_t>(options.maxlen);
  if (length == 0)
    for (const auto &sequence : sequences)
      length = std::max(length, sequence.size());
  if (static_cast<double>(static_cast<T>(options.value)) != options.value && std::is_integral_v<T>)
    throw Error("padSequences: value " + std::to_string(options.value) + " is no whole number");
  Array result({static_cast<int64_t>(sequences.size()), static_cast<int64_t>(length)}, DTypeOf<T>::value);
  T *row = result.data<T>();
  std::fill(row, row + result.size(), static_cast<T>(options.value));
  for (const auto &sequence : sequences) {
    size_t kept = std::min(sequence.size(), length);
    auto from = options.truncating == "pre" ? sequence.end() - static_cast<ptrdiff_t>(kept) : sequence.begin();
    std::copy_n(from, kept, row + (options.padding == "pre" ? length - kept : 0));
    row += length;
  }
  return result;
}

/// Calls visit(element, statistic) for every element of `shape`, where `statistics` has 1 at reduced axes.
template <typename Visit> void each(const Shape &shape, const Shape &statistics, Visit &&visit) {
  std::vector<int64_t> stride(shape.size(), 0), index(shape.size(), 0);
  int64_t step = 1, at = 0;
  for (size_t axis = shape.size(); axis-- > 0; step *= statistics[axis])
    stride[axis] = statistics[axis] == 1 ? 0 : step;
  for (int64_t i = 0, count = elementCount(shape); i < count; ++i) {
    visit(i, at);
    for (size_t axis = shape.size(); axis-- > 0;) {
      at += stride[axis];
      if (++index[axis] < shape[axis])
        break;
      at -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

} // namespace

Array padSequences(const std::vector<std::vector<int32_t>> &sequences, const PadOptions &options) {
  return padded(sequences, options);
}
Array padSequences(const std::vector<std::vector<float>> &sequences, const PadOptions &options) {
  return padded(sequences, options);
}

Normalizer::Normalizer(const Array &data, const NormalizerOptions &options) {
  if (data.size() == 0)
    throw Error("Normalizer: the data is empty");
  Shape shape = data.shape();
  for (int64_t axis : options.axes) {
    int64_t place = axis < 0 ? axis + data.rank() : axis;
    if (place < 0 || place >= data.rank())
      throw Error("Normalizer: axis " + std::to_string(axis) + " is not one of data of shape " +
                  toString(data.shape()));
    shape[static_cast<size_t>(place)] = 1;
  }
  std::vector<double> mean(static_cast<size_t>(elementCount(shape))), deviation(mean.size());
  double share = static_cast<double>(mean.size()) / static_cast<double>(data.size());
  each(data.shape(), shape, [&](int64_t i, int64_t at) { mean[static_cast<size_t>(at)] += data.at(i); });
  for (double &value : mean)
    value *= share;
  each(data.shape(), shape, [&](int64_t i, int64_t at) {
    double distance = data.at(i) - mean[static_cast<size_t>(at)];
    deviation[static_cast<size_t>(at)] += distance * distance;
  });
  for (double &value : deviation)
    value = std::sqrt(value * share);
  mean_ = Array::fromDoubles(mean, shape);
  std_ = Array::fromDoubles(deviation, shape);
}

Array Normalizer::operator()(const Array &data) const {
  const Shape &shape = data.shape();
  bool fits = data.rank() == mean_.rank();
  for (size_t axis = 0; fits && axis < shape.size(); ++axis)
    fits = mean_.shape()[axis] == 1 || mean_.shape()[axis] == shape[axis];
  if (!fits)
    throw Error("Normalizer: its statistics have shape " + toString(mean_.shape()) + ", which data of shape " +
                toString(shape) + " does not fit");
  Array result(shape, DType::F32);
  float *to = result.data<float>();
  const float *mean = mean_.data<float>(), *deviation = std_.data<float>();
  each(shape, mean_.shape(), [&](int64_t i, int64_t at) {
    double distance = data.at(i) - mean[at];
    to[i] = static_cast<float>(deviation[at] > 0 ? distance / deviation[at] : distance);
  });
  return result;
}

Dataset Normalizer::operator()(const Dataset &dataset) const {
  return dataset.map([normalizer = *this](const Dataset &samples) {
    if (samples.x().count() != 1)
      throw Error("Normalizer: expected a data set with one array x, received " + std::to_string(samples.x().count()));
    return Dataset(normalizer(samples.x(0)), samples.y(), samples.sampleWeight());
  });
}

} // namespace tenon::data
