// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Plots.h"
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"

#include <filesystem>

namespace tenon::search {

void writePlots(const Study &study, const std::string &folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw Error(folder + ": cannot be made: " + error.message());
  const PlotData data{study.trials(), study.settings().direction, study.settings().seed};
  writeFile(folder + "/history.svg", historyPlot(data));
  writeFile(folder + "/parallel_coordinates.svg", parallelCoordinatesPlot(data));
  writeFile(folder + "/importances.svg", importancesPlot(data));
}

} // namespace tenon::search
