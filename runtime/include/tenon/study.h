// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_STUDY_H
#define TENON_STUDY_H

#include <tenon/pruners.h>
#include <tenon/samplers.h>
#include <tenon/trial.h>

#include <functional>
#include <limits>

namespace tenon {

/// What a study is, kept in its folder's journal.
struct StudySettings {
  Direction direction = Direction::Minimize;
  uint64_t seed = 0;
  std::string sampler; ///< as makeSampler takes it: its name, and in parentheses the arguments not by default
  std::string pruner;  ///< likewise; "none" without one
  /// False in a study made before arguments were kept: it goes on with any.
  bool withArguments = true;
};

/// What is left out of direction, seed, sampler and pruner is as the study in the folder has it (its options by
/// default); a new one is minimized with seed 0 by TPE without pruning.
struct StudyOptions {
  /// Where the study lies or will; made with those above it. Empty: in memory, for threads of this process alone.
  std::string folder = {};
  std::optional<Direction> direction = std::nullopt;
  std::optional<uint64_t> seed = std::nullopt;
  std::shared_ptr<Sampler> sampler = nullptr;
  std::shared_ptr<Pruner> pruner = nullptr;
  /// Seconds without a record after which a living worker's trial is taken over; a dead one's is at once.
  double staleAfter = std::numeric_limits<double>::infinity();
  /// Workers that may be lost with one trial; then it counts as failed, so that it cannot end every worker.
  int maxWorkersPerTrial = 5;
};

/// When optimize ends, besides when the sampler has nothing left to try. All that is given counts.
struct SearchLimits {
  /// Trials the study shall have in all: those of earlier calls, other workers and failed ones are counted. Enqueued
  /// ones are run also when there are so many.
  std::optional<int64_t> trials = std::nullopt;
  std::optional<double> seconds = std::nullopt; ///< of this call; the trial that runs is finished
  std::optional<double> value = std::nullopt;   ///< a best value at least as good as this
  int executions = 1;                           ///< how often the objective is called for a trial; the mean counts
  /// That many trials of this call that throw, with none between that succeeds, end it with an Error that says why the
  /// last one failed; 0: never. A value that is not finite is a failed trial, too, but only what a bad point has: it
  /// ends the call only while the study has no trial that succeeded, and then once that many trials, or 10 if that is
  /// more, have failed since the call began, whoever ran them.
  int maxConsecutiveFailures = 3;
  /// Called after each trial of this call.
  std::function<void(const TrialRecord &)> afterTrial = nullptr;
  /// Asked before each trial: true ends the call (a signal came).
  std::function<bool()> stop = nullptr;
};

/// A value to make small or large of a trial's hyper-parameters.
using Objective = std::function<double(Trial &)>;

namespace search {
class StudyStore;
}

/// A hyper-parameter search: trials, each a set of parameters and the value it led to. In a folder it outlives its
/// processes, and any number of them work on it at once, each with a Study of its own; every step is in the journal
/// before the worker learns of it. Member functions may be called from several threads. A process that forks must
/// not use the parent's Study in the child.
class Study {
public:
  /// Opens the study of that folder or makes it. An Error when its direction, seed, sampler or pruner (or one's
  /// arguments) is another than asked for, its journal is damaged or of another version, or it cannot be written.
  explicit Study(StudyOptions options = {});

  static bool exists(const std::string &folder);

  const StudySettings &settings() const;
  const std::string &folder() const; ///< empty in memory

  /// A trial to run, in this order: one that a dead or silent worker left, the next enqueued one, a new one unless the
  /// study has `limit` trials. Nothing when there is none of these.
  std::optional<Trial> ask(std::optional<int64_t> limit = std::nullopt);
  /// Ends a trial with its value; one that is not finite makes it Failed. TrialLost when it was taken over, Error when
  /// it was told before; so the two below.
  void tell(Trial &trial, double value);
  /// Ends it early; its value is the last one reported.
  void tellPruned(Trial &trial);
  void tellFailed(Trial &trial, const std::string &why);

  /// Asks, calls the objective and tells until a limit is reached. TrialPruned ends a trial as pruned, any other
  /// exception as failed (with its text), except SearchSpaceError, which is passed on. A trial that was lost to another
  /// worker is left to it with a line on stderr. When none is left to start, it waits for those of other workers, to
  /// take over what they leave. Usage Error without any limit, unless the sampler ends by itself.
  void optimize(const Objective &objective, const SearchLimits &limits);

  /// Adds a trial that will be run with these values before any new one; parameters not named are sampled. Its number.
  /// An Error for a number that is not finite. once: where the same values were enqueued before, by whatever process,
  /// nothing is added, and the number is that trial's.
  int64_t enqueue(const std::map<std::string, ParameterValue> &parameters, bool once = false);
  /// Says of trials that were left that their workers were ended on purpose: for maxWorkersPerTrial these do not count.
  void excuse();

  /// All trials, by number, other workers' included.
  std::vector<TrialRecord> trials() const;
  /// The complete trial with the best value, the earlier of equals; nothing when none is complete.
  std::optional<TrialRecord> best() const;
  /// Where a trial's files are (Trial::folder); it need not exist.
  std::string folderOf(int64_t number) const;

private:
  bool hasOthers() const; ///< whether other workers have trials, or left some
  std::shared_ptr<search::StudyStore> store_;
};

} // namespace tenon
#endif // TENON_STUDY_H
