// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Plots.h"
#include "runtime/search/report/Scale.h"
#include "runtime/search/report/Svg.h"
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tenon::search {
namespace {
constexpr double top = 104, bottom = 380, margin = 24, absent = 408;
constexpr size_t longestName = 24, longestChoice = 20;

/// An axis with its marks, and where a trial's line crosses it.
struct Axis {
  std::string name;
  std::vector<std::pair<double, std::string>> marks = {}; // place and label
  double labels = 0;                                 // the width they take to the left
  double x = 0;

  void add(double place, const std::string &label) {
    marks.push_back({place, label});
    labels = std::max(labels, Svg::widthOf(label));
  }
};

void addTicks(Axis &axis, const Scale &scale, bool whole) {
  for (const Tick &tick : scale.ticks(6, whole))
    axis.add(scale.place(tick.value), tick.label);
}

double placeOf(const ParameterRange &range, const std::string &choice) {
  const auto at = double(std::find(range.choices.begin(), range.choices.end(), choice) - range.choices.begin());
  const auto last = double(range.choices.size()) - 1;
  return last > 0 ? top + at / last * (bottom - top) : (top + bottom) / 2;
}

Scale scaleOf(const ParameterRange &range) { return Scale(range.low, range.high, range.log).between(bottom, top); }

double placeOf(const Parameter &parameter, const TrialRecord &trial) {
  const ParameterValue *value = trial.find(parameter.name);
  if (!value)
    return absent;
  if (auto *choice = std::get_if<std::string>(value))
    return placeOf(parameter.range, *choice);
  auto *whole = std::get_if<int64_t>(value);
  return scaleOf(parameter.range).place(whole ? double(*whole) : std::get<double>(*value));
}

Axis axisOf(const Parameter &parameter, bool hasAbsent) {
  const ParameterRange &range = parameter.range;
  Axis axis{.name = shortened(parameter.name, longestName)};
  if (range.kind != ParameterKind::Categorical)
    addTicks(axis, scaleOf(range), range.kind == ParameterKind::Int);
  else // so many that their texts would meet are labelled now and then
    for (size_t i = 0, every = 1 + range.choices.size() / 17; i < range.choices.size(); i += every)
      axis.add(placeOf(range, range.choices[i]), shortened(range.choices[i], longestChoice));
  if (hasAbsent)
    axis.add(absent, "none");
  return axis;
}

/// From dark violet to pale yellow, the colours of viridis, which keep their order without colour.
std::string colourOf(double share) {
  constexpr std::array<std::array<double, 3>, 5> stops{
      {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};
  const double at = std::clamp(share, 0.0, 1.0) * 4;
  const size_t i = std::min<size_t>(size_t(at), 3);
  std::array<int, 3> mixed{};
  for (size_t c = 0; c < 3; ++c)
    mixed[c] = int(std::lround(stops[i][c] + (at - double(i)) * (stops[i + 1][c] - stops[i][c])));
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", mixed[0] & 255, mixed[1] & 255, mixed[2] & 255);
  return text;
}

void colourBar(Svg &svg) {
  double x = 16;
  svg.text(x, 46, "best");
  x += Svg::widthOf("best") + 8;
  for (int i = 0; i < 60; ++i)
    svg.rectangle(x + 2 * i, 36, 2, 12, colourOf(i / 59.0));
  svg.text(x + 128, 46, "worst");
}
} // namespace

std::string parallelCoordinatesPlot(const PlotData &data) {
  const std::vector<const TrialRecord *> best = ranked(data.trials, data.direction);
  const char *title = "Parameters and value of complete trials, coloured by rank";
  const double least = 2 * margin + Svg::widthOf(title);
  if (best.empty()) {
    Svg svg(least, 90, title);
    svg.text(16, 60, "no trial is complete yet");
    return svg.finish();
  }
  std::vector<Parameter> parameters = parametersOf(data.trials);
  std::vector<double> values;
  for (const TrialRecord *trial : best)
    values.push_back(*trial->value);
  const Scale scale = Scale::of(values).between(bottom, top);
  std::vector<Axis> axes{{.name = "value"}};
  addTicks(axes[0], scale, false);
  for (const Parameter &parameter : parameters)
    axes.push_back(axisOf(parameter, std::any_of(best.begin(), best.end(), [&](const TrialRecord *trial) {
                            return !trial->find(parameter.name);
                          })));
  // Each axis is so far from the one before it that neither names nor labels meet.
  double x = margin;
  for (size_t i = 0; i < axes.size(); ++i) {
    const double half = Svg::widthOf(axes[i].name) / 2;
    double step = std::max(axes[i].labels + 12, half);
    if (i > 0)
      step = std::max({step + 16, Svg::widthOf(axes[i - 1].name) / 2 + half + 16, 110.0});
    axes[i].x = x += step;
  }
  x += Svg::widthOf(axes.back().name) / 2;
  Svg svg(std::max(x + margin, least), absent + 24, title);
  colourBar(svg);
  for (auto trial = best.rbegin(); trial != best.rend(); ++trial) { // the best on top
    Svg::Points points{{axes[0].x, scale.place(*(*trial)->value)}};
    for (size_t i = 0; i < parameters.size(); ++i)
      points.push_back({axes[i + 1].x, placeOf(parameters[i], **trial)});
    const double rank = double(best.rend() - trial - 1) / std::max(1.0, double(best.size()) - 1);
    svg.path(points, colourOf(rank), rank == 0 ? 2.5 : 1.2,
             "trial " + std::to_string((*trial)->number) + ": " + readable(*(*trial)->value) + "\n" +
                 assignments((*trial)->parameters));
  }
  for (const Axis &axis : axes) {
    svg.line(axis.x, top, axis.x, bottom, "#343a40", 1.5);
    svg.text(axis.x, top - 16, axis.name, Svg::Anchor::Middle, "#000000");
    for (auto &[place, label] : axis.marks) {
      svg.line(axis.x - 4, place, axis.x, place, "#343a40");
      svg.text(axis.x - 8, place + 4, label, Svg::Anchor::End);
    }
  }
  return svg.finish();
}

} // namespace tenon::search
