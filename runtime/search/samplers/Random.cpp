// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Draws.h"
#include "runtime/search/Range.h"

#include <tenon/samplers.h>

namespace tenon {

ParameterValue RandomSampler::sampleOne(const SearchHistory &history, const TrialRecord &trial, const std::string &name,
                                        const ParameterRange &range) const {
  return search::fromUnit(range, search::Draws(history.seed, trial.number, name).uniform());
}

} // namespace tenon
