// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Svg.h"
#include "runtime/search/report/Text.h"

#include <cstdio>

namespace tenon::search {
namespace {
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
      out += static_cast<unsigned char>(c) < ' ' ? ' ' : c; // XML has no control characters
    }
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string result = text;
  if (result.ends_with(".0"))
    result.resize(result.size() - 2);
  return result == "-0" ? "0" : result;
}
std::string pair(double x, double y) { return number(x) + " " + number(y); }
std::string attribute(const char *name, const std::string &value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}
} // namespace

double Svg::widthOf(const std::string &text) { return double(columnsOf(text)) * column; }

Svg::Svg(double width, double height, const std::string &title) {
  svg_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", number(width)) +
         attribute("height", number(height)) + attribute("viewBox", "0 0 " + pair(width, height)) +
         " font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"12\">\n"
         "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  text(16, 22, title, Anchor::Start, "#000000", /*bold=*/true);
}

void Svg::text(double x, double y, const std::string &text, Anchor anchor, const char *colour, bool bold) {
  const double length = widthOf(text);
  if (anchor != Anchor::Start)
    x -= anchor == Anchor::End ? length : length / 2;
  // The white rim keeps a text readable where lines pass behind it.
  svg_ += "<text" + attribute("x", number(x)) + attribute("y", number(y)) + attribute("textLength", number(length)) +
          " lengthAdjust=\"spacingAndGlyphs\" stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\"" +
          attribute("fill", colour) + (bold ? " font-weight=\"bold\">" : ">") + escaped(text) + "</text>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, const char *colour, double width) {
  path({{x1, y1}, {x2, y2}}, colour, width);
}

void Svg::shape(const std::string &start, const std::string &hover) {
  const std::string name = start.substr(1, start.find(' ') - 1);
  svg_ += start + (hover.empty() ? "/>\n" : "><title>" + escaped(hover) + "</title></" + name + ">\n");
}

void Svg::path(const Points &points, const std::string &colour, double width, const std::string &hover) {
  std::string places;
  for (auto [x, y] : points)
    places += (places.empty() ? "M" : "L") + pair(x, y);
  shape("<path" + attribute("d", places) + " fill=\"none\"" + attribute("stroke", colour) +
            attribute("stroke-width", number(width)),
        hover);
}

void Svg::circle(double x, double y, double radius, const char *colour, const std::string &hover) {
  shape("<circle" + attribute("cx", number(x)) + attribute("cy", number(y)) + attribute("r", number(radius)) +
            attribute("fill", colour) + " fill-opacity=\"0.75\"",
        hover);
}

void Svg::cross(double x, double y, double radius, const char *colour, const std::string &hover) {
  const std::string d = "M" + pair(x - radius, y - radius) + "L" + pair(x + radius, y + radius) + "M" +
                        pair(x - radius, y + radius) + "L" + pair(x + radius, y - radius);
  shape("<path" + attribute("d", d) + attribute("stroke", colour) + " stroke-width=\"2\"", hover);
}

void Svg::diamond(double x, double y, double radius, const char *colour, const std::string &hover) {
  const std::string d = "M" + pair(x, y - radius) + "L" + pair(x + radius, y) + "L" + pair(x, y + radius) + "L" +
                        pair(x - radius, y) + "Z";
  shape("<path" + attribute("d", d) + attribute("fill", "#ffffff") + attribute("stroke", colour) +
            " stroke-width=\"1.5\"",
        hover);
}

void Svg::rectangle(double x, double y, double width, double height, const std::string &fill) {
  svg_ += "<rect" + attribute("x", number(x)) + attribute("y", number(y)) + attribute("width", number(width)) +
          attribute("height", number(height)) + attribute("fill", fill) + "/>\n";
}

} // namespace tenon::search
