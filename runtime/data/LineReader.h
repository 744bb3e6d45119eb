// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_LINEREADER_H
#define TENON_RUNTIME_DATA_LINEREADER_H

#include <tenon/error.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <zlib.h>

namespace tenon::data {

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

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_LINEREADER_H
