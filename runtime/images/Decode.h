// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_IMAGES_DECODE_H
#define TENON_RUNTIME_IMAGES_DECODE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::images {

/// Pixels as bytes, rows from the top, channels interleaved.
struct Pixels {
  int64_t height = 0, width = 0;
  int channels = 3;
  std::vector<uint8_t> bytes;
  /// Room for the pixels; an Error that starts with `path` when the size is out of bounds.
  void allocate(int64_t height, int64_t width, const std::string &path);
};

/// Decodes to 1, 3 or 4 channels; an Error that starts with `path`.
Pixels decodeJpeg(std::string_view bytes, int channels, const std::string &path);
Pixels decodePng(std::string_view bytes, int channels, const std::string &path);
/// The bytes of a PNG file.
std::string encodePng(Pixels pixels);
/// Either of the two, by its first bytes.
Pixels decode(std::string_view bytes, int channels, const std::string &path);

} // namespace tenon::images
#endif // TENON_RUNTIME_IMAGES_DECODE_H
