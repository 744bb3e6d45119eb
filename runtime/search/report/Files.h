// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_REPORT_FILES_H
#define TENON_RUNTIME_SEARCH_REPORT_FILES_H

#include <tenon/study.h>

namespace tenon::search {

/// The ten best complete trials as columns, what the others came to, and the best one's parameters as they read back.
std::string toTable(const Study &study);
/// {"direction", "seed", "sampler", "pruner", "best": {"number", "value", "params"} or null, "trials": [...]}; floats
/// as they read back, NaN and infinities as texts.
std::string toJson(const Study &study);
/// A line of names, then one for each trial; a parameter that a trial has not is left empty.
std::string toCsv(const Study &study);
/// history.svg, parallel_coordinates.svg and importances.svg in a folder, which is made.
void writePlots(const Study &study, const std::string &folder);
/// Files of events for TensorBoard's page of hyper-parameters: the experiment in `folder`, each trial that has begun in
/// a run trial_<number> of its own. Those of an earlier call are replaced.
void writeTensorBoard(const Study &study, const std::string &folder);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_REPORT_FILES_H
