// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Arguments.h"
#include "runtime/search/Range.h"

#include <tenon/samplers.h>

#include <charconv>
#include <cmath>

namespace tenon {
namespace {

/// The values a grid has of a range.
struct Points {
  const ParameterRange &range;
  int64_t count;

  Points(const ParameterRange &range, int points) : range(range), count(range.count() ? range.count() : points) {}
  /// Without a step, the decimal of 15 digits that a point is but for a rounding: 0.1, not 0.10000000000000002.
  ParameterValue at(int64_t index) const {
    if (range.count())
      return range.at(index);
    const double value = std::get<double>(search::fromUnit(range, placeOf(index)));
    if (value == range.low || value == range.high)
      return value;
    const double decimal = rounded(value);
    return isAt(index, decimal) ? decimal : value;
  }
  /// -1 for a value that is none of the points, as an enqueued one may be.
  int64_t indexOf(const ParameterValue &value) const {
    if (range.count())
      return search::indexOf(range, value);
    int64_t index = int64_t(std::round(search::toUnit(range, value) * double(count - 1)));
    return at(index) == value || isAt(index, std::get<double>(value)) ? index : -1;
  }

private:
  double placeOf(int64_t index) const { return count == 1 ? 0.5 : double(index) / double(count - 1); }
  /// As with a step: a billionth of the distance between points is none.
  bool isAt(int64_t index, double value) const {
    return value >= range.low && value <= range.high &&
           std::abs(search::toUnit(range, value) - placeOf(index)) * double(std::max<int64_t>(count - 1, 1)) <= 1e-9;
  }
  /// To the 15 digits that every decimal keeps in a double, short of those that the formula's roundings reach: they are
  /// relative to the value where it is a product, and to the larger end where it is a sum.
  double rounded(double value) const {
    char text[400];
    char *last = text + sizeof text;
    const double places = 15 - std::ceil(std::log10(std::max(std::abs(range.low), std::abs(range.high))));
    const auto [end, error] = range.log || places < 0
                                  ? std::to_chars(text, last, value, std::chars_format::scientific, 14)
                                  : std::to_chars(text, last, value, std::chars_format::fixed, int(places));
    double decimal = value;
    if (error == std::errc())
      std::from_chars(text, end, decimal);
    return decimal == 0 ? 0 : decimal; // not -0
  }
};

/// What has been asked for after the same values, as far as trials have shown it.
struct Node {
  enum class Status { Free, Busy, Full }; ///< has untried points; has running trials alone; is tried
  std::string name;                       ///< of the parameter asked for here, "" when none is known
  ParameterRange range;
  int64_t count = 0;
  std::map<int64_t, Node> children;
  bool tried = false, busy = false;

  Status status() const {
    if (name.empty())
      return tried ? Status::Full : busy ? Status::Busy : Status::Free;
    if (int64_t(children.size()) < count)
      return Status::Free;
    Status best = Status::Full;
    for (auto &[_, child] : children)
      best = std::min(best, child.status());
    return best;
  }

  /// The first free point, -1 when there is none.
  int64_t pick() const {
    for (int64_t index = 0; index < count; ++index)
      if (auto found = children.find(index); found == children.end() || found->second.status() == Status::Free)
        return index;
    return -1;
  }

  void add(const TrialRecord &trial, int points) {
    Node *node = this;
    for (const Parameter &parameter : trial.parameters) {
      if (node->name.empty()) {
        node->name = parameter.name;
        node->range = parameter.range;
        node->count = Points(parameter.range, points).count;
      } else if (node->name != parameter.name) {
        throw Error("sampler 'grid': after the same values one trial asked for '" + node->name + "' and another for '" +
                        parameter.name + "'; what is asked for must depend on those values alone",
                    Fault::Usage);
      }
      int64_t index = Points(node->range, points).indexOf(parameter.value);
      if (index < 0)
        return;
      node = &node->children[index];
    }
    if (trial.isFinished()) {
      // One that failed before it asked for anything tried no point.
      node->tried = node != this || trial.state != TrialState::Failed;
      return;
    }
    while (!node->name.empty()) {
      auto planned = trial.planned.find(node->name);
      int64_t index = planned == trial.planned.end() ? -1 : Points(node->range, points).indexOf(planned->second);
      if (index < 0)
        break;
      node = &node->children[index];
    }
    node->busy = true;
  }
};

Node treeOf(const SearchHistory &history, int points, int64_t without = -1) {
  Node root;
  // Finished trials first: they show the space in which the plans of the running ones are read.
  for (bool finished : {true, false})
    for (const TrialRecord &trial : history.trials)
      if (trial.isFinished() == finished && trial.state != TrialState::Waiting && trial.number != without)
        root.add(trial, points);
  return root;
}
} // namespace

GridSampler::GridSampler(GridOptions options) : options_(options) {
  search::checkArguments("GridSampler", search::argumentsOf(options_));
}

std::string GridSampler::arguments() const { return search::changed(options_); }

std::vector<Parameter> GridSampler::sampleJointly(const SearchHistory &history, int64_t) const {
  Node root = treeOf(history, options_.points);
  std::vector<Parameter> point;
  for (const Node *node = &root; !node->name.empty();) {
    int64_t index = node->pick();
    if (index < 0)
      return {};
    point.push_back({node->name, node->range, Points(node->range, options_.points).at(index)});
    auto next = node->children.find(index);
    if (next == node->children.end())
      break;
    node = &next->second;
  }
  return point;
}

ParameterValue GridSampler::sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                                      const ParameterRange &range) const {
  Node root = treeOf(history, options_.points, trial.number);
  const Node *node = &root;
  for (const Parameter &parameter : trial.parameters) {
    auto next = node->children.find(Points(parameter.range, options_.points).indexOf(parameter.value));
    if (node->name != parameter.name || next == node->children.end())
      return Points(range, options_.points).at(0);
    node = &next->second;
  }
  int64_t index = node->name == name ? node->pick() : 0;
  return Points(range, options_.points).at(std::max<int64_t>(index, 0));
}

bool GridSampler::isExhausted(const SearchHistory &history) const {
  // What a running trial will still ask for is not known, so neither is whether its point is the last one there.
  return treeOf(history, options_.points).status() != Node::Status::Free;
}

} // namespace tenon
