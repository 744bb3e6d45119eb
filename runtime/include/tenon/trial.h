// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TRIAL_H
#define TENON_TRIAL_H

#include <tenon/error.h>
#include <tenon/parameter.h>

#include <map>
#include <memory>
#include <optional>

namespace tenon {

/// What an objective throws to end a trial that is not worth going on with; PruningCallback does.
class TrialPruned : public std::runtime_error {
public:
  TrialPruned() : std::runtime_error("the trial was pruned") {}
};

/// The trial was taken over by another worker, as this one was silent for longer than StudyOptions::staleAfter; what
/// this one reports or tells is refused.
class TrialLost : public Error {
public:
  using Error::Error;
};

/// A parameter was asked for with a range that is none, or another than the study knows under that name.
class SearchSpaceError : public Error {
public:
  explicit SearchSpaceError(const std::string &message) : Error(message, Fault::Usage) {}
};

enum class TrialState {
  Waiting,  ///< enqueued
  Running,  ///< a worker has it, or died with it
  Complete, ///< has a value
  Pruned,   ///< ended early; its value is the last one reported, if any
  Failed    ///< the objective threw, or its value was not finite
};
/// "waiting", "running", "complete", "pruned", "failed".
const char *toText(TrialState state);

/// All that a study knows of a trial.
struct TrialRecord {
  int64_t number = 0; ///< from 0, without gaps
  TrialState state = TrialState::Waiting;
  std::vector<Parameter> parameters = {};             ///< in the order they were first asked for
  std::optional<double> value = std::nullopt;         ///< the mean of the executions
  std::map<std::string, ParameterValue> planned = {}; ///< enqueued, or drawn when it began; not all may be asked for
  std::map<std::string, ParameterValue> enqueued = {}; ///< what it was enqueued with
  std::vector<double> executions = {};                ///< one value for each execution that is done
  std::map<int64_t, double> reports = {};             ///< intermediate values by step; NaN where a training diverged
  std::map<std::string, std::string> attributes = {};
  std::string failure = {}; ///< why it failed
  /// Failed by something else than its parameters: its workers died, or the program asked for a parameter wrongly.
  bool accident = false;
  double started = 0;       ///< Unix time in seconds: when the last worker got it
  double touched = 0;       ///< when the last record was made of it
  double finished = 0;      ///< when it was told, 0 before
  int workers = 0;          ///< how many had it, those ended on purpose left out: 2 when it was taken over once

  /// Its value of that parameter; null when it has none of that name.
  const ParameterValue *find(const std::string &name) const;
  bool isFinished() const { return state != TrialState::Waiting && state != TrialState::Running; }
};

struct IntOptions {
  int64_t step = 1;
  bool log = false; ///< low must be at least 1, step 1
};
struct FloatOptions {
  double step = 0;  ///< 0: every number between low and high
  bool log = false; ///< low must be above 0, step 0
};

namespace search {
class RunningTrial;
}

/// A trial in the hands of a worker; copies are the same trial. When the last one goes and the trial was not told, or
/// the process dies, another worker takes the trial over: the same number, the same parameters, the same folder.
class Trial {
public:
  explicit Trial(std::shared_ptr<search::RunningTrial> running) : running_(std::move(running)) {}

  int64_t number() const;

  /// The value of a hyper-parameter, as the study's sampler suggests it; asked for again, the same value. The order of
  /// calls and which are made may depend on values got before (a conditional space). Each throws SearchSpaceError for
  /// a range that is empty or not the one the study knows under that name, TrialLost, and Error when an enqueued value
  /// is out of the range.
  int64_t suggestInt(const std::string &name, int64_t low, int64_t high, IntOptions options = {});
  double suggestFloat(const std::string &name, double low, double high, FloatOptions options = {});
  std::string suggestCategorical(const std::string &name, const std::vector<std::string> &choices);
  /// suggestCategorical of "false" and "true".
  bool suggestBool(const std::string &name);
  /// The same for a range made by hand.
  ParameterValue suggest(const std::string &name, const ParameterRange &range);

  /// An intermediate value after `step` (an epoch, from 0), for pruners. One of an earlier step than the last erases
  /// those behind it: the trial began anew. Only the first execution's are kept. TrialLost when it is no longer ours.
  void report(int64_t step, double value);
  /// Whether the study's pruner would end the trial, by what is reported. False in all but the first execution.
  bool shouldPrune();

  /// A folder of the trial's own, made when asked for; it stays, so that the best trial's model can be read back, and a
  /// trial that is taken over finds what was there (a backup to go on from). An Error in a study without a folder.
  std::string folder() const;
  /// Which of SearchLimits::executions this is, from 0.
  int execution() const;
  /// A text to be kept with the trial.
  void setAttribute(const std::string &key, const std::string &text);
  /// Says that the worker is alive, where neither a report nor a suggestion does, for StudyOptions::staleAfter.
  void keepAlive();
  /// What the study knows of it now.
  TrialRecord record() const;

private:
  friend class Study;
  std::shared_ptr<search::RunningTrial> running_;
};

} // namespace tenon
#endif // TENON_TRIAL_H
