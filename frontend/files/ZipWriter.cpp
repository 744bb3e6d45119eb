// SPDX-License-Identifier: Apache-2.0
// The format: PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end).
#include "frontend/files/ZipWriter.h"
#include <zlib.h>

namespace tenon::files {
namespace {

constexpr uint64_t most32 = 0xffffffff;
constexpr uint16_t version = 45; // the first with 64-bit sizes

/// Little-endian fields.
class Record {
public:
  std::string bytes;
  Record &u16(uint64_t value) { return put(value, 2); }
  Record &u32(uint64_t value) { return put(value, 4); }
  Record &u64(uint64_t value) { return put(value, 8); }

private:
  Record &put(uint64_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes.push_back(static_cast<char>(value >> 8 * i));
    return *this;
  }
};

bool isLarge(uint64_t value) { return value >= most32; }
uint64_t capped(uint64_t value) { return isLarge(value) ? most32 : value; }

// What both headers of an entry say: versions, flag for UTF-8 names, no compression, 1980-01-01.
void common(Record &record, uint32_t checksum, uint64_t size, size_t nameLength, size_t extraLength) {
  record.u16(version).u16(1 << 11).u16(0).u16(0).u16(0x21).u32(checksum).u32(capped(size)).u32(capped(size));
  record.u16(nameLength).u16(extraLength);
}

} // namespace

void ZipWriter::write(std::string_view bytes) {
  file.write(bytes);
  position += bytes.size();
}

void ZipWriter::add(const std::string &name, std::string_view content) {
  Entry entry{name, 0, content.size(), position};
  entry.checksum = static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef *>(content.data()), content.size()));
  Record extra, header;
  if (isLarge(entry.size))
    extra.u16(1).u16(16).u64(entry.size).u64(entry.size);
  header.u32(0x04034b50);
  common(header, entry.checksum, entry.size, name.size(), extra.bytes.size());
  write(header.bytes + name + extra.bytes);
  write(content);
  entries.push_back(std::move(entry));
}

void ZipWriter::finish() {
  const uint64_t start = position;
  for (const Entry &entry : entries) {
    Record sizes, extra, header;
    if (isLarge(entry.size))
      sizes.u64(entry.size).u64(entry.size);
    if (isLarge(entry.offset))
      sizes.u64(entry.offset);
    if (!sizes.bytes.empty())
      extra.u16(1).u16(sizes.bytes.size());
    header.u32(0x02014b50).u16(3 << 8 | version); // made on Unix, whose permissions are in the upper half
    common(header, entry.checksum, entry.size, entry.name.size(), extra.bytes.size() + sizes.bytes.size());
    header.u16(0).u16(0).u16(0).u32(uint64_t(0600) << 16).u32(capped(entry.offset));
    write(header.bytes + entry.name + extra.bytes + sizes.bytes);
  }
  const uint64_t size = position - start, end = position;
  Record record;
  if (isLarge(start) || isLarge(size)) {
    record.u32(0x06064b50).u64(44).u16(3 << 8 | version).u16(version).u32(0).u32(0);
    record.u64(entries.size()).u64(entries.size()).u64(size).u64(start);
    record.u32(0x07064b50).u32(0).u64(end).u32(1);
  }
  record.u32(0x06054b50).u16(0).u16(0).u16(entries.size()).u16(entries.size());
  record.u32(capped(size)).u32(capped(start)).u16(0);
  write(record.bytes);
}

} // namespace tenon::files
