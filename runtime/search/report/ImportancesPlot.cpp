// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Importances.h"
#include "runtime/search/report/Plots.h"
#include "runtime/search/report/Svg.h"
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <cmath>

namespace tenon::search {

std::string importancesPlot(const PlotData &data) {
  const char *title = "Share of the value's variance that each parameter explains";
  const std::vector<Importance> bars = importances(data.trials, data.seed);
  constexpr double bar = 320, row = 26, top = 42;
  if (bars.empty()) {
    Svg svg(Svg::widthOf(title) + 32, 90, title);
    svg.text(16, 60, "it takes two complete trials that differ in value");
    return svg.finish();
  }
  double names = Svg::widthOf("(interactions)"), rest = 1;
  for (const Importance &one : bars)
    names = std::max(names, Svg::widthOf(shortened(one.name, 40)));
  const double left = 16 + names + 10, height = top + row * double(bars.size() + 1) + 16;
  Svg svg(std::max(left + bar + 70, Svg::widthOf(title) + 32), height, title);
  double y = top;
  auto add = [&](const std::string &name, double share, const char *colour) {
    svg.text(left - 10, y + 15, shortened(name, 40), Svg::Anchor::End);
    svg.rectangle(left, y + 3, std::max(1.0, share * bar), row - 8, colour);
    svg.text(left + share * bar + 8, y + 15, readable(std::round(1000 * share) / 10) + " %");
    y += row;
  };
  for (const Importance &one : bars) {
    add(one.name, one.share, colours::blue);
    rest -= one.share;
  }
  // What no parameter explains by itself: several together.
  add("(interactions)", std::clamp(rest, 0.0, 1.0), colours::grey);
  svg.line(left, top, left, y, colours::axis);
  return svg.finish();
}

} // namespace tenon::search
