// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/RunningTrial.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace tenon {
using search::Record;
using Step = search::StudyStore::Step;

namespace {
/// Trials without a number that a search is given to find one in a study which never had it.
constexpr int mostWithoutNumber = 10;

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

/// A program that cannot run must not fail for all of the search, while a region of the space may well have no number.
class Failures {
public:
  Failures(search::StudyStore &store, int most) : store_(store), most_(most), before_(ofAll().failed) {}

  /// An Error when there are too many.
  void count(const TrialRecord &trial, bool isNotFinite) {
    if (trial.state != TrialState::Failed) {
      inARow_ = 0;
      return;
    }
    if (!isNotFinite)
      ++inARow_;
    if (most_ == 0)
      return;
    const std::string last = ", the last one, trial " + std::to_string(trial.number) + ": " + trial.failure;
    if (inARow_ >= most_)
      throw Error("Study::optimize: " + std::to_string(inARow_) + " trials in a row failed" + last);
    if (!isNotFinite || hadSuccess_)
      return;
    const Sum sum = ofAll(); // not the own ones alone: with many workers that would be many times as long
    hadSuccess_ = sum.hasSuccess;
    if (const int64_t failed = sum.failed - before_; !hadSuccess_ && failed >= std::max(most_, mostWithoutNumber))
      throw Error("Study::optimize: " + std::to_string(failed) + " trials and none with a finite number" + last);
  }

private:
  struct Sum {
    int64_t failed = 0;
    bool hasSuccess = false;
  };

  /// Of the study's trials, those of other workers included.
  Sum ofAll() const {
    Sum sum;
    Step step(store_);
    for (const TrialRecord &trial : step.trials()) {
      sum.failed += trial.state == TrialState::Failed && !trial.accident;
      sum.hasSuccess |= trial.state == TrialState::Complete || trial.state == TrialState::Pruned;
    }
    return sum;
  }

  search::StudyStore &store_;
  int most_, inARow_ = 0;
  int64_t before_; ///< failures that this search has nothing to do with: a command that is given again gets as many
  bool hadSuccess_ = false;
};

struct Counted {
  std::atomic<int> &count;
  explicit Counted(std::atomic<int> &count) : count(count) { ++count; }
  ~Counted() { --count; }
};
} // namespace

void Study::optimize(const Objective &objective, const SearchLimits &limits) {
  check(limits, *store_->options().sampler);
  const double begin = search::now();
  Failures failures(*store_, limits.maxConsecutiveFailures);
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
    bool isNotFinite = false;
    try {
      try {
        const double value = meanOf(objective, trial, *trial.running_, limits.executions);
        isNotFinite = !std::isfinite(value);
        tell(trial, value);
      } catch (const TrialPruned &) {
        tellPruned(trial);
      } catch (const TrialLost &) {
        throw;
      } catch (const SearchSpaceError &error) {
        trial.running_->tell(TrialState::Failed, std::nullopt, error.what(), /*accident=*/true);
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
    failures.count(record, isNotFinite);
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
