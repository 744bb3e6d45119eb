// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_EXTENT_H
#define TENON_LAYERS_EXTENT_H

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>

namespace tenon {

/// Sizes of a window or step, one per spatial axis: `2` for all of them, `{3, 1}` for height and width, or std::nullopt
/// where Keras takes None.
template <size_t Rank> class Extent {
public:
  Extent(std::nullopt_t) {}
  template <std::integral Size> Extent(Size all) : given_(true) { sizes_.fill(all); }
  template <std::integral... Sizes>
  Extent(Sizes... sizes) requires(sizeof...(Sizes) == Rank && Rank > 1)
      : given_(true), sizes_{static_cast<int64_t>(sizes)...} {}
  explicit Extent(const std::array<int64_t, Rank> &sizes) : given_(true), sizes_(sizes) {}
  bool given() const { return given_; }
  const std::array<int64_t, Rank> &sizes() const { return sizes_; }
  friend bool operator==(const Extent &, const Extent &) = default;

private:
  bool given_ = false;
  std::array<int64_t, Rank> sizes_ = {};
};
using Extent1D = Extent<1>;
using Extent2D = Extent<2>;

/// Elements added before and after along one axis: `2` for both, `{1, 2}`.
struct Margin {
  Margin(int both) : before(both), after(both) {}
  Margin(int64_t before, int64_t after) : before(before), after(after) {}
  int64_t before, after;
  friend bool operator==(const Margin &, const Margin &) = default;
};
/// Margins of height and width: `1` for all sides, `{2, 3}` for both sides of height and width, `{{0, 1}, {2, 3}}` for
/// top, bottom, left and right.
struct Margin2D {
  Margin2D(int all) : height(all), width(all) {}
  Margin2D(Margin height, Margin width) : height(height), width(width) {}
  Margin height, width;
  friend bool operator==(const Margin2D &, const Margin2D &) = default;
};

} // namespace tenon
#endif // TENON_LAYERS_EXTENT_H
