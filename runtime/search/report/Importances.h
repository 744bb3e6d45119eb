// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_REPORT_IMPORTANCES_H
#define TENON_RUNTIME_SEARCH_REPORT_IMPORTANCES_H

#include <tenon/study.h>

namespace tenon::search {

/// How much of the value's variance over the search space a parameter explains by itself.
struct Importance {
  std::string name;
  double share = 0; ///< in [0, 1]; what they leave of 1 is due to parameters together
};

/// Functional analysis of variance (Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter
/// importance", 2014) of a forest of 64 regression trees over the complete trials, in the logarithm where a range is
/// so; a function of trials and seed. Parameters that not every complete trial has are left out. Largest first; empty
/// when there are fewer than two complete trials or their values are all the same.
std::vector<Importance> importances(const std::vector<TrialRecord> &trials, uint64_t seed);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_REPORT_IMPORTANCES_H
