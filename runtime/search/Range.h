// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_RANGE_H
#define TENON_RUNTIME_SEARCH_RANGE_H

#include <tenon/trial.h>

namespace tenon::search {

/// SearchSpaceError that names the parameter unless the range is one.
void checkRange(const std::string &name, const ParameterRange &range);

/// A value's place in [0, 1], uniform draws of which are draws from the range: a discrete one has a piece for each
/// value, whose middle is the value's place.
double toUnit(const ParameterRange &range, const ParameterValue &value);
ParameterValue fromUnit(const ParameterRange &range, double place);

/// The number of a discrete range's value, as ParameterRange::at counts; -1 when it has no such value.
int64_t indexOf(const ParameterRange &range, const ParameterValue &value);

/// `value` as the range's kind has it (an integer where a float is asked for, a number as the choice
/// of its text); nothing when it is not in the range.
std::optional<ParameterValue> fitted(const ParameterRange &range, const ParameterValue &value);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_RANGE_H
