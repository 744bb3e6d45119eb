// SPDX-License-Identifier: Apache-2.0
#include <tenon/images.h>

#include "runtime/File.h"
#include "runtime/images/Image.h"

#include <tenon/error.h>

#include <algorithm>
#include <cmath>

namespace tenon::images {

void Pixels::allocate(int64_t rows, int64_t columns, const std::string &path) {
  constexpr int64_t most = int64_t(1) << 26;
  if (rows < 1 || columns < 1 || rows > most / columns)
    throw Error(path + ": has " + std::to_string(columns) + " x " + std::to_string(rows) + " pixels, expected 1 to " +
                std::to_string(most));
  height = rows;
  width = columns;
  bytes.resize(static_cast<size_t>(rows * columns * channels));
}

Pixels decode(std::string_view bytes, int channels, const std::string &path) {
  if (bytes.substr(0, 3) == "\xff\xd8\xff")
    return decodeJpeg(bytes, channels, path);
  if (bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n")
    return decodePng(bytes, channels, path);
  throw Error(path + ": is neither a JPEG nor a PNG file");
}

Interpolation interpolationOf(const std::string &name) {
  if (name == "bilinear")
    return Interpolation::Bilinear;
  if (name == "nearest")
    return Interpolation::Nearest;
  throw Error("expected interpolation \"bilinear\" or \"nearest\", received \"" + name + "\"", Fault::Usage);
}

namespace {
/// Where an output position lies between two input positions; in TensorFlow's precision and order.
struct Place {
  int64_t lower, upper;
  float share;
};

std::vector<Place> places(int64_t in, int64_t out, Interpolation interpolation) {
  std::vector<Place> result;
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  for (int64_t i = 0; i < out; ++i) {
    if (interpolation == Interpolation::Nearest) {
      auto nearest = static_cast<int64_t>(std::floor((static_cast<float>(i) + 0.5f) * scale));
      nearest = std::clamp<int64_t>(nearest, 0, in - 1);
      result.push_back({nearest, nearest, 0});
      continue;
    }
    float at = (static_cast<float>(i) + 0.5f) * scale - 0.5f, floor = std::floor(at);
    result.push_back({std::max<int64_t>(static_cast<int64_t>(floor), 0),
                      std::min<int64_t>(static_cast<int64_t>(floor) + 1, in - 1), at - floor});
  }
  return result;
}
} // namespace

template <typename T>
void resize(const T *from, int64_t height, int64_t width, int64_t channels, float *to, int64_t newHeight,
            int64_t newWidth, Interpolation interpolation) {
  std::vector<Place> rows = places(height, newHeight, interpolation), columns = places(width, newWidth, interpolation);
  for (const Place &row : rows) {
    const T *top = from + row.lower * width * channels, *bottom = from + row.upper * width * channels;
    for (const Place &column : columns)
      for (int64_t c = 0; c < channels; ++c) {
        int64_t left = column.lower * channels + c, right = column.upper * channels + c;
        float topLeft = static_cast<float>(top[left]), topRight = static_cast<float>(top[right]);
        float bottomLeft = static_cast<float>(bottom[left]), bottomRight = static_cast<float>(bottom[right]);
        float above = topLeft + (topRight - topLeft) * column.share;
        float below = bottomLeft + (bottomRight - bottomLeft) * column.share;
        *to++ = above + (below - above) * row.share;
      }
  }
}
template void resize(const uint8_t *, int64_t, int64_t, int64_t, float *, int64_t, int64_t, Interpolation);
template void resize(const float *, int64_t, int64_t, int64_t, float *, int64_t, int64_t, Interpolation);

} // namespace tenon::images

namespace tenon::data {

Array loadImage(const std::string &path, int channels) {
  if (channels != 1 && channels != 3 && channels != 4)
    throw Error(path + ": expected 1, 3 or 4 channels, received " + std::to_string(channels), Fault::Usage);
  images::Pixels pixels = images::decode(mapFile(path).bytes(), channels, path);
  Array image({pixels.height, pixels.width, pixels.channels}, DType::F32);
  std::copy(pixels.bytes.begin(), pixels.bytes.end(), image.data<float>());
  return image;
}

Array resize(const Array &image, int64_t height, int64_t width, const std::string &interpolation) {
  if (image.rank() != 3 || image.size() == 0 || height < 1 || width < 1)
    throw Error("resize: expected an image of shape (height, width, channels) and a size of at least 1 x 1, received " +
                toString(image.shape()) + " and " + std::to_string(height) + " x " + std::to_string(width));
  Array result({height, width, image.shape()[2]}, DType::F32);
  images::resize(image.data<float>(), image.shape()[0], image.shape()[1], image.shape()[2], result.data<float>(),
                 height, width, images::interpolationOf(interpolation));
  return result;
}

} // namespace tenon::data
