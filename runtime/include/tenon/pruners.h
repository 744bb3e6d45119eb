// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_PRUNERS_H
#define TENON_PRUNERS_H

#include <tenon/callback.h>
#include <tenon/samplers.h>

namespace tenon {

/// Decides by intermediate values which trials are not worth going on with. A step is an epoch counted from 0, so that
/// `step + 1` epochs are what a trial has cost.
class Pruner {
public:
  virtual ~Pruner() = default;
  /// What the study keeps of it: "median".
  virtual std::string name() const = 0;
  /// Those of its options that are not by default, as makePruner takes them: "maxResource=27".
  virtual std::string arguments() const { return ""; }
  /// Whether to end `trial`, which has just reported; asked after each report. A NaN is worse than any number.
  virtual bool shouldPrune(const SearchHistory &history, const TrialRecord &trial) const = 0;
};

struct MedianPrunerOptions {
  int startupTrials = 5;     ///< complete ones before any is pruned
  int64_t warmupSteps = 0;   ///< no trial is pruned before this step
  int64_t intervalSteps = 1; ///< between two decisions; the first report in each interval behind the warm-up decides
};
/// Ends a trial whose best value so far is worse than the median of what complete trials reported at the same step
/// (Golovin et al., "Google Vizier", 2017).
class MedianPruner : public Pruner {
public:
  explicit MedianPruner(MedianPrunerOptions options = {});
  std::string name() const override { return "median"; }
  std::string arguments() const override;
  bool shouldPrune(const SearchHistory &history, const TrialRecord &trial) const override;

private:
  MedianPrunerOptions options_;
};

struct SuccessiveHalvingOptions {
  int64_t minResource = 1; ///< epochs until the first decision
  int reductionFactor = 4; ///< of the trials at a rung one in that many goes on, to that many times the epochs
};
/// Asynchronous successive halving (Li et al., "A system for massively parallel hyperparameter tuning", 2020): decides
/// after minResource * reductionFactor^k epochs, and lets a trial on that is among the best of those that got there.
class SuccessiveHalvingPruner : public Pruner {
public:
  explicit SuccessiveHalvingPruner(SuccessiveHalvingOptions options = {});
  std::string name() const override { return "halving"; }
  std::string arguments() const override;
  bool shouldPrune(const SearchHistory &history, const TrialRecord &trial) const override;

private:
  SuccessiveHalvingOptions options_;
};

struct HyperbandOptions {
  int64_t minResource = 1;
  int64_t maxResource = 100; ///< epochs of a trial that is never pruned
  int reductionFactor = 3;
};
/// Hyperband (Li et al., 2018): as many brackets of successive halving as there are powers of reductionFactor between
/// the two resources, each with a later first decision; the largest power is the end, where none is. A trial's bracket
/// is a function of (seed, number), in the proportions in which Hyperband fills them.
class HyperbandPruner : public Pruner {
public:
  explicit HyperbandPruner(HyperbandOptions options = {});
  std::string name() const override { return "hyperband"; }
  std::string arguments() const override;
  bool shouldPrune(const SearchHistory &history, const TrialRecord &trial) const override;
  /// The bracket of a trial, 0 being the one that decides first.
  int bracketOf(uint64_t seed, int64_t trial) const;
  int brackets() const;

private:
  HyperbandOptions options_;
};

/// "none" (null), "median", "halving" or "hyperband" with its default options, or with some of them by name:
/// "hyperband(maxResource=27,reductionFactor=3)". Errors as makeSampler's.
std::shared_ptr<Pruner> makePruner(const std::string &text);
const std::vector<std::string> &prunerNames();

struct PruningOptions {
  std::string monitor = "val_loss"; ///< the log that is reported after every epoch; better in the study's direction
};
/// In `fit`: reports a log to the trial and throws TrialPruned out of fit when the study's pruner says so.
class PruningCallback : public Callback {
public:
  explicit PruningCallback(Trial trial, PruningOptions options = {});
  /// An Error that lists the logs there are when the monitored one is not among them.
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  bool wantsBatchLogs() const override { return false; }
  std::string name() const override { return "PruningCallback"; }

private:
  Trial trial_;
  PruningOptions options_;
};

} // namespace tenon
#endif // TENON_PRUNERS_H
