// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_REPORT_PLOTS_H
#define TENON_RUNTIME_SEARCH_REPORT_PLOTS_H

#include <tenon/study.h>

namespace tenon::search {

/// What plots show.
struct PlotData {
  std::vector<TrialRecord> trials;
  Direction direction = Direction::Minimize;
  uint64_t seed = 0;
};

/// Each is a picture as svg; where there is nothing to show yet, a sentence says so.
/// The values by trial, and the best so far.
std::string historyPlot(const PlotData &data);
/// An axis for the value and for each parameter, a line for each complete trial, dark for the best.
std::string parallelCoordinatesPlot(const PlotData &data);
/// Bars of importances().
std::string importancesPlot(const PlotData &data);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_REPORT_PLOTS_H
