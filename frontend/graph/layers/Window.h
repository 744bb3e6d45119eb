// SPDX-License-Identifier: Apache-2.0
// The arithmetic of windows over height and width that convolutions and pools share.
#pragma once
#include "frontend/graph/LayerNode.h"
#include <array>
#include <tenon/layers/extent.h>

namespace tenon::graph {

/// A window over height and width, checked: Errors are the layer's.
struct Window {
  Extent2D size, strides, dilations;
  bool same;

  /// size: a required option called `option`; padding: "valid" or "same".
  Window(const LayerNode &layer, const char *option, Extent2D size, Extent2D strides, Extent2D dilations,
         const std::string &padding);
  /// (batch, height, width, channels) of the output; an Error when nothing would be left.
  Shape output(const LayerNode &layer, const Shape &input, int64_t channels) const;

  std::array<int64_t, 2> sizes() const { return {size.height(), size.width()}; }
  std::array<int64_t, 2> steps() const { return {strides.height(), strides.width()}; }
  std::array<int64_t, 2> spread() const { return {dilations.height(), dilations.width()}; }
  /// The ops' padding pairs; -1 stands for 'same'.
  std::array<int64_t, 4> padding() const {
    return same ? std::array<int64_t, 4>{-1, -1, -1, -1} : std::array<int64_t, 4>{};
  }
};

} // namespace tenon::graph
