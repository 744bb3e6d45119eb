// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Plots.h"
#include "runtime/search/report/Scale.h"
#include "runtime/search/report/Svg.h"
#include "runtime/search/report/Text.h"

#include <algorithm>

namespace tenon::search {
namespace {
constexpr double width = 760, height = 420, right = 24, top = 84, bottom = 62, failures = 18;

std::string hoverOf(const TrialRecord &trial) {
  return "trial " + std::to_string(trial.number) + " " + toText(trial.state) +
         (trial.value ? ": " + readable(*trial.value) : "") + "\n" + assignments(trial.parameters);
}

/// What each mark means, in a row.
void legend(Svg &svg, double x, double y) {
  auto entry = [&](const char *name, auto &&mark) {
    mark(x, y - 4);
    svg.text(x + 12, y, name);
    x += 12 + Svg::widthOf(name) + 28;
  };
  entry("complete", [&](double x, double y) { svg.circle(x, y, 4, colours::blue); });
  entry("pruned", [&](double x, double y) { svg.diamond(x, y, 4.5, colours::orange); });
  entry("failed", [&](double x, double y) { svg.cross(x, y, 4, colours::vermilion); });
  entry("best so far", [&](double x, double y) { svg.line(x - 8, y, x + 8, y, colours::green, 2); });
}

Svg::Points bestSoFar(const PlotData &data, const Scale &x, const Scale &y) {
  const SearchHistory history{data.trials, data.direction, data.seed};
  Svg::Points points;
  std::optional<double> best;
  for (const TrialRecord &trial : data.trials) {
    if (trial.state != TrialState::Complete || (best && history.loss(*trial.value) >= history.loss(*best)))
      continue;
    if (best)
      points.push_back({x.place(double(trial.number)), y.place(*best)});
    best = *trial.value;
    points.push_back({x.place(double(trial.number)), y.place(*best)});
  }
  if (best)
    points.push_back({x.place(double(data.trials.back().number)), y.place(*best)});
  return points;
}
} // namespace

std::string historyPlot(const PlotData &data) {
  Svg svg(width, height, "Value by trial");
  // A pruned trial may be off by far: the axis is of the complete ones, unless there are none.
  std::vector<double> values;
  for (TrialState state : {TrialState::Complete, TrialState::Pruned})
    if (values.empty())
      for (const TrialRecord &trial : data.trials)
        if (trial.state == state && trial.value)
          values.push_back(*trial.value);
  if (values.empty()) {
    svg.text(16, 60, "no trial has a value yet");
    return svg.finish();
  }
  Scale y = Scale::of(values).between(height - bottom - failures, top);
  const std::vector<Tick> ticks = y.ticks(6);
  const double left = 16 + widestOf(ticks) + 8;
  Scale x = Scale(0, std::max<double>(1, double(data.trials.back().number)), false).between(left + 10, width - right);
  svg.text(16, top - 14, "value (" + std::string(toText(data.direction)) + (y.log() ? ", logarithmic" : "") + ")");
  legend(svg, 24, 46);
  for (const Tick &tick : ticks) {
    svg.line(left, y.place(tick.value), width - right, y.place(tick.value), colours::grid);
    svg.text(left - 8, y.place(tick.value) + 4, tick.label, Svg::Anchor::End);
  }
  svg.line(left, top, left, height - bottom, colours::axis);
  svg.line(left, height - bottom, width - right, height - bottom, colours::axis);
  for (const Tick &tick : x.ticks(10, /*whole=*/true)) {
    svg.line(x.place(tick.value), height - bottom, x.place(tick.value), height - bottom + 4, colours::axis);
    svg.text(x.place(tick.value), height - bottom + 18, tick.label, Svg::Anchor::Middle);
  }
  svg.text((left + width - right) / 2, height - 16, "trial", Svg::Anchor::Middle);
  for (const TrialRecord &trial : data.trials) {
    const double at = x.place(double(trial.number));
    if (trial.state == TrialState::Complete)
      svg.circle(at, y.place(*trial.value), 3.5, colours::blue, hoverOf(trial));
    else if (trial.state == TrialState::Pruned && trial.value) {
      const double value = y.log() ? std::max(*trial.value, y.low()) : *trial.value;
      svg.diamond(at, std::clamp(y.place(value), top, height - bottom - failures), 4, colours::orange, hoverOf(trial));
    } else if (trial.state == TrialState::Failed || trial.state == TrialState::Pruned)
      svg.cross(at, height - bottom - 8, 3.5, trial.state == TrialState::Failed ? colours::vermilion : colours::orange,
                hoverOf(trial));
  }
  if (Svg::Points best = bestSoFar(data, x, y); !best.empty())
    svg.path(best, colours::green, 2);
  return svg.finish();
}

} // namespace tenon::search
