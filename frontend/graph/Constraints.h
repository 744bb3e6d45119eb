// SPDX-License-Identifier: Apache-2.0
// What stands behind Constraint: one row per class in the table of Constraints.cpp.
#pragma once
#include "frontend/graph/Expression.h"
#include "nlohmann/json_fwd.hpp"
#include <map>
#include <tenon/constraints.h>

namespace tenon::graph {
using Json = nlohmann::ordered_json;
struct ConstraintClass;

/// A constraint with its options.
class ConstraintNode {
public:
  /// An Error for a name that is not Keras's or an option that the class does not have; options that are not given keep
  /// Keras's defaults.
  ConstraintNode(const std::string &name, const Json &options);
  /// What is wrong with it for a weight of this many axes, "" when nothing is.
  std::string fault(int64_t rank) const;
  /// The nearest value that is allowed, of the weight's shape.
  Expression project(Expression w) const;
  /// Keras's {module, class_name, config, registered_name}.
  Json json() const;
  bool operator==(const ConstraintNode &) const = default;

private:
  Expression norm(Expression w) const;

  const ConstraintClass *type;
  std::map<std::string, double> options;
  Axes axis = 0;
};

/// From Keras's object or name; null gives none. An Error saying what is not understood.
Constraint constraintFromJson(const Json &json);

} // namespace tenon::graph
