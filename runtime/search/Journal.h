// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_JOURNAL_H
#define TENON_RUNTIME_SEARCH_JOURNAL_H

#include <functional>
#include <string>

namespace tenon::search {

/// A file of lines that only grows: "CHECKSUM TEXT\n", CHECKSUM being the CRC-32C, in hex, of the checksum of the line
/// before and TEXT, so that a changed, lost or moved line is found. A line without its end at the file's end is what a
/// writer left that was killed; it never counted, and the next writer cuts it off. The caller holds a lock that
/// excludes other writers and readers while it calls read or append.
class Journal {
public:
  /// Makes the file when there is none.
  explicit Journal(std::string path);
  ~Journal();
  Journal(const Journal &) = delete;

  /// Hands out the lines that came since the last call, with their numbers from 0. An Error with the path and the line
  /// when the file is damaged or no journal.
  void read(const std::function<void(int64_t line, const std::string &text)> &use);
  /// Adds a line, everything before having been read; `durable` lines are on the disk when it returns.
  void append(const std::string &text, bool durable);
  int64_t lines() const { return lines_; }
  const std::string &path() const { return path_; }

private:
  [[noreturn]] void failed(const char *what) const;
  std::string path_;
  int file_ = -1;
  int64_t end_ = 0, lines_ = 0; // of what was read
  std::string checksum_ = "00000000";
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_JOURNAL_H
