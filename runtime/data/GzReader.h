// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_GZREADER_H
#define TENON_RUNTIME_DATA_GZREADER_H

#include <tenon/error.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <zlib.h>

namespace tenon::data {

/// The bytes of a plain or gzip-compressed file, of which no more is inflated than is asked for. Errors name the path.
class GzReader {
public:
  explicit GzReader(const std::string &path) : path_(path), file_(gzopen(path.c_str(), "rb"), gzclose) {
    if (!file_)
      throw Error(path + ": cannot be opened: " + std::strerror(errno ? errno : ENOMEM));
    gzbuffer(file_.get(), 1 << 17);
  }

  /// At most `size` bytes; fewer at the end of the file.
  size_t read(void *to, size_t size) {
    size_t done = 0;
    while (done < size) {
      const int got = gzread(file_.get(), static_cast<char *>(to) + done,
                             static_cast<unsigned>(std::min<size_t>(size - done, 1 << 30)));
      if (got <= 0) {
        check();
        break;
      }
      done += static_cast<size_t>(got);
    }
    return done;
  }

private:
  void check() {
    int code = Z_OK;
    const char *message = gzerror(file_.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END)
      // zlib's own messages start with the path.
      throw Error(code == Z_ERRNO ? path_ + ": cannot be read: " + std::strerror(errno) : std::string(message));
  }

  const std::string &path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_GZREADER_H
