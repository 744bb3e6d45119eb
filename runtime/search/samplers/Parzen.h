// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_PARZEN_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_PARZEN_H

#include "runtime/search/Draws.h"

#include <tenon/parameter.h>

#include <vector>

namespace tenon::search {

/// A point of a Parzen estimator's space: for each parameter its place in [0, 1], or the number of its choice.
using Place = std::vector<double>;
double coordinateOf(const ParameterRange &range, const ParameterValue &value);
ParameterValue valueAt(const ParameterRange &range, double coordinate);

/// A mixture of one kernel per observed point and a broad one for what is not observed yet (the prior). A kernel is, in
/// every number, a normal distribution cut off at the range's ends, in a choice, the observed one and a little of all.
/// A discrete number has the mean density of its piece.
class Parzen {
public:
  /// `points`, place after place, in the order of their trials: the last 25 have full weight, older ones linearly less.
  /// Kernels are as wide as the larger gap to a neighbour where there is one parameter, by Scott's rule where there are
  /// several.
  Parzen(std::vector<const ParameterRange *> ranges, const std::vector<double> &points);

  Place draw(Draws &draws) const;
  double logDensity(const Place &place) const;

private:
  struct Kernel {
    double mean = 0.5, inverseWidth = 1; ///< of a choice: its number, unused
    double height = 1;                   ///< of the density at the mean
    double width = 1;
    double factor = 1; ///< what makes the density's integral over the range 1
  };
  bool isChoice(size_t parameter) const { return ranges_[parameter]->kind == ParameterKind::Categorical; }
  const Kernel &kernel(size_t number, size_t parameter) const { return kernels_[number * ranges_.size() + parameter]; }
  void setWidths(size_t parameter);
  double choiceMass(size_t number, size_t parameter, double at) const;

  std::vector<const ParameterRange *> ranges_;
  std::vector<Kernel> kernels_;                    // the prior's come last
  std::vector<double> weights_, cumulated_;        // their sum is 1
  mutable std::vector<double> products_, squares_; // of logDensity, kept so that it allocates nothing
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_PARZEN_H
