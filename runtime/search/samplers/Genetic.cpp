// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/Draws.h"
#include "runtime/search/Range.h"
#include "runtime/search/samplers/Ranks.h"
#include "runtime/search/samplers/SharedSpace.h"

#include <algorithm>

namespace tenon {
using namespace search;

namespace {
using Genes = std::vector<ParameterValue>;

/// The best trials that have all parameters, best first.
std::vector<Genes> populationOf(const SearchHistory &history, const std::vector<SpaceParameter> &space, size_t count) {
  std::vector<std::pair<Rank, const TrialRecord *>> trials;
  for (const TrialRecord &trial : history.trials)
    if (trial.state == TrialState::Complete || trial.state == TrialState::Pruned)
      trials.emplace_back(rankOf(history, trial), &trial);
  std::sort(trials.begin(), trials.end());
  std::vector<Genes> population;
  for (auto &[_, trial] : trials) {
    Genes genes;
    for (const SpaceParameter &parameter : space)
      if (const ParameterValue *value = trial->find(parameter.name))
        genes.push_back(*value);
    if (genes.size() == space.size() && population.size() < count)
      population.push_back(std::move(genes));
  }
  return population;
}

/// Simulated binary crossover's child of two places, nearer to the first (Deb and Agrawal, "Simulated binary crossover
/// for continuous search space", 1995).
double crossed(double first, double second, double index, Draws &draws) {
  double u = draws.uniform();
  double spread = u < 0.5 ? std::pow(2 * u, 1 / (index + 1)) : std::pow(1 / (2 * (1 - u)), 1 / (index + 1));
  return std::clamp(((1 + spread) * first + (1 - spread) * second) / 2, 0., 1.);
}

/// Polynomial mutation of a place, never out of [0, 1] (Deb and Goyal, "A combined genetic adaptive search", 1996).
double mutated(double place, double index, Draws &draws) {
  double u = draws.uniform(), power = 1 / (index + 1);
  if (u < 0.5)
    return std::clamp(place + std::pow(2 * u + (1 - 2 * u) * std::pow(1 - place, index + 1), power) - 1, 0., 1.);
  return std::clamp(place + 1 - std::pow(2 * (1 - u) + (2 * u - 1) * std::pow(place, index + 1), power), 0., 1.);
}
} // namespace

GeneticSampler::GeneticSampler(GeneticOptions options) : options_(options) {
  search::checkArguments("GeneticSampler", search::argumentsOf(options_));
}

std::string GeneticSampler::arguments() const { return search::changed(options_); }

std::vector<Parameter> GeneticSampler::sampleJointly(const SearchHistory &history, int64_t trial) const {
  std::vector<SpaceParameter> space = sharedSpace(history);
  std::vector<Genes> population = populationOf(history, space, size_t(options_.population));
  if (space.empty() || population.size() < size_t(options_.population))
    return {};
  Draws draws(history.seed, trial, "genetic");
  auto parent = [&]() -> const Genes & {
    int64_t best = draws.below(int64_t(population.size()));
    for (int i = 1; i < options_.tournament; ++i)
      best = std::min(best, draws.below(int64_t(population.size())));
    return population[size_t(best)];
  };
  const double mutation = options_.mutation > 0 ? options_.mutation : 1. / double(space.size());
  auto child = [&] {
    const Genes &first = parent(), &second = parent();
    const bool isCrossed = draws.uniform() < options_.crossover;
    Genes genes = first;
    for (size_t i = 0; i < space.size(); ++i) {
      const ParameterRange &range = space[i].range;
      // Half of the parameters cross, so that a child is not alike in all.
      const bool crosses = isCrossed && draws.uniform() < 0.5, mutates = draws.uniform() < mutation;
      if (range.kind == ParameterKind::Categorical) {
        if (crosses)
          genes[i] = second[i];
        if (mutates)
          genes[i] = range.at(draws.below(range.count()));
        continue;
      }
      double place = toUnit(range, first[i]);
      if (crosses)
        place = crossed(place, toUnit(range, second[i]), options_.crossoverIndex, draws);
      if (mutates)
        place = mutated(place, options_.mutationIndex, draws);
      if (crosses || mutates)
        genes[i] = fromUnit(range, place);
    }
    return genes;
  };
  auto isTried = [&](const Genes &genes) {
    return std::any_of(history.trials.begin(), history.trials.end(), [&](const TrialRecord &other) {
      for (size_t i = 0; i < space.size(); ++i)
        if (const ParameterValue *value = valueOf(other, space[i]); !value || *value != genes[i])
          return false;
      return true;
    });
  };
  Genes genes = child();
  for (int attempt = 0; attempt < 20 && isTried(genes); ++attempt)
    genes = child();
  if (isTried(genes)) // the population has become one
    return {};
  std::vector<Parameter> planned;
  for (size_t i = 0; i < space.size(); ++i)
    planned.push_back({space[i].name, space[i].range, genes[i]});
  return planned;
}

ParameterValue GeneticSampler::sampleOne(const SearchHistory &history, const TrialRecord &trial,
                                         const std::string &name, const ParameterRange &range) const {
  return RandomSampler().sampleOne(history, trial, name, range);
}

} // namespace tenon
