// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/Png.h"

#include <tenon/error.h>

#include <zlib.h>

namespace tenon::events {
namespace {
void appendBigEndian(std::string &text, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    text += static_cast<char>(value >> shift & 255);
}

void appendChunk(std::string &file, const std::string &type, const std::string &data) {
  const std::string checked = type + data;
  appendBigEndian(file, static_cast<uint32_t>(data.size()));
  file += checked;
  appendBigEndian(file, static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef *>(checked.data()), static_cast<uInt>(checked.size()))));
}

std::string deflated(const std::string &data) {
  uLongf size = compressBound(data.size());
  std::string result(size, '\0');
  if (compress(reinterpret_cast<Bytef *>(result.data()), &size, reinterpret_cast<const Bytef *>(data.data()), data.size()) != Z_OK)
    throw Error("png: zlib cannot compress " + std::to_string(data.size()) + " bytes", Fault::Tenon);
  result.resize(size);
  return result;
}
} // namespace

std::string png(const std::vector<uint8_t> &pixels, int64_t width, int64_t height, int channels) {
  std::string header;
  appendBigEndian(header, static_cast<uint32_t>(width));
  appendBigEndian(header, static_cast<uint32_t>(height));
  header += {8, static_cast<char>(channels == 1 ? 0 : channels == 3 ? 2 : 6), 0, 0, 0};
  std::string rows;
  const size_t rowSize = static_cast<size_t>(width) * static_cast<size_t>(channels);
  for (size_t row = 0; row < static_cast<size_t>(height); ++row) {
    rows += '\0'; // no filter
    rows.append(reinterpret_cast<const char *>(pixels.data()) + row * rowSize, rowSize);
  }
  std::string file = "\x89PNG\r\n\x1a\n";
  appendChunk(file, "IHDR", header);
  appendChunk(file, "IDAT", deflated(rows));
  appendChunk(file, "IEND", "");
  return file;
}

} // namespace tenon::events
