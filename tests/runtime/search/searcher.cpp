// SPDX-License-Identifier: Apache-2.0
// A worker that search_kill_test ends: searcher STUDY SAMPLER TRIALS MICROSECONDS [STALE]. Each trial takes that long,
// writes a line into its folder's `log` when it has its parameters and when it ends; what the worker lost goes to
// stderr.
#include "tests/runtime/search/Functions.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace tenon;

namespace {
void log(const Trial &trial, const char *what) {
  std::FILE *file = std::fopen((trial.folder() + "/log").c_str(), "a");
  std::fprintf(file, "%s %d\n", what, int(getpid()));
  std::fclose(file);
}
} // namespace

int main(int argc, char **argv) {
  if (argc < 5)
    return 2;
  const useconds_t pause = useconds_t(std::atoi(argv[4]));
  try {
    StudyOptions options{.folder = argv[1], .seed = 11, .sampler = makeSampler(argv[2])};
    options.maxWorkersPerTrial = 1000; // killed so often that one trial may meet many
    if (argc > 5)
      options.staleAfter = std::atof(argv[5]);
    Study study(options);
    study.optimize(
        [&](Trial &trial) {
          double value = test::hartmann6(trial);
          log(trial, "begin");
          usleep(pause);
          trial.report(0, value);
          usleep(pause);
          log(trial, "end");
          return value;
        },
        {.trials = std::atoi(argv[3])});
  } catch (const Error &error) {
    std::fprintf(stderr, "searcher: %s\n", error.what());
    return 1;
  }
}
