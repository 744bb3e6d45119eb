// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/Range.h"
#include "runtime/search/samplers/Parzen.h"
#include "runtime/search/samplers/Ranks.h"
#include "runtime/search/samplers/SharedSpace.h"

#include <algorithm>

namespace tenon {
using namespace search;

namespace {
struct Split {
  std::vector<const TrialRecord *> good, bad; // by number
};

Split split(const SearchHistory &history, bool withRunning, int64_t without) {
  std::vector<std::pair<Rank, const TrialRecord *>> finished;
  finished.reserve(history.trials.size());
  for (const TrialRecord &trial : history.trials)
    if (trial.state == TrialState::Complete || trial.state == TrialState::Pruned)
      finished.emplace_back(rankOf(history, trial), &trial);
  const size_t count = std::min<size_t>((finished.size() * 15 + 99) / 100, 25);
  std::vector<std::pair<Rank, const TrialRecord *>> ordered = finished;
  std::nth_element(ordered.begin(), ordered.begin() + int64_t(count) - 1, ordered.end());
  const auto last = ordered[count - 1];
  Split split;
  size_t next = 0;
  for (const TrialRecord &trial : history.trials)
    if (next < finished.size() && finished[next].second == &trial) {
      (finished[next] <= last ? split.good : split.bad).push_back(&trial);
      ++next;
    } else if (isBad(trial) || (withRunning && trial.state == TrialState::Running && trial.number != without)) {
      split.bad.push_back(&trial);
    }
  return split;
}

int64_t finishedOf(const SearchHistory &history) {
  return std::count_if(history.trials.begin(), history.trials.end(), [](const TrialRecord &trial) {
    return trial.state == TrialState::Complete || trial.state == TrialState::Pruned;
  });
}

std::vector<double> placesOf(const std::vector<const TrialRecord *> &trials, const std::vector<SpaceParameter> &space) {
  std::vector<double> places;
  places.reserve(trials.size() * space.size());
  std::vector<size_t> hints(space.size());
  for (const TrialRecord *trial : trials) {
    size_t begin = places.size();
    for (size_t i = 0; i < space.size(); ++i)
      if (const ParameterValue *value = valueOf(*trial, space[i], hints[i]))
        places.push_back(coordinateOf(space[i].range, *value));
    if (places.size() - begin < space.size())
      places.resize(begin); // it has not all of them
  }
  return places;
}

/// The candidate of the largest ratio of the good trials' density to the bad ones'.
Place best(const SearchHistory &history, const Split &split, const std::vector<SpaceParameter> &space, int candidates,
           Draws draws) {
  std::vector<const ParameterRange *> ranges;
  for (const SpaceParameter &parameter : space)
    ranges.push_back(&parameter.range);
  Parzen good(ranges, placesOf(split.good, space)), bad(ranges, placesOf(split.bad, space));
  Place best;
  double bestRatio = 0;
  std::vector<Place> seen; // a discrete candidate comes up often
  for (int i = 0; i < candidates; ++i) {
    Place place = good.draw(draws);
    if (std::find(seen.begin(), seen.end(), place) != seen.end())
      continue;
    double ratio = good.logDensity(place) - bad.logDensity(place);
    if (best.empty() || ratio > bestRatio) {
      best = place;
      bestRatio = ratio;
    }
    seen.push_back(std::move(place));
  }
  return best;
}
} // namespace

TpeSampler::TpeSampler(TpeOptions options) : options_(options) {
  search::checkArguments("TpeSampler", search::argumentsOf(options_));
}

std::string TpeSampler::arguments() const { return search::changed(options_); }

std::vector<Parameter> TpeSampler::sampleJointly(const SearchHistory &history, int64_t trial) const {
  if (!options_.multivariate || finishedOf(history) < options_.startupTrials)
    return {};
  std::vector<SpaceParameter> space = sharedSpace(history);
  if (space.empty())
    return {};
  Place place = best(history, split(history, options_.constantLiar, trial), space, options_.candidates,
                     Draws(history.seed, trial, "tpe"));
  std::vector<Parameter> point;
  for (size_t i = 0; i < space.size(); ++i)
    point.push_back({space[i].name, space[i].range, valueAt(space[i].range, place[i])});
  return point;
}

ParameterValue TpeSampler::sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                                     const ParameterRange &range) const {
  if (finishedOf(history) < options_.startupTrials)
    return RandomSampler().sampleOne(history, trial, name, range);
  if (range.count() == 1)
    return range.at(0);
  Place place = best(history, split(history, options_.constantLiar, trial.number), {{name, range}}, options_.candidates,
                     Draws(history.seed, trial.number, "tpe " + name));
  return valueAt(range, place[0]);
}

} // namespace tenon
