// SPDX-License-Identifier: Apache-2.0
// The arithmetic of windows over spatial axes that convolutions and pools share.
#pragma once
#include "frontend/graph/LayerNode.h"
#include <span>
#include <tenon/layers/extent.h>

namespace tenon::graph {

/// "(3, 3)", "(3,)".
std::string sizesText(std::span<const int64_t> sizes);

/// A window over the axes between batch and channels, checked: Errors are the layer's.
class Window {
public:
  /// size: a required option called `option`; padding: "valid", "same" or, over one axis, "causal" (only where it is
  /// allowed).
  template <size_t Rank>
  Window(const LayerNode &layer, const char *option, const Extent<Rank> &size, const Extent<Rank> &strides,
         const Extent<Rank> &dilations, const std::string &padding, bool causalAllowed = false)
      : sizes_(list(size)), steps_(list(strides)), spread_(list(dilations)) {
    check(layer, option, padding, causalAllowed && Rank == 1);
  }
  /// (batch, spatial.., channels) of the output; an Error when nothing would be left.
  Shape output(const LayerNode &layer, const Shape &input, int64_t channels) const;

  int64_t rank() const { return sizes_.size(); }
  const std::vector<int64_t> &sizes() const { return sizes_; }
  const std::vector<int64_t> &steps() const { return steps_; }
  const std::vector<int64_t> &spread() const { return spread_; }
  /// The ops' padding pairs; -1 stands for 'same'.
  std::vector<int64_t> padding() const;

private:
  template <size_t Rank> static std::vector<int64_t> list(const Extent<Rank> &extent) {
    return extent.given() ? std::vector<int64_t>(extent.sizes().begin(), extent.sizes().end()) : std::vector<int64_t>();
  }
  void check(const LayerNode &layer, const char *option, const std::string &padding, bool causalAllowed);

  enum class Padding { Valid, Same, Causal };
  std::vector<int64_t> sizes_, steps_, spread_;
  Padding kind_ = Padding::Valid;
};

} // namespace tenon::graph
