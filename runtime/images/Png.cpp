// SPDX-License-Identifier: Apache-2.0
#include "runtime/images/Decode.h"

#include "runtime/File.h"

#include <tenon/error.h>
#include <tenon/images.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstring>
#include <png.h>

namespace tenon::images {
namespace {
/// What the callbacks share; libpng's errors jump back into start() or read(), in which nothing with a destructor
/// lives.
struct State {
  std::string_view bytes;
  std::jmp_buf back;
  char message[128] = "";
};

[[noreturn]] void leave(png_structp png, png_const_charp message) {
  auto *state = static_cast<State *>(png_get_error_ptr(png));
  std::strncpy(state->message, message, sizeof state->message - 1);
  std::longjmp(state->back, 1);
}

void ignore(png_structp, png_const_charp) {}

void take(png_structp png, png_bytep to, size_t size) {
  auto *state = static_cast<State *>(png_get_io_ptr(png));
  if (size > state->bytes.size())
    png_error(png, "it is truncated");
  std::memcpy(to, state->bytes.data(), size);
  state->bytes.remove_prefix(size);
}

struct Size {
  int64_t height = 0, width = 0;
  int channels = 0, depth = 0;
};

bool start(State &state, png_structp png, png_infop info, Size &size) {
  if (setjmp(state.back))
    return false;
  png_set_read_fn(png, &state, take);
  png_set_chunk_malloc_max(png, 1 << 24);
  png_read_info(png, info);
  size = {png_get_image_height(png, info), png_get_image_width(png, info), png_get_channels(png, info),
          png_get_bit_depth(png, info)};
  return true;
}

bool read(State &state, png_structp png, png_infop info, int channels, uint8_t **rows, size_t rowBytes) {
  if (setjmp(state.back))
    return false;
  const int type = png_get_color_type(png, info);
  const bool grey = !(type & PNG_COLOR_MASK_COLOR), transparent = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  png_set_strip_16(png);
  png_set_packing(png);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb(png);
  if (grey && png_get_bit_depth(png, info) < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  if (transparent)
    png_set_tRNS_to_alpha(png);
  if (channels != 4)
    png_set_strip_alpha(png);
  else if (!(type & PNG_COLOR_MASK_ALPHA) && !transparent)
    png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
  if (channels == 1 && !grey)
    png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
  if (channels != 1 && grey)
    png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != rowBytes)
    png_error(png, "its rows have another size than its header says");
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

bool write(State &state, png_structp png, png_infop info, const Pixels &pixels, uint8_t **rows) {
  if (setjmp(state.back))
    return false;
  png_set_IHDR(png, info, static_cast<png_uint_32>(pixels.width), static_cast<png_uint_32>(pixels.height), 8,
               pixels.channels == 1   ? PNG_COLOR_TYPE_GRAY
               : pixels.channels == 3 ? PNG_COLOR_TYPE_RGB
                                      : PNG_COLOR_TYPE_RGBA,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, rows);
  png_write_end(png, info);
  return true;
}

std::vector<uint8_t *> rowsOf(Pixels &pixels) {
  std::vector<uint8_t *> rows;
  for (int64_t i = 0; i < pixels.height; ++i)
    rows.push_back(pixels.bytes.data() + i * pixels.width * pixels.channels);
  return rows;
}
} // namespace

Pixels decodePng(std::string_view bytes, int channels, const std::string &path) {
  State state;
  state.bytes = bytes;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, leave, ignore);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  struct Destroy {
    png_structp &png;
    png_infop &info;
    ~Destroy() { png_destroy_read_struct(&png, &info, nullptr); }
  } destroy{png, info};
  auto fail = [&] { throw Error(path + ": is a damaged PNG file: " + state.message); };
  if (!info)
    throw Error(path + ": not enough memory to decode it");
  Size size;
  if (!start(state, png, info, size))
    fail();
  Pixels pixels;
  pixels.channels = channels;
  // Deflate packs at most 258 bytes into two bits: refused before memory is spent.
  if (size.height * size.width * size.channels / 8 * size.depth / 1032 > static_cast<int64_t>(bytes.size()))
    throw Error(path + ": is a damaged PNG file: " + std::to_string(bytes.size()) + " bytes cannot hold " +
                std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels");
  pixels.allocate(size.height, size.width, path);
  std::vector<uint8_t *> rows = rowsOf(pixels);
  if (!read(state, png, info, channels, rows.data(), static_cast<size_t>(pixels.width * channels)))
    fail();
  return pixels;
}

namespace {
void emit(png_structp png, png_bytep data, size_t size) {
  static_cast<std::string *>(png_get_io_ptr(png))->append(reinterpret_cast<const char *>(data), size);
}
} // namespace

std::string encodePng(Pixels pixels) {
  State state;
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, leave, ignore);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  bool written = false;
  if (info) {
    png_set_write_fn(png, &bytes, emit, nullptr);
    std::vector<uint8_t *> rows = rowsOf(pixels);
    written = write(state, png, info, pixels, rows.data());
  }
  png_destroy_write_struct(&png, &info);
  if (!written)
    throw Error(std::string("PNG: cannot be encoded: ") + state.message);
  return bytes;
}

} // namespace tenon::images

namespace tenon::data {

void savePng(const std::string &path, const Array &image) {
  if (image.rank() != 3 || image.size() == 0 ||
      (image.shape()[2] != 1 && image.shape()[2] != 3 && image.shape()[2] != 4))
    throw Error(path + ": expected an image of shape (height, width, 1, 3 or 4), received " + toString(image.shape()));
  images::Pixels pixels;
  pixels.channels = static_cast<int>(image.shape()[2]);
  pixels.allocate(image.shape()[0], image.shape()[1], path);
  for (int64_t i = 0; i < image.size(); ++i)
    pixels.bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(std::lround(std::clamp(image.at(i), 0.0, 255.0)));
  FileWriter file(path);
  file.write(images::encodePng(std::move(pixels)));
  file.close();
}

} // namespace tenon::data
