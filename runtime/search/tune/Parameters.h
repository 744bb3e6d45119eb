// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_PARAMETERS_H
#define TENON_RUNTIME_SEARCH_TUNE_PARAMETERS_H

#include <tenon/trial.h>

namespace tenon::search {

struct NamedRange {
  std::string name;
  ParameterRange range;
};

/// What --param says: NAME=float(LOW,HIGH), float(LOW,HIGH,STEP), float(LOW,HIGH,log), int likewise,
/// choice(TEXT,TEXT,...). A Usage Error that says what was received for anything else.
NamedRange parameterFrom(const std::string &text);

/// What --enqueue says: NAME=VALUE,NAME=VALUE; whole numbers, numbers and texts by their look. A choice that looks like
/// a number is meant as one of `known` says.
std::map<std::string, ParameterValue> enqueuedFrom(const std::string &text, const std::vector<NamedRange> &known);

/// The number a text is, all of it; nothing when it is none.
std::optional<double> numberFrom(const std::string &text);
/// Parts between separators, blanks around them taken away.
std::vector<std::string> split(const std::string &text, char separator);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_PARAMETERS_H
