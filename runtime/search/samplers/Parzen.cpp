// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/samplers/Parzen.h"
#include "runtime/search/Range.h"

#include <algorithm>

namespace tenon::search {
namespace {
constexpr double rootOfHalf = std::numbers::sqrt2 / 2;
constexpr double rootOfTwoPi = 2.5066282746310002;
constexpr double farAway = 6;   // of widths: 2e-9 of a kernel lies behind it
constexpr double narrow = 1e-7; // of a piece: a kernel, which is 0.01 wide or more, is the same all over it

double normalMass(double low, double high) {
  if (low > 0) // where both are near 1 the difference would be lost
    return (std::erfc(low * rootOfHalf) - std::erfc(high * rootOfHalf)) / 2;
  return (std::erfc(-high * rootOfHalf) - std::erfc(-low * rootOfHalf)) / 2;
}

bool isContinuous(const ParameterRange &range) { return range.kind == ParameterKind::Float && range.step == 0; }

/// The piece of [0, 1] whose places are all this value.
std::pair<double, double> pieceOf(const ParameterRange &range, double at) {
  if (range.log) {
    double value = double(std::get<int64_t>(fromUnit(range, at))), low = std::log(range.low - 0.5),
           length = std::log(range.high + 0.5) - low;
    return {(std::log(value - 0.5) - low) / length, (std::log(value + 0.5) - low) / length};
  }
  double count = double(range.count()), index = std::min(std::floor(at * count), count - 1);
  return {index / count, (index + 1) / count};
}
} // namespace

double coordinateOf(const ParameterRange &range, const ParameterValue &value) {
  return range.kind == ParameterKind::Categorical ? double(indexOf(range, value)) : toUnit(range, value);
}

ParameterValue valueAt(const ParameterRange &range, double coordinate) {
  return range.kind == ParameterKind::Categorical ? range.at(int64_t(coordinate)) : fromUnit(range, coordinate);
}

Parzen::Parzen(std::vector<const ParameterRange *> ranges, const std::vector<double> &points)
    : ranges_(std::move(ranges)), kernels_(points.size() + ranges_.size()) {
  const size_t parameters = ranges_.size(), count = points.size() / parameters;
  for (size_t i = 0; i < points.size(); ++i)
    kernels_[i].mean = points[i];
  for (size_t p = 0; p < parameters; ++p)
    if (!isChoice(p))
      setWidths(p);
  // The weights' ramp rises from 1 / count to 1.
  double sum = 0;
  const size_t ramp = count < 25 ? 0 : count - 25;
  for (size_t i = 0; i <= count; ++i) {
    double rise = ramp > 1 ? double(i) / double(ramp - 1) : 1;
    weights_.push_back(i < ramp ? 1. / double(count) + (1 - 1. / double(count)) * rise : 1);
    sum += weights_.back();
    cumulated_.push_back(sum);
  }
  for (size_t i = 0; i <= count; ++i) {
    weights_[i] /= sum;
    cumulated_[i] /= sum;
  }
}

void Parzen::setWidths(size_t parameter) {
  const size_t parameters = ranges_.size(), kernels = kernels_.size() / parameters;
  auto at = [&](size_t number) -> Kernel & { return kernels_[number * parameters + parameter]; };
  const double narrowest = 1. / double(std::min<size_t>(100, 1 + kernels));
  if (parameters > 1) {
    double observed = double(std::max<size_t>(kernels - 1, 1));
    double width = 0.2 * std::pow(observed, -1. / double(parameters + 4));
    for (size_t i = 0; i + 1 < kernels; ++i)
      at(i).width = std::clamp(width, narrowest, 1.);
  } else if (kernels > 1) {
    std::vector<std::pair<double, uint32_t>> order(kernels);
    for (size_t i = 0; i < kernels; ++i)
      order[i] = {at(i).mean, uint32_t(i)};
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < kernels; ++i) {
      double left = i > 0 ? order[i].first - order[i - 1].first : 0;
      double right = i + 1 < kernels ? order[i + 1].first - order[i].first : 0;
      at(order[i].second).width = std::clamp(std::max(left, right), narrowest, 1.);
    }
  }
  at(kernels - 1).width = 1;
  for (size_t i = 0; i < kernels; ++i) {
    Kernel &kernel = at(i);
    double low = kernel.mean / kernel.width, high = (1 - kernel.mean) / kernel.width;
    double mass = low > farAway && high > farAway ? 1 : normalMass(-low, high);
    kernel.factor = 1 / mass;
    kernel.inverseWidth = 1 / kernel.width;
    kernel.height = kernel.factor * kernel.inverseWidth / rootOfTwoPi;
  }
}

Place Parzen::draw(Draws &draws) const {
  size_t number =
      size_t(std::lower_bound(cumulated_.begin(), cumulated_.end() - 1, draws.uniform()) - cumulated_.begin());
  Place place(ranges_.size());
  for (size_t p = 0; p < ranges_.size(); ++p) {
    if (isChoice(p)) {
      double rest = draws.uniform();
      int64_t choice = 0, last = ranges_[p]->count() - 1;
      while (choice < last && (rest -= choiceMass(number, p, double(choice))) >= 0)
        ++choice;
      place[p] = double(choice);
      continue;
    }
    const Kernel &kernel = this->kernel(number, p);
    do // its mean is in the range, so that at least a third of the draws are
      place[p] = kernel.mean + kernel.width * draws.normal();
    while (place[p] < 0 || place[p] > 1);
    if (!isContinuous(*ranges_[p])) {
      auto [low, high] = pieceOf(*ranges_[p], place[p]);
      place[p] = (low + high) / 2;
    }
  }
  return place;
}

double Parzen::choiceMass(size_t number, size_t parameter, double at) const {
  const size_t kernels = kernels_.size() / ranges_.size();
  const double choices = double(ranges_[parameter]->count());
  if (number + 1 == kernels)
    return 1 / choices;
  double little = 1 / double(kernels);
  return (little + (kernel(number, parameter).mean == at ? 1 : 0)) / (1 + choices * little);
}

double Parzen::logDensity(const Place &place) const {
  const size_t parameters = ranges_.size(), kernels = weights_.size();
  products_ = weights_;
  squares_.resize(kernels);
  std::vector<double> &products = products_;
  for (size_t p = 0; p < parameters; ++p) {
    const double at = place[p];
    if (isChoice(p)) {
      for (size_t i = 0; i < kernels; ++i)
        products[i] *= choiceMass(i, p, at);
      continue;
    }
    const auto [low, high] = isContinuous(*ranges_[p]) ? std::pair(at, at) : pieceOf(*ranges_[p], at);
    if (high - low < narrow) {
      // Most kernels are far away; a pass without branches finds them faster than one with the exponentials in it.
      for (size_t i = 0; i < kernels; ++i) {
        const Kernel &kernel = this->kernel(i, p);
        double distance = (at - kernel.mean) * kernel.inverseWidth;
        squares_[i] = distance * distance;
      }
      for (size_t i = 0; i < kernels; ++i)
        products[i] *= squares_[i] > farAway * farAway ? 0 : kernel(i, p).height * std::exp(-squares_[i] / 2);
    } else {
      for (size_t i = 0; i < kernels; ++i) {
        const Kernel &kernel = this->kernel(i, p);
        double from = (low - kernel.mean) * kernel.inverseWidth, to = (high - kernel.mean) * kernel.inverseWidth;
        products[i] *= from > farAway || to < -farAway ? 0 : kernel.factor * normalMass(from, to) / (high - low);
      }
    }
  }
  double sum = 0;
  for (double product : products)
    sum += product;
  return std::log(std::max(sum, 1e-300));
}

} // namespace tenon::search
