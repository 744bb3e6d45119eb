// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/layers/Window.h"

namespace tenon::graph {

static std::string text(const Extent2D &extent) {
  return "(" + std::to_string(extent.height()) + ", " + std::to_string(extent.width()) + ")";
}

Window::Window(const LayerNode &layer, const char *option, Extent2D size, Extent2D strides, Extent2D dilations,
               const std::string &padding)
    : size(size), strides(strides), dilations(dilations), same(padding == "same") {
  if (!size.given())
    layer.fail(std::string("option ") + option + " is required");
  for (auto [name, extent] : {std::pair(option, size), {"strides", strides}, {"dilationRate", dilations}})
    if (!extent.given() || extent.height() < 1 || extent.width() < 1)
      layer.fail(std::string("expected ") + name + " of 1 or more, got " + (extent.given() ? text(extent) : "None"));
  if (padding != "same" && padding != "valid")
    layer.fail("expected padding \"valid\" or \"same\", got \"" + padding + "\"");
  bool strided = strides.height() > 1 || strides.width() > 1, dilated = dilations.height() > 1 || dilations.width() > 1;
  if (strided && dilated)
    layer.fail("strides and dilationRate above 1 exclude each other, got " + text(strides) + " and " + text(dilations));
}

Shape Window::output(const LayerNode &layer, const Shape &input, int64_t channels) const {
  Shape out{input[0]};
  for (int axis : {0, 1}) {
    int64_t n = input[axis + 1], reach = spread()[axis] * (sizes()[axis] - 1) + 1, step = steps()[axis];
    if (n == None) {
      out.push_back(None);
      continue;
    }
    int64_t count = same ? (n + step - 1) / step : n < reach ? 0 : (n - reach) / step + 1;
    if (count <= 0)
      layer.fail("the output would be empty: a window of " + text(size) + " does not fit into an input of shape " +
                 shapeText(input));
    out.push_back(count);
  }
  out.push_back(channels);
  return out;
}

} // namespace tenon::graph
