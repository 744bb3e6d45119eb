// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_TUNE_H
#define TENON_RUNTIME_SEARCH_TUNE_TUNE_H

#include "runtime/search/tune/Options.h"
#include "runtime/search/tune/Parameters.h"

namespace tenon::search {

/// What is to be searched, besides what the command line says.
struct TuneTask {
  std::string name; ///< in front of messages
  Objective objective;
  std::optional<Direction> direction = std::nullopt;       ///< unless the command line says another
  std::vector<NamedRange> parameters = {};                 ///< where they are known beforehand
  std::map<std::string, ParameterValue> defaults = {};     ///< to be tried first
  std::function<void(const Study &)> afterwards = nullptr; ///< when the search has ended by itself
};

/// Runs a search to its end, with progress, tables and files, or shows one. Workers are this program
/// once more, with its command line; in one of them it does not return. The number of the signal that stopped it, 0
/// without. Throws Error.
int tune(const TuneOptions &options, const TuneTask &task);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_TUNE_H
