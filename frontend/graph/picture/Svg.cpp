// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Layout.h"
#include <algorithm>
#include <cstdio>

namespace tenon::picture {
namespace {

struct Colour {
  const char *fill, *line;
};
// By Kind.
constexpr Colour colours[kindCount] = {{"#f1f3f5", "#868e96"}, {"#d3f9d8", "#2f9e44"}, {"#d0ebff", "#1971c2"},
                                       {"#fff3bf", "#e67700"}, {"#ffe8cc", "#d9480f"}, {"#e5dbff", "#6741d9"},
                                       {"#ffe3e3", "#c92a2a"}, {"#c5f6fa", "#0c8599"}, {"#ffdeeb", "#a61e4d"},
                                       {"#f1f3f5", "#343a40"}, {"#ffffff", "#868e96"}};

std::string escaped(const std::string &text) {
  std::string out;
  for (char c : text)
    switch (c) {
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '&':
      out += "&amp;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string result = text;
  if (result.ends_with(".0"))
    result.resize(result.size() - 2);
  return result;
}
std::string pair(double x, double y) { return number(x) + " " + number(y); }

// Straight inside rows, curved between them, leaving and arriving downwards.
std::string pathOf(const std::vector<Point> &points) {
  std::string path = "M" + pair(points[0].x, points[0].y);
  for (size_t i = 1; i < points.size(); ++i) {
    const Point &from = points[i - 1], &to = points[i];
    if (i % 2 == 1 || from.x == to.x) {
      if (from.y != to.y)
        path += "V" + number(to.y);
      continue;
    }
    double half = (from.y + to.y) / 2;
    path += "C" + pair(from.x, half) + " " + pair(to.x, half) + " " + pair(to.x, to.y);
  }
  return path;
}

} // namespace

std::string toSvg(const Diagram &diagram) {
  Layout layout = layOut(diagram);
  double titleHeight = diagram.title.empty() ? 0 : 26;
  double width = std::max(layout.width, static_cast<double>(columnsOf(diagram.title)) * columnWidth + 40);
  std::string size = number(width) + "\" height=\"" + number(layout.height + titleHeight);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "\" viewBox=\"0 0 " +
                    pair(width, layout.height + titleHeight) +
                    "\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"" + number(fontSize) +
                    "\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
                    "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
                    "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#495057\"/></marker></defs>\n";
  auto text = [&](double x, double y, const std::string &line, const char *style) {
    svg += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" textLength=\"" +
           number(static_cast<double>(columnsOf(line)) * columnWidth) + "\" lengthAdjust=\"spacingAndGlyphs\"" + style +
           ">" + escaped(line) + "</text>";
  };
  if (titleHeight > 0) {
    text(20, 22, diagram.title, " font-weight=\"bold\"");
    svg += "\n";
  }
  svg += "<g transform=\"translate(0 " + number(titleHeight) + ")\">\n";
  svg += "<g fill=\"none\" stroke=\"#495057\" stroke-width=\"1.2\">\n";
  for (const auto &arrow : layout.arrows)
    svg += "<path d=\"" + pathOf(arrow) + "\" marker-end=\"url(#head)\"/>\n";
  svg += "</g>\n";
  for (size_t i = 0; i < diagram.boxes.size(); ++i) {
    const Box &box = diagram.boxes[i];
    const Rectangle &place = layout.boxes[i];
    const Colour &colour = colours[static_cast<size_t>(box.kind)];
    svg += "<g><rect x=\"" + number(place.x) + "\" y=\"" + number(place.y) + "\" width=\"" + number(place.width) +
           "\" height=\"" + number(place.height) + "\" rx=\"4\" fill=\"" + colour.fill + "\" stroke=\"" + colour.line +
           "\"/>";
    for (size_t line = 0; line < box.lines.size(); ++line) {
      double length = static_cast<double>(columnsOf(box.lines[line])) * columnWidth;
      text(place.middle() - length / 2, place.y + padding + 11 + static_cast<double>(line) * lineHeight,
           box.lines[line], line == 0 ? " font-weight=\"bold\"" : " fill=\"#495057\"");
    }
    svg += "</g>\n";
  }
  return svg + "</g>\n</svg>\n";
}

} // namespace tenon::picture
