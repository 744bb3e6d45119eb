// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_LINEREADER_H
#define TENON_RUNTIME_DATA_LINEREADER_H

#include "runtime/data/GzReader.h"

#include <string>
#include <vector>

namespace tenon::data {

/// Lines of a plain or gzip-compressed file, without their ends.
class LineReader {
public:
  explicit LineReader(const std::string &path) : path_(path), file_(path) {}

  /// The next line; false at the end. A byte of zero is one like any other.
  bool next(std::string &line) {
    line.clear();
    do {
      const char *begin = buffer_.data() + at_, *end = buffer_.data() + filled_;
      auto *newline = static_cast<const char *>(std::memchr(begin, '\n', static_cast<size_t>(end - begin)));
      line.append(begin, newline ? newline : end);
      // A file of a few kilobytes can be deflated from a line of gigabytes.
      if (line.size() > (size_t(1) << 26))
        throw Error(path_ + ": has a line of more than " + std::to_string(1 << 26) + " bytes");
      at_ = newline ? static_cast<size_t>(newline + 1 - buffer_.data()) : filled_;
      if (newline) {
        if (!line.empty() && line.back() == '\r')
          line.pop_back();
        return true;
      }
    } while (fill());
    return !line.empty();
  }

private:
  bool fill() {
    at_ = 0;
    filled_ = file_.read(buffer_.data(), buffer_.size());
    return filled_ > 0;
  }

  const std::string &path_;
  GzReader file_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  size_t at_ = 0, filled_ = 0; // of the buffer: where the next line begins, and where what was read ends
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_LINEREADER_H
