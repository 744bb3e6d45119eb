// SPDX-License-Identifier: Apache-2.0
// bench_search [SAMPLER...] [--seeds N]: for each sampler the median over N (30) seeds of the best value after 50, 100
// and 200 trials of Branin and Hartmann6, the processor time of a trial, and what one costs at 1,000 trials; then the
// best value after 60 trials where 30 % of the space has none, how many failed, and after 50 where values are huge.
#include "tests/runtime/search/Functions.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>

using namespace tenon;

namespace {
/// Of this process on its one core, as the machine may be shared.
double seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

std::shared_ptr<Sampler> samplerOf(const std::string &name) {
  if (name == "tpe multivariate")
    return std::make_shared<TpeSampler>(TpeOptions{.multivariate = true});
  return makeSampler(name);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void row(const std::string &name, const Objective &objective, int seeds) {
  std::map<size_t, std::vector<double>> best;
  double begin = seconds();
  for (int seed = 0; seed < seeds; ++seed) {
    Study study({.seed = uint64_t(seed), .sampler = samplerOf(name)});
    study.optimize(objective, {.trials = 200});
    for (size_t count : {50, 100, 200})
      best[count].push_back(test::bestOf(study.trials(), count));
  }
  std::printf(" %7.3f / %7.3f / %7.3f (%6.2f ms a trial) |", median(best[50]), median(best[100]), median(best[200]),
              (seconds() - begin) / seeds / 200 * 1e3);
  std::fflush(stdout);
}

void badPoints(const std::string &name, int seeds) {
  std::vector<double> atCliff, diverging, failed;
  for (int seed = 0; seed < seeds; ++seed) {
    Study study({.seed = uint64_t(seed), .sampler = samplerOf(name)});
    study.optimize(test::cliff, {.trials = 60});
    const std::vector<TrialRecord> trials = study.trials();
    failed.push_back(double(std::count_if(trials.begin(), trials.end(),
                                          [](const TrialRecord &trial) { return trial.state == TrialState::Failed; })));
    atCliff.push_back(test::bestOf(trials, trials.size()));
    Study other({.seed = uint64_t(seed), .sampler = samplerOf(name)});
    other.optimize(test::diverging, {.trials = 50});
    diverging.push_back(test::bestOf(other.trials(), 50));
  }
  std::printf(" cliff %.4f, %g failed; diverging %.2g |\n", median(atCliff), median(failed), median(diverging));
}

/// Milliseconds a trial between the 1,000th and the 1,020th, asking and telling included.
double costAt1000(const std::string &name, const Objective &objective) {
  Study study({.seed = 1, .sampler = std::make_shared<RandomSampler>()});
  if (name != "cmaes") // which learns of its own points alone
    study.optimize(objective, {.trials = 1000});
  Study measured({.seed = 1, .sampler = samplerOf(name)});
  for (const TrialRecord &trial : study.trials()) {
    std::map<std::string, ParameterValue> point;
    for (const Parameter &parameter : trial.parameters)
      point[parameter.name] = parameter.value;
    measured.enqueue(point);
  }
  measured.optimize(objective, {.trials = 1000});
  double begin = seconds();
  measured.optimize(objective, {.trials = 1020});
  return (seconds() - begin) / 20 * 1e3;
}
} // namespace

int main(int argc, char **argv) {
  int seeds = 30;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i)
    if (!std::strcmp(argv[i], "--seeds") && i + 1 < argc)
      seeds = std::max(1, std::atoi(argv[++i]));
    else
      names.push_back(argv[i]);
  if (names.empty()) {
    names = samplerNames();
    std::erase(names, "grid");
    names.push_back("tpe multivariate");
  }
  try {
    std::printf("medians of %d seeds after 50 / 100 / 200 trials\n", seeds);
    for (const std::string &name : names) {
      std::printf("| %-16s |", name.c_str());
      row(name, test::branin, seeds);
      row(name, test::hartmann6, seeds);
      std::printf(" at 1,000 trials: %.2f and %.2f ms |", costAt1000(name, test::branin),
                  costAt1000(name, test::hartmann6));
      badPoints(name, seeds);
    }
  } catch (const Error &error) {
    std::fprintf(stderr, "bench_search: %s\n", error.what());
    return int(error.fault());
  }
}
