// SPDX-License-Identifier: Apache-2.0
#include "runtime/Zip.h"

#include "runtime/LittleEndian.h"
#include "runtime/Memory.h"

#include <tenon/error.h>

#include <algorithm>
#include <cstring>
#include <zlib.h>

namespace tenon {
namespace {
constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                   kLocator64 = 0x07064b50, kMax32 = 0xffffffff;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20;

/// The number at `offset`, which the caller knows to be inside.
uint64_t number(std::string_view bytes, size_t offset, size_t size) { return littleEndian(bytes.substr(offset, size)); }

void append(std::string &to, uint64_t value, int size) {
  for (int i = 0; i < size; ++i)
    to += static_cast<char>(value >> (8 * i) & 255);
}

uint32_t checksum(uint32_t crc, const void *data, size_t size) {
  return static_cast<uint32_t>(crc32_z(crc, static_cast<const Bytef *>(data), size));
}

bool inside(uint64_t begin, uint64_t size, uint64_t limit) { return begin <= limit && size <= limit - begin; }
} // namespace

ZipReader::ZipReader(const std::string &path) : path_(path), file_(mapFile(path)) {
  readDirectory();
  refuseOverlapsAndBombs();
}

void ZipReader::fail(const std::string &message) const { throw Error(path_ + ": " + message); }

void ZipReader::readDirectory() {
  std::string_view bytes = file_.bytes();
  // The end record is the last thing but a comment of at most 64 KiB.
  size_t end = bytes.size() < kEndSize ? std::string_view::npos : bytes.size() - kEndSize;
  size_t lowest = bytes.size() > kEndSize + 65535 ? bytes.size() - kEndSize - 65535 : 0;
  while (end != std::string_view::npos &&
         (number(bytes, end, 4) != kEnd || end + kEndSize + number(bytes, end + 20, 2) != bytes.size()))
    end = end == lowest ? std::string_view::npos : end - 1;
  if (end == std::string_view::npos)
    fail(bytes.substr(0, 2) == "PK" ? "is a damaged or truncated zip archive" : "is no zip archive");
  uint64_t disk = number(bytes, end + 4, 2), here = number(bytes, end + 8, 2), count = number(bytes, end + 10, 2),
           size = number(bytes, end + 12, 4), begin = number(bytes, end + 16, 4), limit = end;
  if (end >= kLocatorSize && number(bytes, end - kLocatorSize, 4) == kLocator64) {
    uint64_t at = number(bytes, end - kLocatorSize + 8, 8);
    if (!inside(at, kEnd64Size, end - kLocatorSize) || number(bytes, at, 4) != kEnd64)
      fail("is a damaged zip archive: its ZIP64 end record is not where it should be");
    disk = number(bytes, at + 16, 4);
    here = number(bytes, at + 24, 8);
    count = number(bytes, at + 32, 8);
    size = number(bytes, at + 40, 8);
    begin = number(bytes, at + 48, 8);
    limit = at;
  }
  if (disk != 0 || here != count)
    fail("is one part of a zip archive of several, expected a whole one");
  if (!inside(begin, size, limit) || count > size / kCentralSize || begin + size != limit)
    fail("is a damaged zip archive: its directory of " + std::to_string(size) + " bytes at " + std::to_string(begin) +
         " does not fit");
  std::string_view directory = bytes.substr(begin, size);
  for (uint64_t i = 0; i < count; ++i) {
    if (directory.size() < kCentralSize || number(directory, 0, 4) != kCentral)
      fail("is a damaged zip archive: entry " + std::to_string(i) + " of its directory is damaged");
    size_t name = number(directory, 28, 2), extra = number(directory, 30, 2), comment = number(directory, 32, 2);
    if (name + extra + comment > directory.size() - kCentralSize)
      fail("is a damaged zip archive: entry " + std::to_string(i) + " of its directory is damaged");
    std::string key(directory.substr(kCentralSize, name));
    Entry entry = readEntry(directory, directory.substr(kCentralSize + name, extra));
    place(key, entry, begin);
    if (!entries_.emplace(key, entry).second)
      fail("holds two entries named '" + key + "'");
    names_.push_back(key);
    directory.remove_prefix(kCentralSize + name + extra + comment);
  }
  if (!directory.empty())
    fail("is a damaged zip archive: its directory holds more than its entries");
}

ZipReader::Entry ZipReader::readEntry(std::string_view record, std::string_view extra) const {
  Entry entry;
  uint64_t flags = number(record, 8, 2), method = number(record, 10, 2);
  if (flags & 1)
    fail("is encrypted");
  if (method != 0 && method != 8)
    fail("uses compression method " + std::to_string(method) + ", expected stored or deflated");
  entry.deflated = method == 8;
  entry.crc = static_cast<uint32_t>(number(record, 16, 4));
  entry.packed = number(record, 20, 4);
  entry.size = number(record, 24, 4);
  entry.header = number(record, 42, 4);
  // ZIP64's extra field holds, in this order, those of the three that do not fit.
  while (extra.size() >= 4) {
    size_t id = number(extra, 0, 2), size = number(extra, 2, 2), at = 4;
    if (size > extra.size() - 4)
      break;
    if (id == 1)
      for (uint64_t *value : {&entry.size, &entry.packed, &entry.header})
        if (*value == kMax32 && at + 8 <= size + 4) {
          *value = number(extra, at, 8);
          at += 8;
        }
    extra.remove_prefix(size + 4);
  }
  return entry;
}

void ZipReader::place(const std::string &name, Entry &entry, uint64_t limit) const {
  std::string_view bytes = file_.bytes();
  auto damaged = [&](const char *why) { fail("is a damaged zip archive: entry '" + name + "' " + why); };
  if (!inside(entry.header, kLocalSize, limit) || number(bytes, entry.header, 4) != kLocal)
    damaged("is not where the directory says");
  uint64_t nameSize = number(bytes, entry.header + 26, 2);
  entry.begin = entry.header + kLocalSize + nameSize + number(bytes, entry.header + 28, 2);
  if (!inside(entry.begin, entry.packed, limit))
    damaged("reaches beyond the file");
  if (bytes.substr(entry.header + kLocalSize, nameSize) != name)
    damaged("has another name in the directory than at its place");
  if (!entry.deflated && entry.packed != entry.size)
    damaged("is stored, but has two sizes");
  // Deflate packs at most 258 bytes into two bits.
  if (entry.size / 1032 > entry.packed + 64)
    damaged("promises more than can be packed into its size");
}

void ZipReader::refuseOverlapsAndBombs() const {
  std::vector<std::pair<uint64_t, uint64_t>> places;
  uint64_t inflated = 0, allowed = (uint64_t(64) << 20) + 100 * uint64_t(file_.size);
  for (auto &[name, entry] : entries_) {
    places.push_back({entry.header, entry.begin + entry.packed});
    inflated += entry.deflated ? entry.size : 0;
    if (inflated > allowed)
      fail("would grow from " + std::to_string(file_.size) + " to more than " + std::to_string(allowed) +
           " bytes, which no data does; if it is meant to be, save it uncompressed (numpy.savez)");
  }
  std::sort(places.begin(), places.end());
  for (size_t i = 1; i < places.size(); ++i)
    if (places[i].first < places[i - 1].second)
      fail("is a damaged zip archive: entries overlap");
}

MappedFile ZipReader::read(const std::string &name, bool verify) const {
  auto found = entries_.find(name);
  if (found == entries_.end())
    fail("holds no entry '" + name + "'");
  const Entry &entry = found->second;
  MappedFile result{file_.owner, file_.data + entry.begin, entry.size};
  if (entry.deflated) {
    result.owner = allocateAligned(entry.size, (path_ + ", " + name).c_str());
    result.data = static_cast<char *>(result.owner.get());
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      fail("not enough memory to inflate '" + name + "'");
    stream.next_in = reinterpret_cast<Bytef *>(file_.data + entry.begin);
    stream.next_out = reinterpret_cast<Bytef *>(result.data);
    uint64_t in = entry.packed, out = entry.size;
    int code = Z_OK;
    while (code == Z_OK) { // zlib counts in 32 bits
      if (stream.avail_in == 0)
        in -= stream.avail_in = static_cast<uInt>(std::min<uint64_t>(in, 1 << 30));
      if (stream.avail_out == 0)
        out -= stream.avail_out = static_cast<uInt>(std::min<uint64_t>(out, 1 << 30));
      code = inflate(&stream, Z_NO_FLUSH);
    }
    bool whole = code == Z_STREAM_END && in + stream.avail_in == 0 && out + stream.avail_out == 0;
    inflateEnd(&stream);
    if (!whole)
      fail("is a damaged zip archive: entry '" + name + "' cannot be inflated");
  }
  if ((verify || entry.deflated) && checksum(0, result.data, result.size) != entry.crc)
    fail("is damaged: the checksum of entry '" + name + "' is wrong");
  return result;
}

void ZipWriter::add(const std::string &name, std::string_view head, const void *data, size_t size) {
  uint64_t total = head.size() + size;
  uint32_t crc = checksum(checksum(0, head.data(), head.size()), data, size);
  const bool big = total >= kMax32, far = offset_ >= kMax32;
  std::string local;
  append(local, kLocal, 4);
  append(local, big ? 45 : 20, 2);
  append(local, 0, 4);        // flags, stored
  append(local, 0x210000, 4); // 1980-01-01, so that equal arrays give equal files
  append(local, crc, 4);
  append(local, big ? kMax32 : total, 4);
  append(local, big ? kMax32 : total, 4);
  append(local, name.size(), 2);
  std::string extra;
  if (big) {
    append(extra, 1, 2);
    append(extra, 16, 2);
    append(extra, total, 8);
    append(extra, total, 8);
  }
  // An extra field of zeros (the one of Android's zipalign) moves the data to a multiple of 64.
  uint64_t end = offset_ + kLocalSize + name.size() + extra.size() + 6;
  uint64_t padding = (64 - end % 64) % 64;
  append(extra, 0xd935, 2);
  append(extra, 2 + padding, 2);
  append(extra, 64, 2);
  extra.append(padding, '\0');
  append(local, extra.size(), 2);
  local += name + extra;

  std::string more;
  if (big || far) {
    append(more, 1, 2);
    append(more, (big ? 16 : 0) + (far ? 8 : 0), 2);
    if (big) {
      append(more, total, 8);
      append(more, total, 8);
    }
    if (far)
      append(more, offset_, 8);
  }
  append(directory_, kCentral, 4);
  append(directory_, 45, 2);
  directory_ += local.substr(4, 24); // version to name length are the same
  append(directory_, more.size(), 2);
  append(directory_, 0, 8); // comment, disk, attributes
  append(directory_, 0, 2);
  append(directory_, far ? kMax32 : offset_, 4);
  directory_ += name + more;

  file_.write(local);
  file_.write(head);
  file_.write(data, size);
  offset_ += local.size() + total;
  ++count_;
}

void ZipWriter::close() {
  std::string end;
  const bool big = offset_ + directory_.size() >= kMax32 || count_ >= 0xffff;
  if (big) {
    append(end, kEnd64, 4);
    append(end, kEnd64Size - 12, 8);
    append(end, 45, 2);
    append(end, 45, 2);
    append(end, 0, 8);
    append(end, count_, 8);
    append(end, count_, 8);
    append(end, directory_.size(), 8);
    append(end, offset_, 8);
    append(end, kLocator64, 4);
    append(end, 0, 4);
    append(end, offset_ + directory_.size(), 8);
    append(end, 1, 4);
  }
  append(end, kEnd, 4);
  append(end, 0, 4);
  append(end, big ? 0xffff : count_, 2);
  append(end, big ? 0xffff : count_, 2);
  append(end, big ? kMax32 : directory_.size(), 4);
  append(end, big ? kMax32 : offset_, 4);
  append(end, 0, 2);
  file_.write(directory_);
  file_.write(end);
  file_.close();
}

} // namespace tenon
