// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Journal.h"
#include "runtime/Crc32c.h"

#include <tenon/error.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::search {
namespace {
constexpr size_t prefix = 9; // the checksum and a space

std::string checksumOf(const std::string &before, std::string_view text) {
  std::string both = before + std::string(text);
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", crc32c(both.data(), both.size()));
  return hex;
}

/// Whether a line may have begun like that.
bool canBegin(std::string_view text) {
  for (size_t i = 0; i < text.size() && i < prefix - 1; ++i)
    if (!std::strchr("0123456789abcdef", text[i]) || !text[i])
      return false;
  return (text.size() < prefix || text[prefix - 1] == ' ') && (text.size() <= prefix || text[prefix] == '{');
}
} // namespace

Journal::Journal(std::string path) : path_(std::move(path)) {
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0)
    failed("cannot open");
}

Journal::~Journal() { close(file_); }

void Journal::failed(const char *what) const { throw Error(path_ + ": " + what + ": " + std::strerror(errno)); }

void Journal::read(const std::function<void(int64_t, const std::string &)> &use) {
  struct stat status;
  if (fstat(file_, &status) != 0)
    failed("cannot read");
  if (status.st_size < end_)
    throw Error(path_ +
                ": the study's journal has become shorter than it was; it was cut or replaced by another program");
  std::string bytes(size_t(status.st_size - end_), 0);
  for (size_t got = 0; got < bytes.size();) {
    ssize_t count = pread(file_, bytes.data() + got, bytes.size() - got, end_ + int64_t(got));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      failed("cannot read");
    got += size_t(count);
  }
  auto damaged = [&](const std::string &what) {
    throw Error(path_ + ": " +
                (lines_ == 0 ? "is no study's journal"
                             : "the study's journal is damaged in line " + std::to_string(lines_ + 1)) +
                ": " + what);
  };
  std::string_view rest = bytes;
  for (size_t length; (length = rest.find('\n')) != rest.npos; rest.remove_prefix(length + 1)) {
    std::string_view line = rest.substr(0, length);
    std::string text(line.substr(std::min(prefix, line.size())));
    std::string checksum = checksumOf(checksum_, text);
    if (line.size() <= prefix || line[prefix - 1] != ' ' || line.substr(0, prefix - 1) != checksum)
      damaged("its checksum does not match");
    try {
      use(lines_, text);
    } catch (const Error &error) {
      damaged(error.what());
    }
    checksum_ = checksum;
    ++lines_;
    end_ += int64_t(length) + 1;
  }
  // A beginning of a line is what a killed writer leaves; a whole line with something else for its end is damage.
  if (!canBegin(rest) ||
      (rest.size() > prefix + 1 &&
       rest.substr(0, prefix - 1) == checksumOf(checksum_, rest.substr(prefix, rest.size() - prefix - 1))))
    damaged("its end is not that of a line");
}

void Journal::append(const std::string &text, bool durable) {
  std::string checksum = checksumOf(checksum_, text), line = checksum + " " + text + "\n";
  if (ftruncate(file_, end_) != 0) // what a killed writer left
    failed("cannot write");
  for (size_t done = 0; done < line.size();) {
    ssize_t count = pwrite(file_, line.data() + done, line.size() - done, end_ + int64_t(done));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      failed("cannot write");
    done += size_t(count);
  }
  if (durable && fdatasync(file_) != 0)
    failed("cannot write");
  checksum_ = checksum;
  end_ += int64_t(line.size());
  ++lines_;
}

} // namespace tenon::search
