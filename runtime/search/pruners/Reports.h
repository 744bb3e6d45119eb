// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_PRUNERS_REPORTS_H
#define TENON_RUNTIME_SEARCH_PRUNERS_REPORTS_H

#include <tenon/pruners.h>

#include <cmath>
#include <limits>

namespace tenon::search {

/// A reported value where less is better; a training that diverged is worse than any other.
inline double lossOf(const SearchHistory &history, double reported) {
  return std::isnan(reported) ? std::numeric_limits<double>::infinity() : history.loss(reported);
}

/// Whether a trial that has just reported `resource` epochs is at a rung (minResource * factor^k) and not among the
/// best 1 / factor of the trials that `counts` and that got there, itself included.
bool isHalved(const SearchHistory &history, const TrialRecord &trial, int64_t minResource, int factor,
              const std::function<bool(const TrialRecord &)> &counts);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_PRUNERS_REPORTS_H
