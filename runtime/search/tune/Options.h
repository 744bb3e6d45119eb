// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_OPTIONS_H
#define TENON_RUNTIME_SEARCH_TUNE_OPTIONS_H

#include <tenon/study.h>

namespace CLI {
class App;
}

namespace tenon::search {

/// What the command line says of a search, of `tenon tune` as of a program with tuneMain.
struct TuneOptions {
  std::optional<int64_t> trials;
  std::optional<double> timeout, target, staleAfter;
  int executions = 1, workers = 1, maxFailures = 3;
  std::string study; ///< empty: a temporary one
  std::optional<std::string> sampler, pruner, direction;
  std::optional<uint64_t> seed;
  std::vector<std::string> enqueued; ///< NAME=VALUE,NAME=VALUE
  std::string keep;                  ///< "all", "best"; empty: not said, all
  bool show = false;
  std::string json, csv, plots, tensorboard;
};

void addOptions(CLI::App &app, TuneOptions &options);

/// The study they name, opened or made in `folder`, with `byDefault` as the direction that is not given.
Study openStudy(const TuneOptions &options, const std::string &folder, std::optional<Direction> byDefault);

/// What the command line says of the files that a study is written into, and whether it asks for any.
bool wantsFiles(const TuneOptions &options);
void writeFiles(const Study &study, const TuneOptions &options);

/// The footer of --help: samplers and pruners with their arguments, how a search ends, and with which exit codes.
std::string footer();

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_OPTIONS_H
