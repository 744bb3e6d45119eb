// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/RunningTrial.h"

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace tenon {
using search::Record;
using Step = search::StudyStore::Step;

namespace {
void check(const SearchLimits &limits, const Sampler &sampler) {
  auto fail = [](const std::string &what) { throw Error("Study::optimize: " + what, Fault::Usage); };
  if (!limits.trials && !limits.seconds && !limits.value && !limits.stop && !sampler.isFinite())
    fail("expected a limit: .trials, .seconds, .value or .stop");
  if (limits.trials && *limits.trials < 0)
    fail("expected .trials of 0 or more, received " + std::to_string(*limits.trials));
  if (limits.seconds && !(*limits.seconds >= 0))
    fail("expected .seconds of 0 or more, received " + std::to_string(*limits.seconds));
  if (limits.value && std::isnan(*limits.value))
    fail("expected .value to be a number, received NaN");
  if (limits.executions < 1)
    fail("expected .executions of 1 or more, received " + std::to_string(limits.executions));
  if (limits.maxConsecutiveFailures < 0)
    fail("expected .maxConsecutiveFailures of 0 or more, received " + std::to_string(limits.maxConsecutiveFailures));
}

/// The objective's mean over the executions; those a lost worker did are not repeated.
double meanOf(const Objective &objective, Trial &trial, search::RunningTrial &running, int executions) {
  std::vector<double> done = trial.record().executions;
  while (int(done.size()) < executions) {
    running.execution = int(done.size());
    double value = objective(trial);
    done.push_back(value);
    if (executions > 1) {
      Step step(*running.store);
      running.owned(step, "an execution's value " + toText(ParameterValue(value)));
      step.append({.kind = Record::Kind::Execution, .number = running.number, .result = value}, true);
    }
    if (!std::isfinite(value))
      return value;
  }
  double sum = 0;
  for (double value : done)
    sum += value;
  return sum / double(done.size());
}
struct Counted {
  std::atomic<int> &count;
  explicit Counted(std::atomic<int> &count) : count(count) { ++count; }
  ~Counted() { --count; }
};
} // namespace

void Study::optimize(const Objective &objective, const SearchLimits &limits) {
  check(limits, *store_->options().sampler);
  const double begin = search::now();
  int failures = 0;
  while (true) {
    if ((limits.stop && limits.stop()) || (limits.seconds && search::now() - begin >= *limits.seconds))
      return;
    if (limits.value) {
      std::optional<TrialRecord> found = best();
      SearchHistory history{{}, settings().direction, 0};
      if (found && history.loss(*found->value) <= history.loss(*limits.value))
        return;
    }
    std::optional<Counted> counted(store_->optimizing); // before ask: no other thread is to think that it is the last
    std::optional<Trial> asked = ask(limits.trials);
    if (!asked) {
      counted.reset();
      if (!hasOthers())
        return;
      usleep(20'000); // for them to end, or to die
      continue;
    }
    Trial &trial = *asked;
    try {
      try {
        tell(trial, meanOf(objective, trial, *trial.running_, limits.executions));
      } catch (const TrialPruned &) {
        tellPruned(trial);
      } catch (const TrialLost &) {
        throw;
      } catch (const SearchSpaceError &error) {
        tellFailed(trial, error.what());
        throw;
      } catch (const std::exception &error) {
        tellFailed(trial, error.what());
      }
    } catch (const TrialLost &lost) {
      std::fprintf(stderr, "Study: %s\n", lost.what());
      continue;
    }
    TrialRecord record = trial.record();
    if (limits.afterTrial)
      limits.afterTrial(record);
    failures = record.state == TrialState::Failed ? failures + 1 : 0;
    if (limits.maxConsecutiveFailures > 0 && failures >= limits.maxConsecutiveFailures)
      throw Error("Study::optimize: " + std::to_string(failures) + " trials in a row failed, the last one, trial " +
                  std::to_string(record.number) + ": " + record.failure);
  }
}

bool Study::hasOthers() const {
  if (store_->optimizing > 0)
    return true;
  Step step(*store_);
  for (const TrialRecord &trial : step.trials())
    if (trial.state == TrialState::Running && (step.isOthers(trial) || step.isLeft(trial)))
      return true;
  return false;
}

} // namespace tenon
