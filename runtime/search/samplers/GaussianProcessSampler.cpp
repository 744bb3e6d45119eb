// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/Draws.h"
#include "runtime/search/Range.h"
#include "runtime/search/samplers/BoundedDescent.h"
#include "runtime/search/samplers/ExpectedImprovement.h"
#include "runtime/search/samplers/GaussianProcess.h"
#include "runtime/search/samplers/Ranks.h"
#include "runtime/search/samplers/SharedSpace.h"
#include "runtime/search/samplers/StandardLosses.h"

#include <algorithm>

namespace tenon {
using namespace search;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {
/// The space as the process sees it: a coordinate for each number, one for each choice.
class Coordinates {
public:
  explicit Coordinates(const std::vector<SpaceParameter> &space) : space_(space) {
    for (const SpaceParameter &parameter : space) {
      begins_.push_back(size_);
      size_ += parameter.range.kind == ParameterKind::Categorical ? parameter.range.count() : 1;
    }
  }
  Index size() const { return size_; }
  bool isContinuous(size_t parameter) const { return space_[parameter].range.count() == 0; }
  Index at(size_t parameter) const { return begins_[parameter]; }

  void set(Eigen::Ref<VectorXd> point, size_t parameter, const ParameterValue &value) const {
    const ParameterRange &range = space_[parameter].range;
    if (range.kind == ParameterKind::Categorical) {
      point.segment(begins_[parameter], range.count()).setZero();
      point[begins_[parameter] + indexOf(range, value)] = 1;
    } else {
      point[begins_[parameter]] = toUnit(range, value);
    }
  }
  ParameterValue get(const VectorXd &point, size_t parameter) const {
    const ParameterRange &range = space_[parameter].range;
    if (range.kind != ParameterKind::Categorical)
      return fromUnit(range, point[begins_[parameter]]);
    Index choice;
    point.segment(begins_[parameter], range.count()).maxCoeff(&choice);
    return range.at(choice);
  }
  /// False for a trial that has not all of them.
  bool set(Eigen::Ref<VectorXd> point, const TrialRecord &trial) const {
    for (size_t i = 0; i < space_.size(); ++i) {
      const ParameterValue *value = valueOf(trial, space_[i]);
      if (!value)
        return false;
      set(point, i, *value);
    }
    return true;
  }

private:
  const std::vector<SpaceParameter> &space_;
  std::vector<Index> begins_;
  Index size_ = 0;
};

/// The trials the process is fitted to: all that have the space's parameters, or the best half of so many and the
/// latest.
std::vector<const TrialRecord *> chosenOf(const SearchHistory &history, const std::vector<SpaceParameter> &space,
                                          size_t most) {
  std::vector<const TrialRecord *> trials;
  for (const TrialRecord &trial : history.trials) {
    auto has = [&](const SpaceParameter &parameter) { return trial.find(parameter.name) != nullptr; };
    if (hasLoss(trial) || (isBad(trial) && std::all_of(space.begin(), space.end(), has)))
      trials.push_back(&trial);
  }
  if (trials.size() <= most)
    return trials;
  std::sort(trials.begin(), trials.end(), [&](auto *a, auto *b) {
    return std::pair(rankOf(history, *a), a->number) < std::pair(rankOf(history, *b), b->number);
  });
  auto rest = trials.begin() + int64_t(most / 2);
  std::sort(rest, trials.end(), [](auto *a, auto *b) { return a->number > b->number; });
  trials.resize(most);
  return trials;
}

/// Where the improvement expected is the largest.
class Search {
public:
  Search(const std::vector<SpaceParameter> &space, const Coordinates &coordinates, const GaussianProcess &process,
         double best, Draws draws)
      : space_(space), coordinates_(coordinates), process_(process), best_(best), draws_(draws) {}

  VectorXd best(const std::vector<VectorXd> &goodPoints, int count,
                const std::function<bool(const VectorXd &)> &isTried) {
    MatrixXd points(coordinates_.size(), count);
    for (int i = 0; i < count; ++i)
      points.col(i) = i % 4 == 3 ? near(goodPoints[size_t(i / 4) % goodPoints.size()]) : anywhere();
    VectorXd means, deviations;
    process_.predict(points, means, deviations);
    std::vector<std::pair<double, int>> order;
    for (int i = 0; i < count; ++i)
      order.emplace_back(-LogImprovement(best_, means[i], deviations[i]).value, i);
    std::sort(order.begin(), order.end());
    VectorXd found;
    double foundValue = 0;
    for (size_t i = 0; i < std::min<size_t>(order.size(), 8); ++i) {
      VectorXd point = points.col(order[i].second);
      double value = improve(point);
      if (!isTried(point) && (found.size() == 0 || value < foundValue)) {
        found = point;
        foundValue = value;
      }
    }
    for (size_t i = 0; i < order.size() && found.size() == 0; ++i)
      if (VectorXd point = points.col(order[i].second); !isTried(point))
        found = point;
    return found;
  }

private:
  VectorXd anywhere() {
    VectorXd point(coordinates_.size());
    for (size_t i = 0; i < space_.size(); ++i)
      coordinates_.set(point, i, fromUnit(space_[i].range, draws_.uniform()));
    return point;
  }

  /// A good point with some parameters changed, by as much as chance says.
  VectorXd near(VectorXd point) {
    const double width = std::pow(10., -3 * draws_.uniform()) * 0.3;
    for (size_t i = 0; i < space_.size(); ++i) {
      const ParameterRange &range = space_[i].range;
      if (range.kind == ParameterKind::Categorical) {
        if (draws_.uniform() < 0.2)
          coordinates_.set(point, i, range.at(draws_.below(range.count())));
      } else if (draws_.uniform() < 0.7) {
        double place = point[coordinates_.at(i)] + width * draws_.normal();
        coordinates_.set(point, i, fromUnit(range, place));
      }
    }
    return point;
  }

  /// By the gradient in the continuous parameters, by trying the neighbours in the others.
  double improve(VectorXd &point) const {
    VectorXd low = point, high = point;
    for (size_t i = 0; i < space_.size(); ++i)
      if (coordinates_.isContinuous(i)) {
        low[coordinates_.at(i)] = 0;
        high[coordinates_.at(i)] = 1;
      }
    auto objective = [&](const VectorXd &at, VectorXd &gradient) {
      GaussianProcess::Prediction prediction = process_.predictWithGradient(at);
      LogImprovement improvement(best_, prediction.mean, prediction.deviation);
      gradient = -improvement.byMean * prediction.meanGradient - improvement.byDeviation * prediction.deviationGradient;
      gradient = (low.array() == high.array()).select(0, gradient);
      return -improvement.value;
    };
    double value = 0;
    for (int round = 0; round < 3; ++round) {
      value = descend(objective, point, low, high, 30);
      bool isBetter = false;
      for (size_t i = 0; i < space_.size(); ++i)
        if (!coordinates_.isContinuous(i))
          isBetter |= tryNeighbours(point, i, value);
      if (!isBetter)
        break;
      for (size_t i = 0; i < space_.size(); ++i)
        if (!coordinates_.isContinuous(i)) {
          Index begin = coordinates_.at(i), end = i + 1 < space_.size() ? coordinates_.at(i + 1) : point.size();
          low.segment(begin, end - begin) = high.segment(begin, end - begin) = point.segment(begin, end - begin);
        }
    }
    return value;
  }

  bool tryNeighbours(VectorXd &point, size_t parameter, double &value) const {
    const ParameterRange &range = space_[parameter].range;
    const int64_t now = indexOf(range, coordinates_.get(point, parameter)), count = range.count();
    const bool isOrdered = range.kind != ParameterKind::Categorical;
    bool isBetter = false;
    for (int64_t index = isOrdered ? std::max<int64_t>(now - 3, 0) : 0;
         index < (isOrdered ? std::min(now + 4, count) : count); ++index) {
      VectorXd other = point;
      coordinates_.set(other, parameter, range.at(index));
      GaussianProcess::Prediction prediction = process_.predictWithGradient(other);
      double otherValue = -LogImprovement(best_, prediction.mean, prediction.deviation).value;
      if (otherValue < value) {
        value = otherValue;
        point = other;
        isBetter = true;
      }
    }
    return isBetter;
  }

  const std::vector<SpaceParameter> &space_;
  const Coordinates &coordinates_;
  const GaussianProcess &process_;
  double best_;
  Draws draws_;
};
} // namespace

GaussianProcessSampler::GaussianProcessSampler(GaussianProcessOptions options) : options_(options) {
  search::checkArguments("GaussianProcessSampler", search::argumentsOf(options_));
}

std::string GaussianProcessSampler::arguments() const { return search::changed(options_); }

std::vector<Parameter> GaussianProcessSampler::sampleJointly(const SearchHistory &history, int64_t trial) const {
  std::vector<SpaceParameter> space = sharedSpace(history);
  const auto told = std::count_if(history.trials.begin(), history.trials.end(), hasLoss);
  if (space.empty() || told < options_.startupTrials)
    return {};
  const std::vector<const TrialRecord *> trials = chosenOf(history, space, size_t(options_.maxPoints));
  Coordinates coordinates(space);
  MatrixXd points(coordinates.size(), Index(trials.size()));
  for (Index i = 0; i < points.cols(); ++i)
    coordinates.set(points.col(i), *trials[size_t(i)]); // they have all
  const VectorXd values = standardLosses(history, trials);
  GaussianProcess process(points, values);
  std::vector<VectorXd> running, tried;
  for (const TrialRecord &other : history.trials)
    if (VectorXd point(coordinates.size()); other.number != trial && !other.accident && coordinates.set(point, other)) {
      tried.push_back(point);
      if (other.state == TrialState::Running)
        running.push_back(point);
    }
  if (!running.empty()) {
    MatrixXd believed(coordinates.size(), Index(running.size()));
    for (size_t i = 0; i < running.size(); ++i)
      believed.col(Index(i)) = running[i];
    process.believe(believed);
  }
  std::vector<Index> order(trials.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = Index(i);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return values[a] < values[b]; });
  std::vector<VectorXd> good;
  for (size_t i = 0; i < std::min<size_t>(order.size(), 5); ++i)
    good.push_back(points.col(order[i]));
  auto isTried = [&](const VectorXd &point) {
    return std::any_of(tried.begin(), tried.end(),
                       [&](const VectorXd &other) { return (other - point).cwiseAbs().maxCoeff() < 1e-9; });
  };
  Search search(space, coordinates, process, values.minCoeff(), Draws(history.seed, trial, "gp"));
  VectorXd point = search.best(good, options_.candidates, isTried);
  std::vector<Parameter> planned;
  for (size_t i = 0; i < space.size() && point.size(); ++i)
    planned.push_back({space[i].name, space[i].range, coordinates.get(point, i)});
  return planned;
}

ParameterValue GaussianProcessSampler::sampleOne(const SearchHistory &history, const TrialRecord &trial,
                                                 const std::string &name, const ParameterRange &range) const {
  return RandomSampler().sampleOne(history, trial, name, range);
}

} // namespace tenon
