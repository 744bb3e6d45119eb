// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_SAMPLERS_STANDARDLOSSES_H
#define TENON_RUNTIME_SEARCH_SAMPLERS_STANDARDLOSSES_H

#include <tenon/samplers.h>

#include <Eigen/Core>

namespace tenon::search {

/// What a process with mean 0 and deviation 1 is told of trials that have a loss or are bad. Losses far behind the
/// median of the complete ones are drawn nearer, to within a bound: how bad they are tells nothing of where the good
/// ones lie. A pruned trial is no better than that median, a bad one as the worst of the others.
Eigen::VectorXd standardLosses(const SearchHistory &history, const std::vector<const TrialRecord *> &trials);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_SAMPLERS_STANDARDLOSSES_H
