// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/Pictures.h"

#include "runtime/events/Png.h"

#include <algorithm>
#include <cmath>

namespace tenon::events {
namespace {
constexpr int64_t kMost = 3;

/// Where numbers go: offset + scale * number.
struct Stretch {
  double offset = 0, scale = 0;
};

// Weights lie around 0 and are small. Keras gives them to TensorFlow as if they were from 0 to 1, which shows black
// pictures; this is what TensorFlow 1 did.
Stretch stretchOf(const Array &pictures, int64_t count) {
  double least = 0, greatest = 0;
  for (int64_t i = 0; i < count; ++i)
    if (double number = pictures.at(i); std::isfinite(number)) {
      least = std::min(least, number);
      greatest = std::max(greatest, number);
    }
  if (least < 0)
    return {127, 127 / std::max(-least, greatest)};
  return {0, greatest > 0 ? 255 / greatest : 0};
}
} // namespace

std::vector<std::string> pngs(const Array &pictures) {
  const Shape &shape = pictures.shape();
  const int64_t count = std::min(shape[0], kMost), size = shape[1] * shape[2] * shape[3];
  const Stretch stretch = stretchOf(pictures, count * size);
  std::vector<std::string> files;
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int64_t picture = 0; picture < count; ++picture) {
    for (int64_t i = 0; i < size; ++i) {
      double number = pictures.at(picture * size + i);
      pixels[static_cast<size_t>(i)] =
          std::isfinite(number) ? static_cast<uint8_t>(std::lround(stretch.offset + stretch.scale * number)) : 0;
    }
    files.push_back(png(pixels, shape[2], shape[1], static_cast<int>(shape[3])));
  }
  return files;
}

} // namespace tenon::events
