// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/layers/Window.h"
#include <algorithm>

namespace tenon::graph {

std::string sizesText(std::span<const int64_t> sizes) {
  std::string text;
  for (int64_t size : sizes)
    text += (text.empty() ? "(" : ", ") + std::to_string(size);
  return text + (sizes.size() == 1 ? ",)" : ")");
}

void Window::check(const LayerNode &layer, const char *option, const std::string &padding, bool causalAllowed) {
  if (sizes_.empty())
    layer.fail(std::string("option ") + option + " is required");
  for (auto [name, sizes] : {std::pair(option, &sizes_), {"strides", &steps_}, {"dilationRate", &spread_}})
    if (sizes->empty() || *std::min_element(sizes->begin(), sizes->end()) < 1)
      layer.fail(std::string("expected ") + name + " of 1 or more, got " + (sizes->empty() ? "None" : sizesText(*sizes)));
  if (padding == "same")
    kind_ = Padding::Same;
  else if (padding == "causal" && causalAllowed)
    kind_ = Padding::Causal;
  else if (padding != "valid")
    layer.fail(std::string("expected padding ") +
               (causalAllowed ? "\"valid\", \"same\" or \"causal\"" : "\"valid\" or \"same\"") + ", got \"" + padding +
               "\"");
  if (*std::max_element(steps_.begin(), steps_.end()) > 1 && *std::max_element(spread_.begin(), spread_.end()) > 1)
    layer.fail("strides and dilationRate above 1 exclude each other, got " + sizesText(steps_) + " and " +
               sizesText(spread_));
}

Shape Window::output(const LayerNode &layer, const Shape &input, int64_t channels) const {
  Shape out{input[0]};
  for (size_t axis = 0; axis < sizes_.size(); ++axis) {
    int64_t n = input[axis + 1], reach = spread_[axis] * (sizes_[axis] - 1) + 1, step = steps_[axis];
    if (n == None) {
      out.push_back(None);
      continue;
    }
    int64_t count = kind_ != Padding::Valid ? (n + step - 1) / step : n < reach ? 0 : (n - reach) / step + 1;
    if (count <= 0)
      layer.fail("the output would be empty: a window of " + sizesText(sizes_) +
                 (reach > sizes_[axis] ? " dilated by " + sizesText(spread_) : "") +
                 " does not fit into an input of shape " + shapeText(input));
    out.push_back(count);
  }
  out.push_back(channels);
  return out;
}

std::vector<int64_t> Window::padding() const {
  std::vector<int64_t> pairs(2 * sizes_.size(), kind_ == Padding::Same ? -1 : 0);
  if (kind_ == Padding::Causal)
    pairs[0] = spread_[0] * (sizes_[0] - 1);
  return pairs;
}

} // namespace tenon::graph
