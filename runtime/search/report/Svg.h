// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_REPORT_SVG_H
#define TENON_RUNTIME_SEARCH_REPORT_SVG_H

#include <string>
#include <utility>
#include <vector>

namespace tenon::search {

/// A picture of lines, marks and texts, on white. Texts are of one width per character, and say how long they are, so
/// that they lie where they were meant to with whatever font.
class Svg {
public:
  static constexpr double column = 7.2, lineHeight = 16; ///< of a text of 12 pixels
  enum class Anchor { Start, Middle, End };
  using Points = std::vector<std::pair<double, double>>;

  Svg(double width, double height, const std::string &title);

  static double widthOf(const std::string &text);
  /// `y` is the base line.
  void text(double x, double y, const std::string &text, Anchor anchor = Anchor::Start, const char *colour = "#495057",
            bool bold = false);
  void line(double x1, double y1, double x2, double y2, const char *colour, double width = 1);
  /// `hover` is what a browser shows under the pointer.
  void path(const Points &points, const std::string &colour, double width, const std::string &hover = "");
  void circle(double x, double y, double radius, const char *colour, const std::string &hover = "");
  void cross(double x, double y, double radius, const char *colour, const std::string &hover = "");
  void diamond(double x, double y, double radius, const char *colour, const std::string &hover = "");
  void rectangle(double x, double y, double width, double height, const std::string &fill);
  std::string finish() const { return svg_ + "</svg>\n"; }

private:
  void shape(const std::string &start, const std::string &hover);
  std::string svg_;
};

/// Colours that differ for colour-blind eyes too (Okabe and Ito, 2008).
namespace colours {
inline constexpr const char *blue = "#0072b2", *orange = "#e69f00", *vermilion = "#d55e00", *green = "#009e73",
                            *grey = "#adb5bd", *axis = "#868e96", *grid = "#e9ecef";
}

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_REPORT_SVG_H
