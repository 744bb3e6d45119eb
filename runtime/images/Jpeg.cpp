// SPDX-License-Identifier: Apache-2.0
#include "runtime/images/Decode.h"

#include <tenon/error.h>

#include <csetjmp>
#include <cstdio>
// After <cstdio>, which it uses.
#include <jpeglib.h>
// Its error codes.
#include <jerror.h>

namespace tenon::images {
namespace {
/// libjpeg reports errors by a function that must not return; it jumps back to decodeJpeg's helpers below, in which
/// nothing with a destructor lives.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr info) {
  auto *manager = reinterpret_cast<ErrorManager *>(info->err);
  info->err->format_message(info, manager->message);
  std::longjmp(manager->back, 1);
}

/// Warnings that mean lost pixels are errors; those about oddities of the file are not.
void warn(j_common_ptr info, int level) {
  if (level < 0 && (info->err->msg_code == JWRN_HIT_MARKER || info->err->msg_code == JWRN_HUFF_BAD_CODE ||
                    info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_MUST_RESYNC ||
                    info->err->msg_code == JWRN_BOGUS_PROGRESSION || info->err->msg_code == JWRN_ARITH_BAD_CODE))
    leave(info);
}

/// A progressive file of a few bytes may ask for thousands of passes over a large image.
void limitScans(j_common_ptr info) {
  constexpr int most = 500;
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > most) {
    std::snprintf(reinterpret_cast<ErrorManager *>(info->err)->message, JMSG_LENGTH_MAX, "more than %d scans", most);
    std::longjmp(reinterpret_cast<ErrorManager *>(info->err)->back, 1);
  }
}

struct Decoder {
  jpeg_decompress_struct info;
  ErrorManager errors;
  jpeg_progress_mgr progress;
};

bool start(Decoder &decoder, const unsigned char *bytes, size_t size, int channels) {
  if (setjmp(decoder.errors.back))
    return false;
  jpeg_create_decompress(&decoder.info); // here: it can fail too
  decoder.info.progress = &decoder.progress;
  jpeg_mem_src(&decoder.info, bytes, static_cast<unsigned long>(size));
  jpeg_read_header(&decoder.info, TRUE);
  const bool fourColours = decoder.info.jpeg_color_space == JCS_CMYK || decoder.info.jpeg_color_space == JCS_YCCK;
  decoder.info.out_color_space = fourColours ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  // What TensorFlow's decode_image, and so Keras, uses.
  decoder.info.dct_method = JDCT_IFAST;
  return true;
}

bool read(Decoder &decoder, uint8_t *row, size_t rowBytes) {
  if (setjmp(decoder.errors.back))
    return false;
  jpeg_start_decompress(&decoder.info);
  while (decoder.info.output_scanline < decoder.info.output_height) {
    JSAMPROW rows[] = {row + decoder.info.output_scanline * rowBytes};
    jpeg_read_scanlines(&decoder.info, rows, 1);
  }
  jpeg_finish_decompress(&decoder.info);
  return true;
}

uint8_t luma(int red, int green, int blue) {
  return static_cast<uint8_t>((red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16);
}

/// One pixel of what libjpeg gave, `from`, with `given` channels, as 1, 3 or 4 channels.
void convert(const uint8_t *from, int given, bool inverted, uint8_t *to, int wanted) {
  uint8_t rgb[3] = {from[0], from[given > 2 ? 1 : 0], from[given > 2 ? 2 : 0]};
  if (given == 4) // cyan, magenta, yellow and black; Adobe writes them inverted
    for (int i = 0; i < 3; ++i)
      rgb[i] = static_cast<uint8_t>(inverted ? from[i] * from[3] / 255 : (255 - from[i]) * (255 - from[3]) / 255);
  if (wanted == 1) {
    to[0] = given == 1 ? rgb[0] : luma(rgb[0], rgb[1], rgb[2]);
    return;
  }
  for (int i = 0; i < 3; ++i)
    to[i] = rgb[i];
  if (wanted == 4)
    to[3] = 255;
}
} // namespace

Pixels decodeJpeg(std::string_view bytes, int channels, const std::string &path) {
  Decoder decoder{};
  decoder.info.err = jpeg_std_error(&decoder.errors.base);
  decoder.errors.base.error_exit = leave;
  decoder.errors.base.emit_message = warn;
  decoder.progress.progress_monitor = limitScans;
  struct Destroy {
    jpeg_decompress_struct &info;
    ~Destroy() { jpeg_destroy_decompress(&info); }
  } destroy{decoder.info};
  auto fail = [&] { throw Error(path + ": is a damaged JPEG file: " + decoder.errors.message); };
  if (!start(decoder, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(), channels))
    fail();
  // Huffman codes have at least one bit for every block of 8 x 8 pixels: refused before memory is spent.
  if (!decoder.info.arith_code &&
      int64_t(decoder.info.image_width / 8) * (decoder.info.image_height / 8) / 8 > static_cast<int64_t>(bytes.size()))
    throw Error(path + ": is a damaged JPEG file: " + std::to_string(bytes.size()) + " bytes cannot hold " +
                std::to_string(decoder.info.image_width) + " x " + std::to_string(decoder.info.image_height) +
                " pixels");
  Pixels raw, pixels;
  raw.channels = decoder.info.out_color_space == JCS_CMYK ? 4 : decoder.info.out_color_space == JCS_RGB ? 3 : 1;
  raw.allocate(decoder.info.image_height, decoder.info.image_width, path);
  if (!read(decoder, raw.bytes.data(), static_cast<size_t>(raw.width * raw.channels)))
    fail();
  if (raw.channels == channels && channels != 4)
    return raw;
  pixels.channels = channels;
  pixels.allocate(raw.height, raw.width, path);
  for (int64_t i = 0; i < raw.height * raw.width; ++i)
    convert(&raw.bytes[static_cast<size_t>(i * raw.channels)], raw.channels, decoder.info.saw_Adobe_marker,
            &pixels.bytes[static_cast<size_t>(i * channels)], channels);
  return pixels;
}

} // namespace tenon::images
