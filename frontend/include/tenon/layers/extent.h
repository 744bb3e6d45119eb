// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_EXTENT_H
#define TENON_LAYERS_EXTENT_H

#include <cstdint>
#include <optional>

namespace tenon {

/// Height and width of a window or step: `2` for both, `{3, 1}`, or std::nullopt where Keras takes None.
class Extent2D {
public:
  Extent2D(std::nullopt_t) {}
  Extent2D(int both) : Extent2D(both, both) {}
  Extent2D(int64_t height, int64_t width) : given_(true), height_(height), width_(width) {}
  bool given() const { return given_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  friend bool operator==(const Extent2D &, const Extent2D &) = default;

private:
  bool given_ = false;
  int64_t height_ = 0, width_ = 0;
};

} // namespace tenon
#endif // TENON_LAYERS_EXTENT_H
