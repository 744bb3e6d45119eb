// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Importances.h"
#include "runtime/search/Draws.h"
#include "runtime/search/Range.h"
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <cmath>

namespace tenon::search {
namespace {
constexpr int trees = 64;

struct Samples {
  std::vector<std::vector<double>> places; // by parameter, then trial
  std::vector<double> values;
};
struct Interval {
  double low = 0, high = 1;
  double size() const { return high - low; }
};
/// A leaf of a tree: a box of the search space with one value.
struct Leaf {
  std::vector<Interval> box;
  double value = 0;
  double volume() const {
    double product = 1;
    for (const Interval &side : box)
      product *= side.size();
    return product;
  }
};

class Tree {
public:
  Tree(const Samples &samples, std::vector<size_t> drawn) : samples_(samples) {
    grow(std::move(drawn), std::vector<Interval>(samples.places.size()));
  }
  const std::vector<Leaf> &leaves() const { return leaves_; }

private:
  struct Split {
    double gain = 0, at = 0;
    size_t parameter = 0;
  };

  /// The split that leaves the least squared error. With sums S of n values, that is the largest S1²/n1 + S2²/n2.
  Split bestSplit(std::vector<size_t> &drawn, double mean) const {
    Split best;
    for (size_t parameter = 0; parameter < samples_.places.size(); ++parameter) {
      const std::vector<double> &places = samples_.places[parameter];
      std::sort(drawn.begin(), drawn.end(),
                [&](size_t a, size_t b) { return places[a] != places[b] ? places[a] < places[b] : a < b; });
      double left = 0, total = 0;
      for (size_t i : drawn)
        total += samples_.values[i] - mean;
      for (size_t i = 1; i < drawn.size(); ++i) {
        left += samples_.values[drawn[i - 1]] - mean;
        const double before = places[drawn[i - 1]], behind = places[drawn[i]];
        const double middle = (before + behind) / 2;
        if (!(before < middle && middle < behind)) // a side that ends where it begins has no share of anything
          continue;
        const double right = total - left;
        const double gain = left * left / double(i) + right * right / double(drawn.size() - i);
        if (gain > best.gain)
          best = {gain, middle, parameter};
      }
    }
    return best;
  }

  void grow(std::vector<size_t> drawn, std::vector<Interval> box) {
    double mean = 0, error = 0;
    for (size_t i : drawn)
      mean += samples_.values[i] / double(drawn.size());
    for (size_t i : drawn)
      error += (samples_.values[i] - mean) * (samples_.values[i] - mean);
    const Split split = bestSplit(drawn, mean);
    // Of equal values, rounding leaves next to nothing.
    if (split.gain <= 1e-12 * error || error <= 1e-24 * double(drawn.size()) * mean * mean) {
      leaves_.push_back({std::move(box), mean});
      return;
    }
    const auto middle = std::partition(drawn.begin(), drawn.end(),
                                       [&](size_t i) { return samples_.places[split.parameter][i] < split.at; });
    std::vector<Interval> left = box;
    left[split.parameter].high = box[split.parameter].low = split.at;
    grow({drawn.begin(), middle}, std::move(left));
    grow({middle, drawn.end()}, std::move(box));
  }

  const Samples &samples_;
  std::vector<Leaf> leaves_;
};

double varianceOf(const std::vector<Leaf> &leaves, double mean) {
  double sum = 0;
  for (const Leaf &leaf : leaves)
    sum += leaf.volume() * (leaf.value - mean) * (leaf.value - mean);
  return sum;
}

/// The variance of the prediction as a function of one parameter, the mean being taken over all others. Each leaf adds
/// its value, by its size in the others, where it begins, and takes it away where it ends.
double varianceAlong(const std::vector<Leaf> &leaves, size_t parameter, double mean) {
  std::vector<std::pair<double, double>> changes;
  for (const Leaf &leaf : leaves) {
    const Interval &side = leaf.box[parameter];
    const double share = leaf.volume() / side.size() * leaf.value;
    changes.push_back({side.low, share});
    changes.push_back({side.high, -share});
  }
  std::sort(changes.begin(), changes.end());
  double sum = 0, marginal = 0;
  for (size_t i = 0; i + 1 < changes.size(); ++i) {
    marginal += changes[i].second;
    sum += (changes[i + 1].first - changes[i].first) * (marginal - mean) * (marginal - mean);
  }
  return sum;
}

Samples samplesOf(const std::vector<const TrialRecord *> &complete, std::vector<Parameter> &parameters) {
  std::erase_if(parameters, [&](const Parameter &parameter) {
    return !std::all_of(complete.begin(), complete.end(), [&](auto *trial) { return trial->find(parameter.name); });
  });
  Samples samples;
  for (const Parameter &parameter : parameters) {
    samples.places.emplace_back();
    for (const TrialRecord *trial : complete)
      samples.places.back().push_back(toUnit(parameter.range, *trial->find(parameter.name)));
  }
  double largest = 0; // squares of scaled values are finite
  for (const TrialRecord *trial : complete)
    largest = std::max(largest, std::abs(*trial->value));
  for (const TrialRecord *trial : complete)
    samples.values.push_back(largest > 0 ? *trial->value / largest : 0);
  return samples;
}
} // namespace

std::vector<Importance> importances(const std::vector<TrialRecord> &trials, uint64_t seed) {
  std::vector<const TrialRecord *> complete;
  for (const TrialRecord &trial : trials)
    if (trial.state == TrialState::Complete)
      complete.push_back(&trial);
  if (complete.size() < 2)
    return {};
  std::vector<Parameter> parameters = parametersOf(trials);
  const Samples samples = samplesOf(complete, parameters);
  std::vector<double> sums(parameters.size(), 0);
  int counted = 0;
  for (int number = 0; number < trees; ++number) {
    Draws draws(seed, number, "importances");
    std::vector<size_t> drawn(samples.values.size());
    for (size_t &i : drawn)
      i = size_t(draws.below(int64_t(samples.values.size())));
    const Tree tree(samples, std::move(drawn));
    double mean = 0;
    for (const Leaf &leaf : tree.leaves())
      mean += leaf.volume() * leaf.value;
    const double variance = varianceOf(tree.leaves(), mean);
    if (!(variance > 0)) // every value that was drawn is the same
      continue;
    ++counted;
    for (size_t i = 0; i < parameters.size(); ++i)
      sums[i] += varianceAlong(tree.leaves(), i, mean) / variance;
  }
  if (counted == 0)
    return {};
  std::vector<Importance> result;
  for (size_t i = 0; i < parameters.size(); ++i)
    result.push_back({parameters[i].name, sums[i] / counted});
  std::stable_sort(result.begin(), result.end(),
                   [](const Importance &a, const Importance &b) { return a.share > b.share; });
  return result;
}

} // namespace tenon::search
