// SPDX-License-Identifier: Apache-2.0
// Where a diagram's boxes and arrows go: rows from top to bottom (Sugiyama's way: longest path, crossings reduced by
// barycentres, then every box as near as it may be to what it is connected to).
#pragma once
#include "frontend/graph/picture/Diagram.h"

namespace tenon::picture {

/// Sizes in pixels. Text is set in a fixed-width font and given its length, so a box is as wide as its text needs.
inline constexpr double fontSize = 12, columnWidth = 7.25, lineHeight = 16, padding = 8;

struct Point {
  double x, y;
};
struct Rectangle {
  double x, y, width, height;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
  double middle() const { return x + width / 2; }
};

struct Layout {
  double width = 0, height = 0;
  std::vector<Rectangle> boxes;
  /// From the bottom of a box to the top of another. Points come in pairs, straight down inside a row; between a pair
  /// and the next the way curves through the gap between two rows.
  std::vector<std::vector<Point>> arrows;
};

Layout layOut(const Diagram &diagram);

} // namespace tenon::picture
