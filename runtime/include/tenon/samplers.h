// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_SAMPLERS_H
#define TENON_SAMPLERS_H

#include <tenon/trial.h>

namespace tenon {

enum class Direction { Minimize, Maximize };
/// "minimize", "maximize"; the way back throws a Usage Error for another text.
const char *toText(Direction direction);
Direction directionFrom(const std::string &text);

/// What samplers and pruners see of a study.
struct SearchHistory {
  const std::vector<TrialRecord> &trials; ///< by number
  Direction direction = Direction::Minimize;
  uint64_t seed = 0;

  /// The value where less is better.
  double loss(double value) const { return direction == Direction::Minimize ? value : -value; }
};

/// Chooses hyper-parameters. All it knows is the history, and all its randomness a function of (seed, trial, purpose):
/// so any worker goes on where another stopped, and a study is reproducible when one worker runs it.
class Sampler {
public:
  virtual ~Sampler() = default;
  /// What the study keeps of it: "tpe".
  virtual std::string name() const = 0;
  /// Those of its options that are not by default, as makeSampler takes them: "startupTrials=20,candidates=48". The
  /// study keeps them with the name.
  virtual std::string arguments() const { return ""; }
  /// Values that a new trial's parameters get together, asked for when it begins. Parameters it is asked for and that
  /// are not among them get theirs from sampleOne, one by one.
  virtual std::vector<Parameter> sampleJointly(const SearchHistory &, int64_t /*trial*/) const { return {}; }
  /// A value for one parameter of a running trial, `trial.parameters` being those it has so far.
  virtual ParameterValue sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                                   const ParameterRange &range) const = 0;
  /// Whether there is nothing left to try, as long as no running trial shows more of the space.
  virtual bool isExhausted(const SearchHistory &) const { return false; }
  /// Whether it ends by itself.
  virtual bool isFinite() const { return false; }
};

/// Independent and uniform in every range (its logarithm when it says so); the same whatever workers do.
class RandomSampler : public Sampler {
public:
  std::string name() const override { return "random"; }
  ParameterValue sampleOne(const SearchHistory &, const TrialRecord &trial, const std::string &name,
                           const ParameterRange &range) const override;
};

struct GridOptions {
  int points = 10; ///< of a float without a step: equidistant, in the logarithm where that is asked for
};
/// Every combination once, the first parameter asked for changing slowest, in a conditional space those that there are;
/// the study then ends. Workers in parallel share the points.
class GridSampler : public Sampler {
public:
  explicit GridSampler(GridOptions options = {});
  std::string name() const override { return "grid"; }
  std::string arguments() const override;
  std::vector<Parameter> sampleJointly(const SearchHistory &history, int64_t trial) const override;
  ParameterValue sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                           const ParameterRange &range) const override;
  bool isExhausted(const SearchHistory &history) const override;
  bool isFinite() const override { return true; }

private:
  GridOptions options_;
};

struct TpeOptions {
  int startupTrials = 10;    ///< complete or pruned ones before the first that is not random
  int candidates = 12;       ///< drawn from the good trials' density; the one of the best ratio is taken
  bool multivariate = false; ///< parameters that all trials have are drawn together, not one by one
  bool constantLiar = true;  ///< running trials count as bad ones, so that workers spread
};
/// Tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", 2011; its settings
/// are compared in Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components", 2023): the
/// best min(ceil(0.15 n), 25) trials are the good ones, failed ones are bad, kernels are as wide as the larger gap to a
/// neighbour.
class TpeSampler : public Sampler {
public:
  explicit TpeSampler(TpeOptions options = {});
  std::string name() const override { return "tpe"; }
  std::string arguments() const override;
  std::vector<Parameter> sampleJointly(const SearchHistory &history, int64_t trial) const override;
  ParameterValue sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                           const ParameterRange &range) const override;

private:
  TpeOptions options_;
};

struct GaussianProcessOptions {
  int startupTrials = 10; ///< complete ones, and pruned ones with a value, before the first that is not random
  int maxPoints = 150;    ///< trials it knows: the best half and the latest; bounds the cost (cubic)
  int candidates = 2048;  ///< random points whose best are then improved by local search
};
/// Bayesian optimization by a Gaussian process (Snoek, Larochelle and Adams, "Practical Bayesian optimization of
/// machine learning algorithms", 2012): Matern 5/2 with a length scale per dimension, fitted by the marginal likelihood
/// with priors; the largest log expected improvement (Ament et al., 2023) is taken. Choices are one-hot; running trials
/// count with the value the process expects of them, failed ones with the worst there is, pruned ones with the median
/// of the complete or their last report, whichever is worse. Works on the parameters that all complete trials
/// and those pruned with a value share; others are drawn at random.
class GaussianProcessSampler : public Sampler {
public:
  explicit GaussianProcessSampler(GaussianProcessOptions options = {});
  std::string name() const override { return "gp"; }
  std::string arguments() const override;
  std::vector<Parameter> sampleJointly(const SearchHistory &history, int64_t trial) const override;
  ParameterValue sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                           const ParameterRange &range) const override;

private:
  GaussianProcessOptions options_;
};

struct GeneticOptions {
  int population = 10;       ///< the first that many trials are random; then parents are the best that many so far
  int tournament = 3;        ///< how many draw for being a parent
  double crossover = 0.9;    ///< probability that a child has two parents
  double crossoverIndex = 2; ///< simulated binary crossover's eta: larger is closer to the parents
  double mutationIndex = 10; ///< polynomial mutation's eta
  double mutation = 0;       ///< probability per parameter; 0: one divided by the number of parameters
};
/// A steady-state genetic algorithm: tournament selection, simulated binary crossover and polynomial mutation (Deb and
/// Agrawal, 1995; Deb and Goyal, 1996), uniform crossover of choices. Works on the parameters that all complete
/// trials and those pruned with a value share; others are drawn at random.
class GeneticSampler : public Sampler {
public:
  explicit GeneticSampler(GeneticOptions options = {});
  std::string name() const override { return "genetic"; }
  std::string arguments() const override;
  std::vector<Parameter> sampleJointly(const SearchHistory &history, int64_t trial) const override;
  ParameterValue sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                           const ParameterRange &range) const override;

private:
  GeneticOptions options_;
};

struct CmaEsOptions {
  int population = 0;       ///< 0: 4 + 3 ln(dimensions)
  double sigma = 1. / 6;    ///< the first step size, of a range
  double restartFactor = 2; ///< by which the population grows when a run has converged (IPOP); 1: it stays
};
/// Covariance matrix adaptation (Hansen, "The CMA evolution strategy: a tutorial", 2016) with restarts of growing
/// populations (Auger and Hansen, 2005). Its state is computed from the trials on record. Integers are rounded, choices
/// drawn at random. Works on the numeric parameters that all complete trials and those pruned with a value share;
/// others are drawn at random.
class CmaEsSampler : public Sampler {
public:
  explicit CmaEsSampler(CmaEsOptions options = {});
  std::string name() const override { return "cmaes"; }
  std::string arguments() const override;
  std::vector<Parameter> sampleJointly(const SearchHistory &history, int64_t trial) const override;
  ParameterValue sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                           const ParameterRange &range) const override;

private:
  CmaEsOptions options_;
};

/// "random", "grid", "tpe", "gp", "genetic" or "cmaes" with its default options, or with some of them in parentheses by
/// their names in its struct: "tpe(startupTrials=20,multivariate=true)". A Usage Error that says what there is for
/// another name, and what is allowed for another value.
std::shared_ptr<Sampler> makeSampler(const std::string &text);
/// Those names.
const std::vector<std::string> &samplerNames();

} // namespace tenon
#endif // TENON_SAMPLERS_H
