// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/ByName.h"

namespace tenon {
namespace search {
namespace {
constexpr double endless = std::numeric_limits<double>::infinity();

const std::vector<Row<Sampler>> &rows() {
  static const std::vector<Row<Sampler>> rows{
      plainRow<Sampler>(
          "random", "independent and uniform draws",
          +[]() -> std::shared_ptr<Sampler> { return std::make_shared<RandomSampler>(); }),
      row<Sampler, GridSampler, GridOptions>("grid", "every combination once; the search then ends"),
      row<Sampler, TpeSampler, TpeOptions>("tpe", "tree-structured Parzen estimator"),
      row<Sampler, GaussianProcessSampler, GaussianProcessOptions>("gp", "Gaussian process with expected improvement"),
      row<Sampler, GeneticSampler, GeneticOptions>("genetic", "steady-state genetic algorithm"),
      row<Sampler, CmaEsSampler, CmaEsOptions>("cmaes", "covariance matrix adaptation with restarts")};
  return rows;
}
} // namespace

Arguments argumentsOf(GridOptions &options) {
  return {{"points", "values of a float without a step", &options.points, 1}};
}

Arguments argumentsOf(TpeOptions &options) {
  return {{"startupTrials", "complete or pruned trials before the first that is not random", &options.startupTrials, 1},
          {"candidates", "draws of which the one of the best ratio is taken", &options.candidates, 1},
          {"multivariate", "parameters that all trials have are drawn together", &options.multivariate},
          {"constantLiar", "running trials count as bad ones, so that workers spread", &options.constantLiar}};
}

Arguments argumentsOf(GaussianProcessOptions &options) {
  return {{"startupTrials", "complete trials, and pruned ones with a value, before the first that is not random",
           &options.startupTrials, 2},
          {"maxPoints", "trials it knows, the best half and the latest", &options.maxPoints, 10},
          {"candidates", "random points of which the best are improved", &options.candidates, 1}};
}

Arguments argumentsOf(GeneticOptions &options) {
  return {{"population", "the first that many are random, then parents are the best that many", &options.population, 2},
          {"tournament", "how many draw for being a parent", &options.tournament, 1},
          {"crossover", "probability that a child has two parents", &options.crossover, 0, 1},
          {"crossoverIndex", "larger: children closer to their parents", &options.crossoverIndex},
          {"mutationIndex", "larger: smaller mutations", &options.mutationIndex},
          {"mutation", "probability per parameter; 0: one divided by their number", &options.mutation, 0, 1}};
}

Arguments argumentsOf(CmaEsOptions &options) {
  return {{"population", "4 or more; 0: 4 + 3 ln(dimensions)", &options.population},
          {"sigma", "the first step size, of a range", &options.sigma, 0, endless, true},
          {"restartFactor", "by which the population grows when a run has converged", &options.restartFactor, 1}};
}

std::string samplersText() { return helpOf(rows()); }

} // namespace search

const std::vector<std::string> &samplerNames() {
  static const std::vector<std::string> names = search::namesOf(search::rows());
  return names;
}

std::shared_ptr<Sampler> makeSampler(const std::string &text) { return search::make(search::rows(), "sampler", text); }

} // namespace tenon
