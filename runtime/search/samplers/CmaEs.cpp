// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/Range.h"
#include "runtime/search/samplers/EvolutionStrategy.h"
#include "runtime/search/samplers/Ranks.h"
#include "runtime/search/samplers/SharedSpace.h"

#include <algorithm>

namespace tenon {
using namespace search;
using Eigen::VectorXd;

namespace {
// Besides the parameters' values a trial's plan keeps what the values do not tell: its generation and, as integers are
// rounded, the point that was drawn.
const std::string generationKey = "(cmaes) generation";
std::string pointKey(const std::string &name) { return "(cmaes) " + name; }

/// The point of a trial of that generation; empty for a trial that is none, or not of the space as it is now. An
/// enqueued value went before the one that was drawn, so that such a trial's loss is none of the point's.
VectorXd pointOf(const TrialRecord &trial, const std::vector<SpaceParameter> &space) {
  VectorXd point(space.size());
  for (size_t i = 0; i < space.size(); ++i) {
    auto found = trial.planned.find(pointKey(space[i].name));
    auto *place = found == trial.planned.end() ? nullptr : std::get_if<double>(&found->second);
    if (!place || trial.enqueued.contains(space[i].name))
      return {};
    point[Eigen::Index(i)] = *place;
  }
  return point;
}

/// Finished trials by generation, in the order they finished: a generation is what finished first, also when workers
/// in parallel made more of it.
std::map<int64_t, std::vector<const TrialRecord *>> generationsOf(const SearchHistory &history) {
  std::map<int64_t, std::vector<const TrialRecord *>> generations;
  for (const TrialRecord &trial : history.trials)
    if (trial.state == TrialState::Complete || trial.state == TrialState::Pruned)
      if (auto found = trial.planned.find(generationKey); found != trial.planned.end())
        if (auto *number = std::get_if<int64_t>(&found->second))
          generations[*number].push_back(&trial);
  for (auto &[_, trials] : generations)
    std::stable_sort(trials.begin(), trials.end(),
                     [](const TrialRecord *a, const TrialRecord *b) { return a->finished < b->finished; });
  return generations;
}
} // namespace

CmaEsSampler::CmaEsSampler(CmaEsOptions options) : options_(options) {
  search::checkArguments("CmaEsSampler", search::argumentsOf(options_));
  if (options.population != 0 && options.population < 4)
    throw Error("CmaEsSampler: expected population of 4 or more, or 0, received " + std::to_string(options.population),
                Fault::Usage);
}

std::string CmaEsSampler::arguments() const { return search::changed(options_); }

std::vector<Parameter> CmaEsSampler::sampleJointly(const SearchHistory &history, int64_t trial) const {
  std::vector<SpaceParameter> space = sharedSpace(history);
  std::erase_if(space,
                [](const SpaceParameter &parameter) { return parameter.range.kind == ParameterKind::Categorical; });
  if (space.empty())
    return {};
  const double dimensions = double(space.size());
  double population = options_.population ? options_.population : 4 + std::floor(3 * std::log(dimensions));
  EvolutionStrategy strategy(VectorXd::Constant(Eigen::Index(space.size()), 0.5), options_.sigma, int(population));
  int64_t generation = 0;
  for (auto generations = generationsOf(history);; ++generation) {
    std::vector<std::pair<Rank, VectorXd>> points;
    for (const TrialRecord *one : generations[generation])
      if (VectorXd point = pointOf(*one, space); point.size() && int(points.size()) < strategy.population())
        points.emplace_back(rankOf(history, *one), point);
    if (int(points.size()) < strategy.population())
      break;
    std::stable_sort(points.begin(), points.end(), [](auto &a, auto &b) { return a.first < b.first; });
    std::vector<VectorXd> ordered;
    for (auto &[_, point] : points)
      ordered.push_back(point);
    strategy.update(ordered);
    // Where all points are worth the same there is nothing to follow either.
    if (strategy.isConverged() || points.front().first == points.back().first) {
      population *= options_.restartFactor;
      Draws draws(history.seed, generation, "cmaes restart");
      VectorXd mean(space.size());
      for (double &place : mean)
        place = draws.uniform();
      strategy = EvolutionStrategy(mean, options_.sigma, int(population));
    }
  }
  Draws draws(history.seed, trial, "cmaes");
  VectorXd point = strategy.draw(draws);
  std::vector<Parameter> planned{{generationKey, {}, generation}};
  for (size_t i = 0; i < space.size(); ++i) {
    const auto &[name, range] = space[i];
    planned.push_back({pointKey(name), {}, point[Eigen::Index(i)]});
    planned.push_back({name, range, fromUnit(range, point[Eigen::Index(i)])});
  }
  return planned;
}

ParameterValue CmaEsSampler::sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                                       const ParameterRange &range) const {
  return RandomSampler().sampleOne(history, trial, name, range);
}

} // namespace tenon
