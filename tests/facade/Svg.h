// SPDX-License-Identifier: Apache-2.0
// What lies where in an SVG of `tenon inspect --graph`.
#pragma once
#include <gtest/gtest.h>
#include <regex>
#include <string>
#include <vector>

namespace tenon::testing {

struct Area {
  double left, top, right, bottom;
  bool meets(const Area &other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
  bool holds(const Area &other) const {
    return left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom;
  }
};

/// No text lies on another, no box on another, and all text but the title is inside a box. Returns the number of boxes.
inline size_t expectNothingOverlaps(const std::string &svg) {
  const std::regex boxPattern("<rect x=\"([0-9.]+)\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" height=\"([0-9.]+)\"");
  const std::regex textPattern("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\" textLength=\"([0-9.]+)\"");
  std::vector<Area> boxes, texts;
  for (std::sregex_iterator match(svg.begin(), svg.end(), boxPattern), end; match != end; ++match) {
    double x = std::stod((*match)[1]), y = std::stod((*match)[2]);
    boxes.push_back({x, y, x + std::stod((*match)[3]), y + std::stod((*match)[4])});
  }
  size_t body = svg.find("<g transform"); // what stands before is the title
  for (std::sregex_iterator match(svg.begin() + static_cast<long>(body), svg.end(), textPattern), end; match != end;
       ++match) {
    double x = std::stod((*match)[1]), y = std::stod((*match)[2]);
    texts.push_back({x, y - 10, x + std::stod((*match)[3]), y + 3}); // of a font of 12 pixels
  }
  for (size_t i = 0; i < boxes.size(); ++i)
    for (size_t j = i + 1; j < boxes.size(); ++j)
      EXPECT_FALSE(boxes[i].meets(boxes[j])) << "boxes " << i << " and " << j;
  for (size_t i = 0; i < texts.size(); ++i) {
    size_t inside = 0;
    for (const Area &box : boxes)
      inside += box.holds(texts[i]);
    EXPECT_EQ(inside, 1u) << "text " << i;
    for (size_t j = i + 1; j < texts.size(); ++j)
      EXPECT_FALSE(texts[i].meets(texts[j])) << "texts " << i << " and " << j;
  }
  return boxes.size();
}

} // namespace tenon::testing
