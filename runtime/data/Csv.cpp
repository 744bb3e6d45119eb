// SPDX-License-Identifier: Apache-2.0
#include <tenon/data.h>

#include <tenon/error.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <zlib.h>

namespace tenon::data {
namespace {
/// Lines of a plain or gzip-compressed file, without their ends.
class LineReader {
public:
  explicit LineReader(const std::string &path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_)
      throw Error(path + ": cannot be opened: " + std::strerror(errno ? errno : ENOMEM));
    gzbuffer(file_, 1 << 17);
  }
  ~LineReader() { gzclose(file_); }
  LineReader(const LineReader &) = delete;

  bool next(std::string &line) {
    line.clear();
    char buffer[4096];
    while (gzgets(file_, buffer, sizeof buffer)) {
      line += buffer;
      if (!line.empty() && line.back() == '\n') {
        line.pop_back();
        if (!line.empty() && line.back() == '\r')
          line.pop_back();
        return true;
      }
    }
    int code = Z_OK;
    const char *message = gzerror(file_, &code);
    if (code != Z_OK && code != Z_STREAM_END)
      // zlib's own messages start with the path.
      throw Error(code == Z_ERRNO ? path_ + ": cannot be read: " + std::strerror(errno) : std::string(message));
    return !line.empty();
  }

private:
  const std::string &path_;
  gzFile file_;
};

class CsvReader {
public:
  CsvReader(const std::string &path, const CsvOptions &options) : path_(path), options_(options), lines_(path) {}

  Dataset read() {
    std::string line;
    for (bool header = options_.header; lines_.next(line); header = false) {
      ++number_;
      if (!header && !line.empty())
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

  void startFirstLine(const std::string &line) {
    columns_ = 1;
    for (char c : line)
      columns_ += c == options_.separator;
    label_ = options_.label < 0 ? options_.label + columns_ : options_.label;
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
    float value = 0;
    auto result = std::from_chars(begin + (begin < end && *begin == '+'), end, value);
    if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value))
      fail("column " + std::to_string(column + 1) + ": expected a number, received '" +
           std::string(begin, std::min<size_t>(size_t(end - begin), 40)) + "'");
    if (column != label_) {
      x_.push_back(value);
    } else if (options_.classes > 0) {
      if (!(value >= 0 && value < static_cast<float>(options_.classes)) || value != std::floor(value))
        fail("expected a class from 0 to " + std::to_string(options_.classes - 1) + ", received '" +
             std::string(begin, end) + "'");
      y_.resize(y_.size() + static_cast<size_t>(options_.classes));
      y_[y_.size() - static_cast<size_t>(options_.classes) + static_cast<size_t>(value)] = 1;
    } else {
      y_.push_back(value);
    }
  }

  const std::string &path_;
  const CsvOptions &options_;
  LineReader lines_;
  std::vector<float> x_, y_;
  int64_t number_ = 0, rows_ = 0, columns_ = 0, label_ = 0;
};
} // namespace

Dataset loadCsv(const std::string &path, const CsvOptions &options) { return CsvReader(path, options).read(); }

} // namespace tenon::data
