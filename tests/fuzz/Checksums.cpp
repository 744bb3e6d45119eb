// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Checksums.h"

#include "runtime/Crc32c.h"

#include <tenon/array.h>
#include <tenon/error.h>

#include "schema/container_generated.h"

#include <algorithm>
#include <cstring>
#include <vector>
#include <zlib.h>

namespace tenon::fuzz {
namespace {
template <typename T> T numberAt(const std::string &bytes, size_t at) {
  T value = 0;
  if (at <= bytes.size() && sizeof value <= bytes.size() - at)
    std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
void setNumber(std::string &bytes, size_t at, uint32_t value) {
  if (at <= bytes.size() && sizeof value <= bytes.size() - at)
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

void setVariableChecksums(std::string &file, uint64_t begin) {
  // The directory begins at a multiple of 64, which flatbuffers' alignment relies on.
  std::vector<uint64_t> aligned((file.size() - begin + 7) / 8);
  std::memcpy(aligned.data(), file.data() + begin, file.size() - begin);
  auto *bytes = reinterpret_cast<uint8_t *>(aligned.data());
  flatbuffers::Verifier verifier(bytes, file.size() - begin, 8, 100'000);
  if (!schema::VerifyContainerBuffer(verifier))
    return;
  auto *variables = schema::GetContainer(bytes)->variables();
  for (flatbuffers::uoffset_t i = 0; variables && i < variables->size(); ++i) {
    auto *variable = variables->Get(i);
    // The generated class derives from Table in private.
    auto *table = reinterpret_cast<flatbuffers::Table *>(const_cast<schema::StoredVariable *>(variable));
    uint64_t size = 0;
    try {
      Shape shape;
      if (variable->shape())
        shape.assign(variable->shape()->begin(), variable->shape()->end());
      size = static_cast<uint64_t>(elementCount(shape)) * sizeOf(static_cast<DType>(variable->dtype()));
    } catch (const Error &) {
      continue;
    }
    if (variable->offset() <= begin && size <= begin - variable->offset())
      table->SetField<uint32_t>(schema::StoredVariable::VT_CRC, crc32c(file.data() + variable->offset(), size), 0);
  }
  std::memcpy(file.data() + begin, bytes, file.size() - begin);
}

uint32_t contentChecksum(const std::string &file, uint64_t begin, uint64_t packed, uint32_t size, bool deflated) {
  auto *data = reinterpret_cast<const Bytef *>(file.data() + begin);
  if (!deflated)
    return static_cast<uint32_t>(crc32_z(0, data, packed));
  std::vector<Bytef> content(std::clamp<size_t>(size, 1, 1 << 22));
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return 0;
  stream.next_in = const_cast<Bytef *>(data);
  stream.avail_in = static_cast<uInt>(packed);
  stream.next_out = content.data();
  stream.avail_out = static_cast<uInt>(content.size());
  inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return static_cast<uint32_t>(crc32_z(0, content.data(), stream.total_out));
}
} // namespace

std::string withContainerChecksums(std::string_view given) {
  std::string file(given);
  const auto begin = numberAt<uint64_t>(file, 16);
  if (file.size() < 64 || begin < 64 || begin > file.size())
    return file;
  if (file.size() - begin >= 8)
    setVariableChecksums(file, begin);
  setNumber(file, 12, crc32c(file.data() + begin, file.size() - begin));
  setNumber(file, 32, crc32c(file.data(), 32));
  return file;
}

std::string withZipChecksums(std::string_view given) {
  std::string file(given);
  // Every record of the directory, wherever it lies: of the end record nothing is needed.
  for (size_t at = 0; (at = file.find("PK\1\2", at)) != std::string::npos; at += 4) {
    const bool deflated = numberAt<uint16_t>(file, at + 10) == 8;
    const uint64_t packed = numberAt<uint32_t>(file, at + 20), local = numberAt<uint32_t>(file, at + 42),
                   begin = local + 30 + numberAt<uint16_t>(file, local + 26) + numberAt<uint16_t>(file, local + 28);
    if (begin > file.size() || packed > file.size() - begin)
      continue;
    const uint32_t checksum = contentChecksum(file, begin, packed, numberAt<uint32_t>(file, at + 24), deflated);
    setNumber(file, at + 16, checksum);
    setNumber(file, local + 14, checksum);
  }
  return file;
}

std::string withPngChecksums(std::string_view given) {
  std::string file(given);
  for (size_t at = 8; at + 12 <= file.size();) {
    const uint64_t size = __builtin_bswap32(numberAt<uint32_t>(file, at));
    if (size > file.size() - at - 12)
      break;
    auto *chunk = reinterpret_cast<const Bytef *>(file.data() + at + 4);
    setNumber(file, at + 8 + size, __builtin_bswap32(static_cast<uint32_t>(crc32_z(0, chunk, size + 4))));
    at += 12 + size;
  }
  return file;
}

} // namespace tenon::fuzz
