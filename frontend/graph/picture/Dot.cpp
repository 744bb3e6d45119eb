// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Diagram.h"

namespace tenon::picture {

static std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (char c : text)
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

std::string toDot(const Diagram &diagram) {
  std::string dot = "digraph " + quoted(diagram.title) + " {\n  node [shape=box, fontname=\"monospace\"];\n";
  for (size_t i = 0; i < diagram.boxes.size(); ++i) {
    std::string label;
    for (const std::string &line : diagram.boxes[i].lines) {
      std::string text = quoted(line);
      label += (label.empty() ? "" : "\\n") + text.substr(1, text.size() - 2);
    }
    dot += "  n" + std::to_string(i) + " [label=\"" + label + "\"];\n";
  }
  for (const Arrow &arrow : diagram.arrows)
    dot += "  n" + std::to_string(arrow.from) + " -> n" + std::to_string(arrow.to) + ";\n";
  return dot + "}\n";
}

} // namespace tenon::picture
