// SPDX-License-Identifier: Apache-2.0
#include <tenon/data.h>

#include "runtime/data/Fields.h"
#include "runtime/data/LineReader.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tenon::data {
namespace {
class CsvReader {
public:
  CsvReader(const std::string &path, const CsvOptions &options) : path_(path), options_(options), lines_(path) {}

  Dataset read() {
    if (!options_.labelName.empty() && !options_.header)
      throw Error(path_ + ": labelName '" + options_.labelName + "' needs a first line with names (header)",
                  Fault::Usage);
    std::string line;
    for (bool header = options_.header; lines_.next(line); header = false) {
      ++number_;
      if (header)
        findLabel(line);
      else if (!line.empty())
        readLine(line);
    }
    if (rows_ == 0)
      throw Error(path_ + ": holds no samples");
    Shape shape = options_.shape.empty() ? Shape{columns_ - 1} : options_.shape;
    shape.insert(shape.begin(), rows_);
    int64_t width = options_.classes > 0 ? options_.classes : 1;
    return Dataset(Array(std::move(x_), shape), Array(std::move(y_), {rows_, width}));
  }

private:
  [[noreturn]] void fail(const std::string &message) {
    throw Error(path_ + ", line " + std::to_string(number_) + ": " + message);
  }

  /// The number of the column with the label's name.
  void findLabel(const std::string &line) {
    if (options_.labelName.empty())
      return;
    for (size_t begin = 0, column = 0; begin <= line.size(); ++column) {
      size_t end = std::min(line.find(options_.separator, begin), line.size());
      std::string name = line.substr(begin, end - begin);
      if (name.size() > 1 && name.front() == '"' && name.back() == '"')
        name = name.substr(1, name.size() - 2);
      if (name == options_.labelName) {
        labelColumn_ = static_cast<int64_t>(column);
        return;
      }
      begin = end + 1;
    }
    fail("has no column '" + options_.labelName + "', it has " + line);
  }

  void startFirstLine(const std::string &line) {
    columns_ = 1;
    for (char c : line)
      columns_ += c == options_.separator;
    label_ = labelColumn_.value_or(options_.label);
    label_ = label_ < 0 ? label_ + columns_ : label_;
    if (label_ < 0 || label_ >= columns_)
      fail("has " + std::to_string(columns_) + " columns, none is the label's number " +
           std::to_string(options_.label));
    if (!options_.shape.empty() && elementCount(options_.shape) != columns_ - 1)
      fail("expected " + std::to_string(elementCount(options_.shape)) + " values for the shape " +
           toString(options_.shape) + " and a label, received " + std::to_string(columns_) + " columns");
  }

  void readLine(const std::string &line) {
    if (rows_ == 0)
      startFirstLine(line);
    const char *position = line.data(), *end = position + line.size();
    int64_t column = 0;
    for (;; ++column) {
      const char *stop = static_cast<const char *>(std::memchr(position, options_.separator, size_t(end - position)));
      readValue(position, stop ? stop : end, column);
      if (!stop)
        break;
      position = stop + 1;
    }
    if (column + 1 != columns_)
      fail("expected " + std::to_string(columns_) + " columns as in the first, received " + std::to_string(column + 1));
    ++rows_;
  }

  void readValue(const char *begin, const char *end, int64_t column) {
    while (begin < end && (*begin == ' ' || *begin == '\t'))
      ++begin;
    while (begin < end && (end[-1] == ' ' || end[-1] == '\t'))
      --end;
    if (column == label_ && !options_.classNames.empty())
      return addLabel(classOf({begin, end}), {begin, end});
    if (begin == end)
      fail("column " + std::to_string(column + 1) + ": the value is missing");
    const std::optional<float> value = numberIn({begin, static_cast<size_t>(end - begin)});
    if (!value)
      fail("column " + std::to_string(column + 1) + ": expected a number, received '" +
           std::string(begin, std::min<size_t>(size_t(end - begin), 40)) + "'");
    if (column != label_)
      x_.push_back(*value);
    else
      addLabel(*value, {begin, end});
  }

  /// The position of a label among the class names.
  float classOf(std::string_view label) {
    if (label.size() > 1 && label.front() == '"' && label.back() == '"')
      label = label.substr(1, label.size() - 2);
    auto found = std::find(options_.classNames.begin(), options_.classNames.end(), label);
    if (found != options_.classNames.end())
      return static_cast<float>(found - options_.classNames.begin());
    fail("expected a label among " + quotedList(options_.classNames) + ", received '" + std::string(label.substr(0, 40)) + "'");
  }

  void addLabel(float value, std::string_view text) {
    if (options_.classes <= 0) {
      y_.push_back(value);
      return;
    }
    if (!(value >= 0 && value < static_cast<float>(options_.classes)) || value != std::floor(value))
      fail("expected a class from 0 to " + std::to_string(options_.classes - 1) + ", received '" + std::string(text) +
           "'");
    y_.resize(y_.size() + static_cast<size_t>(options_.classes));
    y_[y_.size() - static_cast<size_t>(options_.classes) + static_cast<size_t>(value)] = 1;
  }

  const std::string &path_;
  const CsvOptions &options_;
  LineReader lines_;
  std::vector<float> x_, y_;
  int64_t number_ = 0, rows_ = 0, columns_ = 0, label_ = 0;
  std::optional<int64_t> labelColumn_; // found by name
};
} // namespace

Dataset loadCsv(const std::string &path, const CsvOptions &options) { return CsvReader(path, options).read(); }

} // namespace tenon::data
