// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_PARAMETER_H
#define TENON_PARAMETER_H

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tenon {

/// A hyper-parameter's value: of suggestInt, suggestFloat or suggestCategorical.
using ParameterValue = std::variant<int64_t, double, std::string>;

/// As text: integers and choices as they are, floats with the fewest digits that read back as the same number.
std::string toText(const ParameterValue &value);

enum class ParameterKind { Int, Float, Categorical };

/// The values a hyper-parameter may have. A study knows one range for a name.
struct ParameterRange {
  ParameterKind kind = ParameterKind::Float;
  double low = 0, high = 0;              ///< both belong to the range; integers up to 2^53
  double step = 0;                       ///< from low; 0: every float. An integer's is 1 or more
  bool log = false;                      ///< drawn uniformly in the logarithm
  std::vector<std::string> choices = {}; ///< of a categorical one, at least one

  bool operator==(const ParameterRange &) const = default;

  /// How many values there are; 0 when they are a continuum.
  int64_t count() const;
  /// The value of number `index` in [0, count()), in rising order or that of the choices.
  ParameterValue at(int64_t index) const;
  /// Whether `value` is of the kind and one of the values.
  bool contains(const ParameterValue &value) const;
  /// "float [1e-04, 0.1] log", "int [8, 128] step 8", "one of 'relu', 'tanh'".
  std::string toText() const;
};

/// A hyper-parameter of a trial, with the value it got.
struct Parameter {
  std::string name;
  ParameterRange range;
  ParameterValue value;
};

} // namespace tenon
#endif // TENON_PARAMETER_H
