// SPDX-License-Identifier: Apache-2.0
// A graph as it is to be drawn: boxes of text, arrows between them.
#pragma once
#include <string>
#include <vector>

namespace tenon::picture {

/// What a box is, for its colour.
enum class Kind {
  Input,
  Linear,
  Convolution,
  Normalization,
  Activation,
  Pooling,
  Merge,
  Shaping,
  Model,
  Output,
  Other
};
inline constexpr int kindCount = static_cast<int>(Kind::Other) + 1;

struct Box {
  std::vector<std::string> lines; // the first one is its name
  Kind kind = Kind::Other;
};
struct Arrow {
  size_t from, to; // places among the boxes
};

/// Arrows lead from earlier to later without circles; several between two boxes are drawn as several.
struct Diagram {
  std::string title;
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
};

/// Characters on the screen.
size_t columnsOf(const std::string &text);

/// As text for Graphviz.
std::string toDot(const Diagram &diagram);
/// As one picture; the same diagram gives the same bytes.
std::string toSvg(const Diagram &diagram);
/// As a page that shows diagrams side by side, to be moved and scaled with the mouse; it loads nothing.
std::string toHtml(const std::string &title, const std::vector<Diagram> &diagrams);

} // namespace tenon::picture
